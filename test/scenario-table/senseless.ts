import type { DiagnosisKind } from "../../shared/domain/diagnosis.ts";
import type { Combination } from "./combinations.ts";

/** Windows does not have Azure's address there: nothing comes back from that NIC. */
export const WITHOUT_ADDRESS: ReadonlySet<DiagnosisKind> = new Set<DiagnosisKind>([
  "static-mismatch",
  "lease-stale",
  "dhcp-failed",
  "adapter-disabled",
  "adapter-missing",
]);

/** Windows has no adapter to speak through: not even an agent that survives a wrong address reaches Azure. */
const WITHOUT_ADAPTER: ReadonlySet<DiagnosisKind> = new Set<DiagnosisKind>([
  "adapter-disabled",
  "adapter-missing",
]);

/** Verdicts that the design's table gives for one IP configuration only. */
const FOR_ONE_ADDRESS: ReadonlySet<DiagnosisKind> = new Set<DiagnosisKind>([
  "static-matching",
  "static-wrong-route",
  "static-mismatch",
]);

const FOR_SEVERAL_ADDRESSES: ReadonlySet<DiagnosisKind> = new Set<DiagnosisKind>([
  "static-multi-address",
  "static-multi-mismatch",
]);

/** Verdicts after which a NIC reset is thinkable, which alone cares for how Azure gives the address. */
const RESETTABLE: ReadonlySet<DiagnosisKind> = new Set<DiagnosisKind>([
  "static-wrong-route",
  "static-mismatch",
  "lease-stale",
  "dhcp-failed",
  "adapter-missing",
  "guest-unreadable",
]);

interface Rule {
  readonly why: string;
  readonly holds: (combination: Combination) => boolean;
}

/** Each combination that one of them fits is left out. What cannot be comes first, what would tell nothing new last. */
const RULES: readonly Rule[] = [
  {
    why: "the diagnosis is about one IP configuration",
    holds: ({ diagnosis, addresses }) => FOR_ONE_ADDRESS.has(diagnosis) && addresses === "several",
  },
  {
    why: "the diagnosis is about several IP configurations",
    holds: ({ diagnosis, addresses }) =>
      FOR_SEVERAL_ADDRESSES.has(diagnosis) && addresses === "one",
  },
  {
    why: "RDP cannot answer at a NIC whose address Windows does not have",
    holds: ({ diagnosis, nics, probe }) =>
      WITHOUT_ADDRESS.has(diagnosis) && nics !== "second of two" && probe === "answers",
  },
  {
    why: "without the first adapter the agent reaches nobody",
    holds: ({ diagnosis, nics, agent }) =>
      WITHOUT_ADAPTER.has(diagnosis) && nics !== "second of two" && agent === "ready",
  },
  {
    why: "Windows is unreadable as a whole, not at its second NIC",
    holds: ({ diagnosis, nics }) => diagnosis === "guest-unreadable" && nics === "second of two",
  },
  {
    why: "a Windows that nobody reads shows nothing of its second NIC but what the console lists",
    holds: ({ diagnosis, nics, agent }) =>
      nics === "second of two" && agent === "silent" && diagnosis !== "static-mismatch",
  },
  {
    why: "nobody opens the console while the agent reports",
    holds: ({ agent, console }) => agent === "ready" && console !== "on",
  },
  {
    why: "nobody opens the console before the VM is surely silent",
    holds: ({ probe, console }) => probe !== "silent" && console !== "on",
  },
  {
    why: "only a NIC reset cares for how Azure gives the address, and here none is thinkable",
    holds: (combination) => combination.allocation === "Static" && !mayBeReset(combination),
  },
];

/** Why a combination is not in the table; null: it is. */
export function whySenseless(combination: Combination): string | null {
  return RULES.find(({ holds }) => holds(combination))?.why ?? null;
}

/** Whether the program may restart the VM: also where Windows is right, and nobody can see that. */
export function mayBeRestarted(combination: Combination): boolean {
  const { agent, probe, addresses } = combination;
  const isUnseen = agent === "silent" && probe === "silent" && addresses === "one";
  return isUnseen || mayBeReset(combination);
}

function mayBeReset({ diagnosis, nics, addresses, agent, probe }: Combination): boolean {
  return (
    RESETTABLE.has(diagnosis) &&
    nics !== "second of two" &&
    addresses === "one" &&
    (agent === "ready" || probe === "silent")
  );
}
