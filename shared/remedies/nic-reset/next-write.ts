import type { NicStanding } from "./nic-standing.ts";
import type { ResetRecord, ResetTarget } from "./reset-record.ts";

/** What is to be done next on the way back. */
export type NextWrite =
  | { readonly kind: "write"; readonly target: ResetTarget }
  /** `keptStatic`: the address is right, but it stays Static, since Azure gave another one when it was made Dynamic. */
  | { readonly kind: "finished"; readonly keptStatic: boolean }
  /** Somebody else gave the NIC an address: theirs stays. */
  | { readonly kind: "foreign" };

/**
 * Decides the next write on the way back, from the NIC alone, so that any run can go on wherever another one stopped.
 * The original address comes back as Static first: made Dynamic at once, Azure may give another one (azure-facts:
 * a dynamic address is released once a different one is set).
 */
export function nextWrite(record: ResetRecord, standing: NicStanding): NextWrite {
  const { original } = record;
  const asStatic: ResetTarget = { address: original.address, allocation: "Static" };
  switch (standing.place) {
    case "foreign":
      return { kind: "foreign" };
    case "swap":
    case "moved":
      return { kind: "write", target: asStatic };
    case "kept":
      return movedBefore(record)
        ? settled(standing, asStatic, true)
        : { kind: "write", target: original };
    case "original":
      return settled(standing, original, false);
  }
}

/** A write that failed leaves the NIC in a failed state, which the same write again clears. */
function settled(standing: NicStanding, target: ResetTarget, keptStatic: boolean): NextWrite {
  return standing.state === "failed" ? { kind: "write", target } : { kind: "finished", keptStatic };
}

/** Whether the address was set back after Dynamic had been tried: it must not be tried again. */
function movedBefore({ written }: ResetRecord): boolean {
  const dynamic = written.findIndex(({ allocation }) => allocation === "Dynamic");
  return dynamic !== -1 && written.slice(dynamic).some(({ allocation }) => allocation === "Static");
}
