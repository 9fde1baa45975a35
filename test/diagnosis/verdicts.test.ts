import { describe, expect, it } from "vitest";

import { isFault } from "../../shared/diagnosis/is-fault.ts";
import { wouldHeal } from "../../shared/diagnosis/would-heal.ts";
import type { DiagnosisKind, Plan } from "../../shared/domain/diagnosis.ts";
import { aDiagnosis, NIC_ID } from "../builders.ts";

const WORDS = { message: "m", nextStep: "n", remarks: [] };
const REMEDIES = [{ kind: "guestDhcp", nicId: NIC_ID }] as const;

describe("a fault", () => {
  it.each<[boolean, DiagnosisKind[]]>([
    [false, []],
    [false, ["healthy"]],
    [false, ["static-matching", "static-multi-address"]],
    [false, ["guest-unreadable"]],
    [true, ["static-mismatch"]],
    [true, ["static-wrong-route"]],
    [true, ["static-multi-mismatch"]],
    [true, ["extra-addresses"]],
    [true, ["lease-stale"]],
    [true, ["dhcp-failed"]],
    [true, ["adapter-disabled"]],
    [true, ["adapter-missing"]],
    [true, ["healthy", "static-mismatch"]],
    [true, ["guest-unreadable", "static-mismatch"]],
  ])("was found: %s for %j", (expected, kinds) => {
    expect(isFault(kinds.map((kind) => aDiagnosis({ kind })))).toBe(expected);
  });
});

describe("a plan would heal", () => {
  const diagnosis = aDiagnosis();

  it.each<[boolean, string, Plan]>([
    [
      true,
      "remedies",
      { kind: "remedies", diagnosis, remedies: REMEDIES, message: "m", remarks: [] },
    ],
    [
      true,
      "a dry run",
      { kind: "refuse", diagnosis, code: "dry-run", remedies: REMEDIES, ...WORDS },
    ],
    [false, "a refusal", { kind: "refuse", diagnosis, code: "nsg", remedies: [], ...WORDS }],
    [false, "nothing to do", { kind: "nothing", diagnosis, code: "healthy", ...WORDS }],
    [false, "a person", { kind: "human", diagnosis, code: "lease-stale", ...WORDS }],
  ])("%s: %s", (expected, _words, plan) => {
    expect(wouldHeal(plan)).toBe(expected);
  });
});
