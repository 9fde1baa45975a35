import type { Fault, Operation } from "../scenario/fault-schema.ts";

/** What a fault or a hold can be matched with. */
export interface RequestIdentity {
  readonly operation: Operation;
  /** Name of the VM which the request is about. */
  readonly vm?: string;
  readonly script?: string;
}

/** Which requests a fault or a hold speaks of; what is left out matches all. */
export interface RequestPattern {
  readonly operation?: Operation | undefined;
  readonly vm?: string | undefined;
  readonly script?: string | undefined;
}

/** A fault in force, and how many matching requests it has seen. */
export interface FaultEntry {
  readonly id: number;
  readonly fault: Fault;
  seen: number;
  struck: number;
}

/** The faults in force. */
export interface Faults {
  add(fault: Fault): FaultEntry;
  /** Counts the request at each fault which it matches, and gives the faults that strike it. */
  strike(request: RequestIdentity): readonly Fault[];
  list(): readonly FaultEntry[];
  /** All of them without an id. */
  remove(id?: number): void;
}

/** Makes the list of faults. */
export function makeFaults(initial: readonly Fault[]): Faults {
  let entries: FaultEntry[] = [];
  let lastId = 0;

  function add(fault: Fault): FaultEntry {
    lastId += 1;
    const entry = { id: lastId, fault, seen: 0, struck: 0 };
    entries.push(entry);
    return entry;
  }

  for (const fault of initial) {
    add(fault);
  }
  return {
    add,
    strike(request) {
      const struck: Fault[] = [];
      for (const entry of entries) {
        if (!matchesRequest(patternOf(entry.fault), request)) {
          continue;
        }
        entry.seen += 1;
        if (isDue(entry)) {
          entry.struck += 1;
          struck.push(entry.fault);
        }
      }
      return struck;
    },
    list: () => entries,
    remove(id) {
      entries = id === undefined ? [] : entries.filter((entry) => entry.id !== id);
    },
  };
}

/** Whether the request is one that the pattern speaks of; names in any letter case. */
export function matchesRequest(pattern: RequestPattern, request: RequestIdentity): boolean {
  return (
    isSameOrAny(pattern.operation, request.operation) &&
    isSameOrAny(pattern.vm, request.vm) &&
    isSameOrAny(pattern.script, request.script)
  );
}

/** The first struck fault of that kind. */
export function ofKind<K extends Fault["kind"]>(
  faults: readonly Fault[],
  kind: K,
): Extract<Fault, { kind: K }> | undefined {
  return faults.find((fault): fault is Extract<Fault, { kind: K }> => fault.kind === kind);
}

function isSameOrAny(wanted: string | undefined, actual: string | undefined): boolean {
  return wanted === undefined || wanted.toLowerCase() === actual?.toLowerCase();
}

/** The kinds that do something to a VM; the others change the answer or the operation. */
export type VmFault = Extract<
  Fault,
  { kind: "power" | "deleteVm" | "humanNicChange" | "humanGuestChange" | "lease" | "health" }
>;

const VM_FAULTS = new Set<Fault["kind"]>([
  "power",
  "deleteVm",
  "humanNicChange",
  "humanGuestChange",
  "lease",
  "health",
]);

/** Whether the fault does something to a VM. */
export function isVmFault(fault: Fault): fault is VmFault {
  return VM_FAULTS.has(fault.kind);
}

/** What happens to a VM may be tied to a request which is not about it; the others only strike their own VM. */
function patternOf(fault: Fault): RequestPattern {
  return isVmFault(fault)
    ? { operation: fault.operation, script: fault.script, vm: fault.about }
    : fault;
}

function isDue(entry: FaultEntry): boolean {
  const { nth, count } = entry.fault;
  return entry.seen >= nth && (count === "always" || entry.seen < nth + count);
}
