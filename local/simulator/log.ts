import type { Right } from "./arm/rights.ts";

/** One request which reached simulated Azure, its proxy included. */
export interface LoggedRequest {
  readonly n: number;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly method: string;
  /** For example `vm.get`; see `operations` of the fault schema. */
  readonly operation: string;
  readonly path: string;
  readonly vm?: string;
  /** Name in the first line of a Run Command's script. */
  readonly script?: string;
  /** Its `If-Match` header. */
  readonly ifMatch?: string;
  /** The right that it needs. */
  readonly action?: string;
  /** The rights that it needs on what its body refers to. */
  readonly linked?: readonly Right[];
  /** HTTP status; `pending` while unanswered; `lost` if the answer was withheld; `aborted` if the client left first. */
  readonly status: number | "pending" | "lost" | "aborted" | "silent";
}

/** What changed in simulated Azure and its guests. */
export type EffectKind =
  | "snapshotCreated"
  | "snapshotUpdated"
  | "snapshotDeleted"
  | "nicWritten"
  | "vmStarted"
  | "vmRestarted"
  | "vmDeallocated"
  | "vmStopped"
  | "vmDeleted"
  | "vmUpdated"
  | "dhcpSwitched"
  | "staticRestored"
  | "staticChanged"
  | "leaseChanged"
  | "adapterEnabled"
  | "adapterDisabled"
  | "adaptersChanged"
  | "ghostRemoved"
  | "routesChanged"
  | "dnsChanged"
  | "dhcpServiceChanged"
  | "deadManArmed"
  | "deadManRemoved"
  | "guestChanged";

/** Who brought an effect about. */
export type EffectCause = "request" | "script" | "console" | "task" | "restart" | "human";

/** One change, whoever made it. */
export interface Effect {
  readonly n: number;
  readonly at: string;
  readonly kind: EffectKind;
  readonly by: EffectCause;
  readonly vm: string | null;
  readonly detail: string;
}

/** The record of every request and every effect. */
export interface SimulatorLog {
  request(entry: Omit<LoggedRequest, "n" | "at" | "status">): number;
  answer(n: number, status: LoggedRequest["status"]): void;
  effect(entry: Omit<Effect, "n" | "at">): void;
  read(): { readonly requests: readonly LoggedRequest[]; readonly effects: readonly Effect[] };
  reset(): void;
}

/** Makes an empty log; `onLine` gets one line of text for each entry. Numbers go on after a reset. */
export function makeLog(now: () => Date, onLine: (line: string) => void): SimulatorLog {
  const requests = new Map<number, LoggedRequest>();
  const effects: Effect[] = [];
  let requestCount = 0;
  let effectCount = 0;
  return {
    request(entry) {
      requestCount += 1;
      const at = now().toISOString();
      requests.set(requestCount, { n: requestCount, at, ...entry, status: "pending" });
      return requestCount;
    },
    answer(n, status) {
      const entry = requests.get(n);
      if (entry !== undefined) {
        requests.set(n, { ...entry, status });
        onLine([entry.operation, entry.vm, entry.script, status].filter(Boolean).join(" "));
      }
    },
    effect(entry) {
      effectCount += 1;
      effects.push({ n: effectCount, at: now().toISOString(), ...entry });
      onLine(["effect", entry.kind, entry.vm, entry.detail].filter(Boolean).join(" "));
    },
    read: () => ({ requests: [...requests.values()], effects: [...effects] }),
    reset() {
      requests.clear();
      effects.length = 0;
    },
  };
}
