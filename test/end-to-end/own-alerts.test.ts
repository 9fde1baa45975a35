import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";

import { decodeAlertEvents } from "../../shared/signals/alerts.ts";
import { anAlert, anAlertEvent, OBJECT_ID } from "../signals/payloads.ts";
import { Fleet } from "./fleet.ts";
import { aHealthyVm, aScenario } from "./scenarios.ts";
import { eventGridPath, ownIdentity, settledSignal } from "./shown-signals.ts";

const answerSchema = z.object({
  accepted: z.array(z.object({ target: z.string() })),
  ignored: z.array(z.object({ reason: z.string() })),
});

let fleet: Fleet;

beforeAll(async () => {
  fleet = await Fleet.start(aScenario([aHealthyVm("vm-a", 10)]));
});

afterAll(async () => {
  await fleet.close();
});

/** An alert on the activity log about the VM, caused by this program or by somebody else. */
function anActivityAlert(id: string, by: "us" | "somebody"): unknown {
  const { oid, appid } = ownIdentity(fleet);
  const claims = { appid, [OBJECT_ID]: by === "us" ? oid : "somebody" };
  return anAlert(
    { alertId: `/alerts/${id}`, originAlertId: id, alertTargetIDs: [fleet.vmId("vm-a")] },
    { claims: JSON.stringify(claims) },
  );
}

it.each([
  ["us", { accepted: 0, ignored: ["own-write"] }],
  ["somebody", { accepted: 1, ignored: [] }],
] as const)("answers an action group that tells what %s did", async (by, expected) => {
  const { status, body } = await fleet.api("/api/alerts", anActivityAlert(`webhook-${by}`, by));

  const { accepted, ignored } = answerSchema.parse(body);
  expect(status).toBe(202);
  expect({
    accepted: accepted.length,
    ignored: ignored.map(({ reason }) => reason),
  }).toEqual(expected);
});

it.each([
  ["us", true],
  ["somebody", false],
] as const)(
  "takes in an event that tells what %s did: an own write is %s",
  async (by, own) => {
    const event = anAlertEvent(anActivityAlert(`event-${by}`, by), { id: `event-${by}` });
    const [decoded] = decodeAlertEvents(event, { receivedAt: "2026-03-02T08:04:00.000Z" });

    await fleet.api(eventGridPath("alertFired"), [event]);

    const signal = await settledSignal(fleet, decoded?.signal.id ?? "");
    expect(signal.reason === "own-write").toBe(own);
  },
  140_000,
);
