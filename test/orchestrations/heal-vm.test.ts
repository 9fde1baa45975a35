import type { OrchestrationContext } from "durable-functions";
import { expect, it } from "vitest";

import { healVm } from "../../functions/orchestrations/heal-vm.ts";
import { readSettings } from "../../shared/settings.ts";
import { purposeOf } from "../../shared/signals/purpose.ts";
import {
  anAnsweringProbe,
  aNic,
  aSecondNic,
  aSignal,
  azureFacts,
  NIC_ID,
  SECOND_NIC_ID,
  VM_ID,
} from "../builders.ts";

const FACTS = azureFacts({ nics: [aNic(), aSecondNic()] });

/** What an orchestration is given by the engine, as far as a run uses it before its first decision; tasks are names. */
function aContext(): OrchestrationContext {
  const df = {
    instanceId: "heal-1",
    currentUtcDateTime: new Date("2026-03-02T08:04:10.000Z"),
    getInput: () => ({ vmId: VM_ID.toLowerCase() }),
    newGuid: () => "0b7c1e52-0000-0000-0000-000000000000",
    setCustomStatus: () => undefined,
    callActivity: (name: string) => name,
    Task: { all: (names: readonly string[]) => names.join(" ") },
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the parts of the context that are used
  return { df } as unknown as OrchestrationContext;
}

/** The activity that follows on an answering probe, in a run for these NICs; null: the VM's primary one. */
function afterAnAnswer(nicIds: readonly (string | null)[]): unknown {
  const pending = nicIds.map((nicId, index) => aSignal({ id: `sig-${index}`, nicId }));
  const purpose = purposeOf(pending);
  const { probe, ...rest } = readSettings({});
  const settings = { ...rest, probeCount: probe.count, probeWindowSeconds: probe.windowSeconds };
  const answers: Readonly<Record<string, unknown>> = {
    lookForSignals: { ok: true, value: { purpose, settings } },
    readAzureFacts: { ok: true, value: { kind: "found", facts: FACTS } },
    "probe readSubnets": [
      { ok: true, value: anAnsweringProbe() },
      { ok: true, value: FACTS },
    ],
  };
  const run = healVm(aContext());
  let task: unknown = run.next().value;
  while (typeof task === "string" && task in answers) {
    task = run.next(answers[task]).value;
  }
  return task;
}

it.each([
  ["the VM", [null]],
  ["one NIC", [SECOND_NIC_ID.toLowerCase()]],
  ["the VM and its primary NIC", [null, NIC_ID.toLowerCase()]],
])("ends at an answering probe of all that the signals are about: %s", (_title, nicIds) => {
  expect(afterAnAnswer(nicIds)).toBe("ignoreAsHealthy");
});

it("goes on where a secondary NIC answered, and an alert says that the VM is cut off", () => {
  expect(afterAnAnswer([null, SECOND_NIC_ID.toLowerCase()])).toBe("openIncident");
});
