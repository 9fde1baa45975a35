import { readdirSync, rmSync } from "node:fs";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { parseScenario } from "../../local/simulator/scenario/scenario.ts";
import { startSimulator } from "../../local/simulator/simulator.ts";
import { Fleet } from "./fleet.ts";
import { aHealthyVm, aScenario } from "./scenarios.ts";

const topicsSchema = z.object({
  topics: z.array(
    z.object({
      events: z.array(
        z.object({
          event: z.object({
            id: z.string(),
            type: z.string(),
            subject: z.string(),
            data: z.looseObject({
              incidentId: z.string(),
              outcome: z.object({ kind: z.string() }),
            }),
          }),
        }),
      ),
    }),
  ),
});
const idSchema = z.object({ id: z.number() });

let fleet: Fleet;

beforeAll(async () => {
  const vms = ["vm-told", "vm-later", "vm-killed", "vm-lost"];
  const simulator = await startSimulator({
    scenario: parseScenario(aScenario(vms.map((name, n) => aHealthyVm(name, 10 + n)))),
  });
  fleet = await Fleet.on(simulator, {
    REMEDIATOR_EVENT_TOPIC: `${simulator.armEndpoint}/topics/incidents/api/events`,
  });
});

afterAll(async () => {
  await fleet.close();
});

async function told(incidentId: string): Promise<readonly unknown[]> {
  const { topics } = topicsSchema.parse(await fleet.admin("/topics"));
  return topics
    .flatMap(({ events }) => events)
    .map(({ event }) => event)
    .filter(({ data }) => data.incidentId === incidentId);
}

async function untilTold(incidentId: string): Promise<readonly unknown[]> {
  return await fleet.until(`an event of ${incidentId}`, 30, async () => {
    const events = await told(incidentId);
    return events.length === 0 ? null : events;
  });
}

describe("a topic", () => {
  it("is told of an incident's end, once", async () => {
    await fleet.heal("vm-told");
    const { id, vmId, outcome } = await fleet.outcomeOf("vm-told");

    expect(await untilTold(id)).toMatchObject([
      {
        id: `${id}/closed`,
        type: "StaticIpRemediator.IncidentClosed",
        subject: vmId,
        data: { outcome: { kind: outcome?.kind } },
      },
    ]);
  });

  it("that is down keeps no run from its end, and is told once it is up", async () => {
    const down = { kind: "error", operation: "topic.publish", status: 503, count: "always" };
    const { id: fault } = idSchema.parse(await fleet.admin("/faults", down));
    await fleet.heal("vm-later");
    const { id, outcome } = await fleet.outcomeOf("vm-later");
    await fleet.until("a second try", 30, async () => {
      const { requests } = await fleet.log();
      const refused = requests.filter(
        ({ operation, status }) => operation === "topic.publish" && status === 503,
      );
      return refused.length >= 2 ? refused : null;
    });

    expect(outcome).toMatchObject({ kind: "healthy" });
    expect(await told(id)).toEqual([]);
    await fetch(`${fleet.simulator.armEndpoint}/_simulator/faults/${fault}`, { method: "DELETE" });
    expect(await untilTold(id)).toHaveLength(1);
  });

  it("is told by the next host where the first one died between the end and the telling", async () => {
    const held = idSchema.parse(
      await fleet.admin("/holds", { operation: "topic.publish", when: "before" }),
    );
    await fleet.heal("vm-killed");
    await fleet.admin(`/holds/${held.id}?wait=40`);
    const { id } = await fleet.outcomeOf("vm-killed");
    await fleet.killHost();
    await fleet.clearHolds();
    expect(await told(id)).toEqual([]);

    await fleet.startHost();

    expect(await untilTold(id)).toMatchObject([{ id: `${id}/closed` }]);
  });

  it("is told by the cleaner where the story of telling was lost", async () => {
    const held = idSchema.parse(
      await fleet.admin("/holds", { operation: "topic.publish", when: "before" }),
    );
    await fleet.heal("vm-lost");
    await fleet.admin(`/holds/${held.id}?wait=40`);
    const { id } = await fleet.outcomeOf("vm-lost");
    await fleet.killHost();
    await fleet.clearHolds();
    for (const file of readdirSync(fleet.folder).filter((name) => name.startsWith("journal"))) {
      rmSync(path.join(fleet.folder, file));
    }
    await fleet.startHost();

    expect((await fleet.api("/admin/functions/clean", {})).status).toBe(202);

    expect(await untilTold(id)).toMatchObject([{ id: `${id}/closed` }]);
  });
});
