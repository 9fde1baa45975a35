import type { DiagnosisKind } from "../../shared/domain/diagnosis.ts";

/** What is true of a VM of the table. */
export interface Combination {
  /** What is wrong, or right, inside Windows on the NIC in question. */
  readonly diagnosis: DiagnosisKind;
  readonly agent: "ready" | "silent";
  /** The serial console: to be had, off for the subscription, or somebody's session stands there. */
  readonly console: "on" | "off" | "in use";
  /** How many NICs, and which of two is the one in question. */
  readonly nics: "one" | "first of two" | "second of two";
  /** IP configurations of the NIC in question. */
  readonly addresses: "one" | "several";
  readonly allocation: "Static" | "Dynamic";
  /** RDP, as it looks from where the program runs. */
  readonly probe: "answers" | "silent" | "unknown";
}

/** Every value of every dimension. */
const DIMENSIONS: {
  readonly [Name in keyof Combination]: readonly Combination[Name][];
} = {
  diagnosis: [
    "extra-addresses",
    "static-multi-address",
    "static-multi-mismatch",
    "static-matching",
    "static-wrong-route",
    "static-mismatch",
    "healthy",
    "lease-stale",
    "dhcp-failed",
    "adapter-disabled",
    "adapter-missing",
    "guest-unreadable",
  ],
  agent: ["ready", "silent"],
  console: ["on", "off", "in use"],
  nics: ["one", "first of two", "second of two"],
  addresses: ["one", "several"],
  allocation: ["Dynamic", "Static"],
  probe: ["answers", "silent", "unknown"],
};

/** All combinations, the senseless ones too. */
export function everyCombination(): readonly Combination[] {
  const { diagnosis, agent, console, nics, addresses, allocation, probe } = DIMENSIONS;
  return diagnosis.flatMap((kind) =>
    nics.flatMap((nic) =>
      addresses.flatMap((count) =>
        allocation.flatMap((method) =>
          agent.flatMap((state) =>
            probe.flatMap((seen) =>
              console.map((access) => ({
                diagnosis: kind,
                agent: state,
                console: access,
                nics: nic,
                addresses: count,
                allocation: method,
                probe: seen,
              })),
            ),
          ),
        ),
      ),
    ),
  );
}

/** A combination in words; no two have the same. */
export function nameOf(combination: Combination): string {
  const { diagnosis, agent, console, nics, addresses, allocation, probe } = combination;
  return [
    diagnosis,
    nics === "one" ? "one NIC" : `${nics} NICs`,
    addresses === "one" ? "one address" : "several addresses",
    allocation,
    `agent ${agent}`,
    `probe ${probe}`,
    `console ${console}`,
  ].join(", ");
}
