import type { OrchestrationContext } from "durable-functions";
import { expect, it } from "vitest";

import { belongTo } from "../../functions/orchestrations/belonging.ts";
import { call } from "../../functions/orchestrations/call.ts";
import { startStory, subStory } from "../../functions/orchestrations/sub-stories.ts";
import { readSettings } from "../../shared/settings.ts";
import { azureFacts, VM_ID } from "../builders.ts";

const THROTTLED = { code: "throttled", message: "", nextStep: "", retryAfterSeconds: null };

/** A context that keeps what was scheduled; what it gives instead of tasks means nothing. */
function aContext(input: unknown = null): {
  context: OrchestrationContext;
  scheduled: unknown[];
} {
  const scheduled: unknown[] = [];
  function schedule(_name: string, given: unknown): string {
    scheduled.push(given);
    return "task";
  }
  const df = {
    currentUtcDateTime: new Date("2026-03-02T08:04:10.000Z"),
    getInput: () => input,
    createTimer: () => "timer",
    callActivity: schedule,
    callSubOrchestrator: schedule,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the parts of the context that are used
  return { context: { df } as unknown as OrchestrationContext, scheduled };
}

it("tells each attempt of an activity to which incident it belongs", () => {
  const { context, scheduled } = aContext();
  belongTo(context, "inc-1");

  const calling = call(context, "readVmState", { vmId: VM_ID });
  calling.next();
  calling.next({ ok: false, failure: { ...THROTTLED, retryable: true } });
  calling.next();

  expect(scheduled).toEqual([
    { vmId: VM_ID, belonging: { incidentId: "inc-1", attempt: 1 } },
    { vmId: VM_ID, belonging: { incidentId: "inc-1", attempt: 2 } },
  ]);
});

it("schedules what belongs to no incident as it is", () => {
  const { context, scheduled } = aContext();

  call(context, "lookForSignals", { vmId: VM_ID }).next();

  expect(scheduled).toEqual([{ vmId: VM_ID }]);
});

it("hands the incident on to what runs beside the story", () => {
  const { context, scheduled } = aContext();
  belongTo(context, "inc-1");
  const { probe, ...rest } = readSettings({});
  const settings = {
    ...rest,
    consoleLogin: false,
    probeCount: probe.count,
    probeWindowSeconds: probe.windowSeconds,
  };
  startStory(context, "keepBoot", { facts: azureFacts(), incidentId: "inc-1", settings });
  const beside = aContext(scheduled[0]);

  const told = subStory("keepBoot", function* keep(inner) {
    yield* call(inner, "readVmState", { vmId: VM_ID });
    return { kept: [], remarks: [] };
  });
  told(beside.context).next();

  expect(beside.scheduled).toEqual([
    { vmId: VM_ID, belonging: { incidentId: "inc-1", attempt: 1 } },
  ]);
});
