import type { Diagnosis, Plan, RemedyKind } from "./diagnosis.ts";
import type { AzureFacts, GuestReading, Probe } from "./facts.ts";
import type { Outcome } from "./outcome.ts";
import type { RunMode } from "./signal.ts";

/** The steps a run can show, in the words of the design. */
export type StepName =
  | "settle"
  | "azureFacts"
  | "probe"
  | "guestRead"
  | "confirmSilence"
  | "backup"
  | "bootDiagnostics"
  | "diagnosis"
  | "consoleRead"
  | "consoleSet"
  | "consoleLogin"
  | "agentBack"
  | "restartCheck"
  | "guestSwitch"
  | "guestRepair"
  | "resolveSwitch"
  | "nicSwap"
  | "vmUp"
  | "nicRestore"
  | "pinAddress"
  | "rollBack"
  | "proof"
  | "lookFurther"
  | "ghosts"
  | "secondProbe";

/** One step of a run, as live views and the API show it. */
export interface Step {
  readonly name: StepName;
  /** ISO 8601 UTC, by the orchestration's clock. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly state: "running" | "done" | "failed";
  /** One line for people. */
  readonly detail: string | null;
}

/** What a run's custom status holds; small, since the engine limits it to 16 KB. */
export interface RunStatus {
  readonly vmId: string;
  readonly mode: RunMode;
  readonly incidentId: string | null;
  readonly steps: readonly Step[];
  readonly outcome: Outcome | null;
}

/** An intended change: written before the change, closed after it. */
export interface LedgerEntry {
  /** Unique within its incident and the same when written again. */
  readonly id: string;
  readonly remedy: RemedyKind | "ghostAdapters";
  /** The NIC which it is about. */
  readonly nicId: string;
  /** What will be changed, one sentence. */
  readonly intent: string;
  /** Everything needed to put it back by hand: JSON-safe. */
  readonly before: unknown;
  /** How to put it back, one sentence. */
  readonly undo: string;
  readonly openedAt: string;
  readonly closedAt: string | null;
  /** `untouched`: the change was never made; `undone`: it was, and everything was put back. */
  readonly state: "open" | "done" | "undone" | "untouched" | "unknown";
  readonly result: string | null;
}

/** The snapshot of the OS disk. */
export interface BackupRecord {
  readonly snapshotId: string;
  readonly snapshotName: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly state: "creating" | "complete" | "deleted";
}

/** One run for one VM, from the signals it takes to its outcome. */
export interface Incident {
  readonly id: string;
  /** Lower case. */
  readonly vmId: string;
  /** As Azure spells it. */
  readonly vmName: string;
  readonly mode: RunMode;
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly signalIds: readonly string[];
  readonly azureFacts: AzureFacts | null;
  readonly probe: Probe | null;
  readonly guest: GuestReading | null;
  readonly diagnoses: readonly Diagnosis[];
  readonly plan: Plan | null;
  readonly backup: BackupRecord | null;
  readonly steps: readonly Step[];
  readonly ledger: readonly LedgerEntry[];
  /** When its run's first unanswered probe began, ISO 8601 UTC. Null or left out: its VM was not found silent. */
  readonly silentSince?: string | null;
  /** When the first proof held, ISO 8601 UTC: time to heal ends there. */
  readonly provenAt: string | null;
  readonly outcome: Outcome | null;
}

/** States of a change that may be there still; a finished one too, which nobody has put back. */
const LEFT: ReadonlySet<LedgerEntry["state"]> = new Set(["open", "done", "unknown"]);

/** Whether something is left changed, or may be, by what a ledger's entry intended. */
export function mayBeLeft({ state }: LedgerEntry): boolean {
  return LEFT.has(state);
}
