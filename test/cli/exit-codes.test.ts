import { describe, expect, it } from "vitest";

import { exitCodeOfError, exitCodeOfRun } from "../../local/cli/exit-codes.ts";
import type { RunEnd } from "../../local/cli/run/follow.ts";
import { resultOfRun } from "../../local/cli/run/report-run.ts";
import type { DiagnosisKind } from "../../shared/domain/diagnosis.ts";
import { ConfigurationError, InvalidInputError } from "../../shared/domain/errors.ts";
import type { OutcomeKind } from "../../shared/domain/outcome.ts";
import { aDiagnosis, anIncidentView } from "./builders.ts";

const heal = { verb: "heal", dryRun: false } as const;
const dryRun = { verb: "heal", dryRun: true } as const;
const diagnose = { verb: "diagnose", dryRun: true } as const;

interface Case {
  readonly outcome: OutcomeKind;
  readonly code?: string;
  readonly found?: readonly DiagnosisKind[];
  readonly planned?: boolean;
  readonly exit: number;
}

function endedWith({ outcome, code = "a-code", found = [], planned = false }: Case): RunEnd {
  const diagnoses = found.map((kind) => aDiagnosis({ kind }));
  const diagnosis = aDiagnosis({});
  const remedies = planned ? ([{ kind: "guestDhcp", nicId: "nic" }] as const) : [];
  const text = { code, message: "", nextStep: "", remarks: [] };
  return {
    kind: "incident",
    incident: anIncidentView({
      outcome: { kind: outcome, ...text },
      diagnoses,
      plan: { kind: "refuse", diagnosis, remedies, ...text },
    }),
  };
}

describe("exit codes of heal", () => {
  it.each<Case>([
    { outcome: "healed", exit: 0 },
    { outcome: "healthy", exit: 0 },
    { outcome: "refused", exit: 1 },
    { outcome: "rolledBack", exit: 1 },
    { outcome: "needsHuman", exit: 1 },
    { outcome: "failed", exit: 1 },
  ])("are $exit for $outcome", (row) => {
    expect(exitCodeOfRun(heal, endedWith(row))).toBe(row.exit);
  });

  it.each<Case>([
    { outcome: "refused", code: "dry-run", planned: true, exit: 0 },
    { outcome: "healthy", exit: 0 },
    { outcome: "refused", code: "opted-out", exit: 1 },
    { outcome: "needsHuman", exit: 1 },
  ])("are $exit for a dry run that ends $outcome ($code)", (row) => {
    expect(exitCodeOfRun(dryRun, endedWith(row))).toBe(row.exit);
  });

  it("do not count a plan of a real heal as a success", () => {
    const end = endedWith({ outcome: "refused", code: "other-run", planned: true, exit: 1 });

    expect(exitCodeOfRun(heal, end)).toBe(1);
  });
});

describe("exit codes of diagnose", () => {
  it.each<Case>([
    { outcome: "healthy", found: ["healthy"], exit: 0 },
    { outcome: "healthy", found: ["static-multi-address"], exit: 0 },
    { outcome: "refused", code: "dry-run", found: ["static-mismatch"], exit: 1 },
    { outcome: "needsHuman", found: ["extra-addresses"], exit: 1 },
    { outcome: "needsHuman", found: ["healthy", "static-multi-mismatch"], exit: 1 },
    { outcome: "needsHuman", code: "rdp-silent-address-right", found: ["healthy"], exit: 1 },
    { outcome: "needsHuman", found: ["guest-unreadable"], exit: 3 },
    { outcome: "refused", code: "vm-not-running", exit: 3 },
    { outcome: "failed", exit: 3 },
  ])("are $exit for $outcome with $found", (row) => {
    expect(exitCodeOfRun(diagnose, endedWith(row))).toBe(row.exit);
  });
});

describe("exit codes of a signal without an incident", () => {
  const answered: RunEnd = { kind: "ignored", reason: "healthy", message: "It answers." };
  const ignored: RunEnd = { kind: "ignored", reason: "cool-down", message: "" };
  const left: RunEnd = { kind: "left", incident: null };

  it.each([
    { call: heal, end: answered, exit: 0 },
    { call: diagnose, end: answered, exit: 0 },
    { call: heal, end: ignored, exit: 1 },
    { call: diagnose, end: ignored, exit: 3 },
    { call: heal, end: left, exit: 130 },
    { call: diagnose, end: left, exit: 130 },
  ])("are $exit for $call.verb when it is $end.kind", ({ call, end, exit }) => {
    expect(exitCodeOfRun(call, end)).toBe(exit);
  });
});

describe("exit codes of an error", () => {
  const details = { code: "a", nextStep: "b", problems: [] };

  it.each([
    { error: new InvalidInputError("x", details), verb: "diagnose", exit: 2 },
    { error: new ConfigurationError("x", details), verb: "heal", exit: 2 },
    { error: new Error("x"), verb: "heal", exit: 1 },
    { error: new Error("x"), verb: "diagnose", exit: 3 },
  ] as const)("are $exit for $verb after $error.name", ({ error, verb, exit }) => {
    expect(exitCodeOfError(verb, error)).toBe(exit);
  });
});

describe("the result of a run", () => {
  it("names the last step that failed, but not a probe that nobody answered", () => {
    const end = endedWith({ outcome: "rolledBack", exit: 1 });
    const when = { startedAt: "", endedAt: "", detail: null };
    const incident = anIncidentView({
      outcome: end.kind === "incident" ? end.incident.outcome : null,
      steps: [
        { name: "probe", state: "failed", ...when },
        { name: "guestSwitch", state: "failed", ...when },
        { name: "confirmSilence", state: "failed", ...when },
      ],
    });

    const result = resultOfRun("vm", { kind: "incident", incident }, 1);

    expect(result).toMatchObject({
      type: "result",
      outcome: "rolledBack",
      failedStep: "Switch Windows to DHCP",
    });
  });

  it("shows what Azure says where Windows was not read", () => {
    const incident = anIncidentView({
      diagnoses: [],
      azureFacts: { nics: [{ name: "nic-web", ipConfigurations: [{ address: "10.30.1.4" }] }] },
    });

    const result = resultOfRun("vm", { kind: "incident", incident }, 3);

    expect(result.nics).toEqual([
      { nic: "nic-web", adapter: null, azure: ["10.30.1.4"], windows: null, diagnosis: null },
    ]);
  });

  it("says how to go on after Ctrl-C", () => {
    const result = resultOfRun("vm", { kind: "left", incident: null }, 130);

    expect(result).toMatchObject({ outcome: "interrupted", exitCode: 130 });
    expect(result.nextStep).toContain("same incident");
  });
});
