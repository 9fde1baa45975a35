import { describe, expect, it } from "vitest";

import type { StepName } from "../../shared/domain/incident.ts";
import { minutesOfReset, minutesOfRun } from "./duration.ts";

const GUEST_HEAL: readonly StepName[] = [
  "azureFacts",
  "probe",
  "guestRead",
  "confirmSilence",
  "backup",
  "diagnosis",
  "guestSwitch",
  "proof",
  "secondProbe",
];

function minutesOf(steps: readonly StepName[], awaitsSilence: boolean, isUnread = false): number {
  return minutesOfRun({ steps, isAnswered: false, awaitsSilence, isUnread });
}

describe("the computed duration of a run", () => {
  it("counts the longest of what runs beside each other, and the rest in turn", () => {
    const withoutBackup = GUEST_HEAL.filter((step) => step !== "backup");

    // Facts 1, probe 5, Run Command 40, switch 50, proof 0.4 s.
    expect(minutesOf(GUEST_HEAL, false)).toBe(1.6);
    expect(minutesOf(withoutBackup, false)).toBe(minutesOf(GUEST_HEAL, false));
  });

  it("counts the further probes only where the plan waited for them", () => {
    expect(minutesOf(GUEST_HEAL, true)).toBeGreaterThan(minutesOf(GUEST_HEAL, false));
  });

  it("counts a snapshot that begins after the plan", () => {
    const late: readonly StepName[] = ["azureFacts", "probe", "diagnosis", "backup", "guestSwitch"];
    const never = late.filter((step) => step !== "backup");

    expect(minutesOf(late, false)).toBeGreaterThan(minutesOf(never, false));
  });
});

describe("the computed duration of a restart", () => {
  const reset: readonly StepName[] = [
    "azureFacts",
    "probe",
    "confirmSilence",
    "diagnosis",
    "restartCheck",
    "nicSwap",
  ];

  it("counts the long silence where nobody read Windows, and the probes after it", () => {
    const read = minutesOf(reset, true);
    const unread = minutesOf(reset, true, true);

    // 900 s of silence begin at the first probe; those after it are 65 s.
    expect(unread).toBeGreaterThan(15 + 1);
    expect(unread - read).toBeLessThan(15 + 1);
  });
});

describe("the computed duration of a reset", () => {
  it("counts its requests, its writes and the restart that it ends with", () => {
    // Two writes of 20 s, and a restart of 80 s.
    expect(minutesOfReset(["vm.get", "nic.put", "nic.put"], true)).toBe(2);
    expect(minutesOfReset(["vm.get"], false)).toBe(0);
  });
});
