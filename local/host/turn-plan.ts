import type { RetryPolicy, Outcome } from "./actions.ts";
import type { ExecutionId, HistoryEvent } from "./history.ts";

/** What a run has numbered and still waits for; kept in the journal between turns, as JSON. */
export interface Ledger {
  readonly seenActions: number;
  readonly nextTask: number;
  /** Pending timers: place in the list of actions, number of the task. */
  readonly timers: readonly { readonly place: number; readonly task: number }[];
  readonly chains: readonly Chain[];
  /** Waits for external events that an event has answered, by name. */
  readonly answered: Readonly<Record<string, number>>;
  /** External events that nothing has waited for yet. */
  readonly unread: readonly HistoryEvent[];
}

/** A task that takes more numbers as it goes on. */
export type Chain =
  | {
      readonly kind: "retry";
      readonly task: number;
      readonly call: Call;
      readonly policy: RetryPolicy;
      /** Failures so far. */
      readonly failures: number;
      readonly waiting: boolean;
    }
  | {
      readonly kind: "longTimer";
      readonly task: number;
      readonly place: number;
      readonly fireAt: string;
    };

export type Call =
  | { readonly kind: "activity"; readonly name: string; readonly input: string }
  | {
      readonly kind: "subOrchestration";
      readonly name: string;
      readonly input: string;
      readonly instanceId: string | null;
      /** Null, or left out by an older host: the host's default. */
      readonly version?: string | null;
    };

/** How a run ended. Texts are JSON, `reason` apart. */
export type Ending =
  | { readonly kind: "completed"; readonly output: string }
  | { readonly kind: "failed"; readonly reason: string }
  | {
      readonly kind: "continuedAsNew";
      readonly input: string;
      readonly carried: readonly HistoryEvent[];
    };

/** One turn of one run: the event that it takes, and what the orchestrator then returned. */
export interface Turn {
  readonly run: ExecutionId & { readonly name: string };
  readonly ledger: Ledger;
  readonly event: HistoryEvent;
  readonly outcome: Outcome;
  /** Version of sub-orchestrations for which none is asked. */
  readonly defaultVersion: string | null;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
}

/** What a turn adds to history and asks for. */
export interface TurnPlan {
  readonly history: readonly HistoryEvent[];
  readonly activities: readonly {
    readonly task: number;
    readonly name: string;
    readonly input: string;
  }[];
  readonly children: readonly {
    readonly task: number;
    readonly name: string;
    readonly instanceId: string;
    readonly version: string | null;
    readonly input: string;
  }[];
  readonly timers: readonly { readonly task: number; readonly fireAt: string }[];
  /** Tasks of timers that are no longer waited for. */
  readonly cancelled: readonly number[];
  readonly ledger: Ledger;
  /** Null while the run goes on. */
  readonly ending: Ending | null;
}

/** The ledger of a run that has not begun. */
export const emptyLedger: Ledger = {
  seenActions: 0,
  nextTask: 0,
  timers: [],
  chains: [],
  answered: {},
  unread: [],
};
