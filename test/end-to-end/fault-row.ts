import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import type { SimulatorLog } from "./fleet.ts";
import type { VmInput } from "./scenarios.ts";

type WithoutVm<Fault> = Fault extends unknown ? Omit<Fault, "vm" | "about"> : never;

/** A fault of a row; it strikes the row's own VM unless it names another one. */
export type RowFault = WithoutVm<NonNullable<ScenarioInput["faults"]>[number]> & {
  readonly vm?: string;
};

/** A count that depends on how long something lasted is only known to be above one. */
export type Count = number | "several";

/** How many requests that write were sent, whatever became of them. */
export interface Writes {
  readonly put: number;
  readonly read: Count;
  readonly switch: Count;
  readonly patch: number;
  readonly delete: number;
}

/** What a run says at its end, and what it leaves behind in simulated Azure. */
export interface Left {
  /** Kind and code. */
  readonly outcome: string;
  /** States of the ledger's entries. */
  readonly ledger: readonly string[];
  /** How Windows is addressed: whose address it has, and whether by DHCP. */
  readonly guest: string;
  readonly snapshot: "none" | "closed" | "open";
  /** Dead-man's tasks that were still armed when the run ended. */
  readonly tasks: number;
  /** Script that holds the Run Command slot, or those of managed Run Commands that are still there. */
  readonly slot: string;
  readonly writes: Writes;
  /** Kinds of what happened to the VM and its guest, in the order of their names. */
  readonly effects: readonly string[];
}

/** One fault at one step, and how it must end. */
export interface FaultRow {
  readonly title: string;
  readonly faults: readonly RowFault[];
  /** Whether Windows is right from the start; it has a wrong static address otherwise. */
  readonly right?: true;
  /** What else is special about the VM. */
  readonly vm?: Partial<VmInput>;
  /** What DHCP answers it. */
  readonly lease?: VmInput["nics"][number]["lease"];
  /** Where it stands: among other VMs, with one neighbour that never answers, or alone. */
  readonly subnet?: "fleet" | "pair" | "alone";
  readonly left: Left;
  /** In the outcome's message, next step or remarks. */
  readonly says?: string;
}

type LeftChange = Partial<Omit<Left, "writes">> & { readonly writes?: Partial<Writes> };

/** How one row ended: as expected of rows, and what the outcome says in words. */
export interface RowEnd {
  readonly row: FaultRow;
  readonly left: Left;
  readonly words: string;
  /** Faults that never struck: then the row shows nothing. */
  readonly missed: readonly string[];
  readonly log: SimulatorLog;
}

/** A heal as if nothing had happened, but for what is named. */
export function healed(change: LeftChange = {}): Left {
  return changed(
    {
      outcome: "healed guest-dhcp",
      ledger: ["done"],
      guest: "Azure's by DHCP",
      snapshot: "closed",
      tasks: 0,
      slot: "free",
      writes: { put: 1, read: 1, switch: 1, patch: 1, delete: 0 },
      effects: ["dhcpSwitched", "snapshotCreated", "snapshotUpdated"],
    },
    change,
  );
}

/** An end without any change to the guest, its snapshot kept for the person who goes on, but for what is named. */
export function untouched(outcome: string, change: LeftChange = {}): Left {
  return healed({
    outcome,
    ledger: [],
    guest: "static as before",
    effects: ["snapshotCreated", "snapshotUpdated"],
    ...change,
    writes: { switch: 0, ...change.writes },
  });
}

/** An end that needs no snapshot: whatever was made is deleted again, but for what is named. */
export function dropped(outcome: string, change: LeftChange = {}): Left {
  return untouched(outcome, {
    snapshot: "none",
    effects: ["snapshotCreated", "snapshotDeleted"],
    ...change,
    writes: { patch: 0, delete: 1, ...change.writes },
  });
}

/** An end before anything was written, but for what is named. */
export function unwritten(outcome: string, change: LeftChange = {}): Left {
  return untouched(outcome, {
    snapshot: "none",
    effects: [],
    ...change,
    writes: { put: 0, read: 0, patch: 0, ...change.writes },
  });
}

function changed(left: Left, change: LeftChange): Left {
  const { writes, ...rest } = change;
  return { ...left, ...rest, writes: { ...left.writes, ...writes } };
}
