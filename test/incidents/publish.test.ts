import { describe, expect, it } from "vitest";
import { z } from "zod";

import { createAzure } from "../../shared/azure/clients.ts";
import { incidentClosedEvent } from "../../shared/incidents/lifecycle.ts";
import { publishEvent } from "../../shared/incidents/publish.ts";
import { aVm, simulatedAzure, type SimulatedAzure } from "../azure/simulated-azure.ts";
import { anIncident } from "../builders.ts";
import { containing } from "../cli/matchers.ts";

const topicsSchema = z.object({
  topics: z.array(
    z.object({ name: z.string(), events: z.array(z.object({ event: z.unknown() })) }),
  ),
});

const EVENT = incidentClosedEvent(
  anIncident({
    closedAt: "2026-03-02T08:09:00.123Z",
    outcome: {
      kind: "healed",
      code: "guest-dhcp",
      message: "Windows takes its address from Azure again.",
      nextStep: "",
      remarks: [],
    },
  }),
);

async function takenBy({ admin }: SimulatedAzure): Promise<readonly unknown[]> {
  const { topics } = topicsSchema.parse(await admin("GET", "/topics"));
  return topics.flatMap(({ events }) => events.map(({ event }) => event));
}

describe("an event for a custom topic", () => {
  it("arrives as it is, with the same id each time", async () => {
    const simulated = await simulatedAzure({ vms: [aVm("vm-a", "10.40.2.10")] });
    const topic = `${simulated.endpoint}/topics/incidents/api/events`;

    await publishEvent(simulated.azure, topic, EVENT);
    await publishEvent(simulated.azure, topic, EVENT);

    expect(await takenBy(simulated)).toEqual([EVENT, EVENT]);
  });

  it.each([
    [{ kind: "throttle", retryAfterSeconds: 7 }, "throttled", true],
    [{ kind: "error", status: 503 }, "azure-unavailable", true],
    [{ kind: "error", status: 403 }, "forbidden", false],
  ] as const)(
    "that the topic refuses (%o) fails in words, and is not sent again",
    async (fault, code, retryable) => {
      const simulated = await simulatedAzure({
        vms: [aVm("vm-a", "10.40.2.10")],
        faults: [{ ...fault, operation: "topic.publish" }],
      });
      const topic = `${simulated.endpoint}/topics/incidents/api/events`;

      await expect(publishEvent(simulated.azure, topic, EVENT)).rejects.toMatchObject({
        code,
        retryable,
        message: containing(`Cannot publish the end of incident ${EVENT.data.incidentId}`),
      });
      expect(await simulated.operations()).toEqual(["topic.publish"]);
    },
  );

  it("goes to no other host than simulated Azure's own, nor to one that is not Event Grid's", async () => {
    const simulated = await simulatedAzure({ vms: [aVm("vm-a", "10.40.2.10")] });
    const other = await simulatedAzure({ vms: [aVm("vm-b", "10.40.2.11")] });
    const foreign = `${other.endpoint}/topics/incidents/api/events`;
    const real = createAzure({ simulator: null });

    await expect(publishEvent(simulated.azure, foreign, EVENT)).rejects.toMatchObject({
      code: "foreign-host",
    });
    for (const endpoint of [foreign, "https://topic.eventgrid.azure.net.example.org/api/events"]) {
      await expect(publishEvent(real, endpoint, EVENT)).rejects.toMatchObject({
        code: "foreign-host",
      });
    }
    expect(await takenBy(other)).toEqual([]);
  });
});
