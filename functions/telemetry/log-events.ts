/** Where a log event stands: nothing to do, worth a look, or trouble. */
type LogLevel = "info" | "warn" | "error";

/** What the log can say, once for all times: ids are never used for anything else. */
interface LogEventEntry {
  /** Stable; alerts and searches may name it. */
  readonly id: `SIR${number}`;
  readonly level: LogLevel;
  /** Constant text: values go to the fields. */
  readonly message: string;
  readonly fields: readonly string[];
  readonly meaning: string;
  /** For who reads it; empty: nothing. */
  readonly nextStep: string;
}

/**
 * Every event that the functions write to the log. SIR1xx: runs; SIR2xx: what is left in Azure and Windows; SIR3xx: probe
 * rounds; SIR4xx: callers. `docs/telemetry.md` has the same table.
 */
export const LOG_EVENTS = {
  incidentClosed: {
    id: "SIR101",
    level: "info",
    message: "incident closed",
    fields: ["specversion", "type", "source", "id", "subject", "time", "datacontenttype", "data"],
    meaning: "A run ended; the fields are the lifecycle event, with outcome, changes and snapshot.",
    nextStep: "The outcome's own `nextStep`.",
  },
  activityFailed: {
    id: "SIR102",
    level: "warn",
    message: "activity failed",
    fields: ["activity", "code", "message"],
    meaning: "One attempt of an activity failed; what is transient is tried up to five times.",
    nextStep: "None while the run goes on; `code` is in `docs/codes.md`.",
  },
  transcriptNotKept: {
    id: "SIR103",
    level: "warn",
    message: "console transcript not kept",
    fields: ["incidentId", "message"],
    meaning: "The serial console was used, and what it printed could not be stored.",
    nextStep: "Look at the store: it refused a write.",
  },
  runNotStarted: {
    id: "SIR104",
    level: "warn",
    message: "run not started",
    fields: ["target", "message"],
    meaning: "A signal is stored, and Durable Functions did not take the start of its run.",
    nextStep:
      "None at once: the sweep tries each minute. If it goes on: look at Durable's storage.",
  },
  cleaned: {
    id: "SIR201",
    level: "info",
    message: "cleaned",
    fields: ["what", "why", "incidentId"],
    meaning: "A round of cleaning deleted a snapshot or Run Command (named beside), or failed to.",
    nextStep: "With `what` = `failed`: read `why`; the next round tries again.",
  },
  taskMayBeArmed: {
    id: "SIR202",
    level: "warn",
    message: "a dead-man's task may still be armed in Windows",
    fields: ["incidentId", "vmId"],
    meaning: "An incident ended without evidence that its scheduled task is gone.",
    nextStep: "Run `remediator diagnose` on the VM: it names armed tasks.",
  },
  silenceNotExplained: {
    id: "SIR301",
    level: "info",
    message: "silence not explained",
    fields: ["vmId", "code", "message"],
    meaning: "A VM left a probe round unanswered, and Azure did not tell why.",
    nextStep: "None: the VM has its next turn in the next round.",
  },
  requestRefused: {
    id: "SIR401",
    level: "warn",
    message: "request refused",
    fields: ["route", "check"],
    meaning: "A caller of an HTTP route showed no token that it takes; `check` is what failed.",
    nextStep: "See `docs/security.md`; many of them: look who calls, in the host's request log.",
  },
  requestFailed: {
    id: "SIR402",
    level: "error",
    message: "request failed",
    fields: ["route", "message"],
    meaning: "A request was answered with 503, since the store failed or the program has a defect.",
    nextStep: "Look at the store first; callers send it again.",
  },
} as const satisfies Readonly<Record<string, LogEventEntry>>;

export type LogEventName = keyof typeof LOG_EVENTS;

/** Names of the fields that come with an event. */
export type LogFields<Name extends LogEventName> = Readonly<
  Record<(typeof LOG_EVENTS)[Name]["fields"][number], unknown>
>;
