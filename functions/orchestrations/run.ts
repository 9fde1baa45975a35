import type { OrchestrationContext, Task } from "durable-functions";

import type { Diagnosis, Plan } from "../../shared/domain/diagnosis.ts";
import type { AzureFacts, GuestReading, Probe } from "../../shared/domain/facts.ts";
import type { BackupRecord, Incident, LedgerEntry } from "../../shared/domain/incident.ts";
import type { Outcome, OutcomeKind } from "../../shared/domain/outcome.ts";
import type { RunPurpose, RunScope } from "../../shared/domain/signal.ts";
import type { ActivityCatalogue, ActivityFailure, ActivityName } from "../activities/catalogue.ts";
import type { RunSettings } from "../activities/catalogue/signals.ts";
import { belongTo } from "./belonging.ts";
import { ActivityFailedError, call, type Patience } from "./call.ts";
import { nowOf } from "./clock.ts";
import { Story } from "./story.ts";

/** How the backup of a run ended; `none`: it was never asked for. */
export type BackupResult =
  | { readonly kind: "complete"; readonly record: BackupRecord }
  | {
      readonly kind: "incomplete";
      readonly record: BackupRecord | null;
      readonly code: string;
      readonly message: string;
      readonly nextStep: string;
    };

/** All that one run knows, gathered as its story goes on. */
export interface Run {
  readonly context: OrchestrationContext;
  readonly vmId: string;
  readonly incidentId: string;
  readonly openedAt: string;
  readonly purpose: RunPurpose;
  readonly settings: RunSettings;
  readonly story: Story;
  readonly patience: Patience;
  opened: boolean;
  facts: AzureFacts | null;
  probe: Probe | null;
  guest: GuestReading | null;
  diagnoses: readonly Diagnosis[];
  plan: Plan | null;
  /** When the first unanswered probe of the present silence began; null: the VM is not known to be silent. */
  silentSince: string | null;
  /** The first probe, if it was not answered: it counts among the further ones. */
  unanswered: { readonly address: string | null } | null;
  /** The further probes, once they were started beside the story. */
  silenceTask: Task | null;
  /** The backup in the making, once it was started. */
  backupTask: Task | null;
  backup: BackupResult | null;
  /** The look at screenshot and serial log: a task once it was started. */
  boot: Task | "not-looked" | "looked";
  ledger: readonly LedgerEntry[];
  /** The switch that went as a managed Run Command: whether its script surely ended, and whether its resource is deleted. */
  managedSwitch: "none" | "running" | "ended" | "deleted";
  /** NICs whose static address this run set itself, over the console. */
  setByUs: readonly string[];
  /** Outcome code of the remedy that healed; the most disruptive one if several did; empty before. */
  healedBy: string;
  provenAt: string | null;
  remarks: readonly string[];
}

/** Starts a run's knowledge; the incident's id is the same in each replay. */
export function beginRun(
  context: OrchestrationContext,
  vmId: string,
  found: { readonly purpose: RunPurpose; readonly settings: RunSettings },
): Run {
  const openedAt = nowOf(context);
  const unique = context.df.newGuid(context.df.instanceId).slice(0, 8);
  const incidentId = `inc-${openedAt.slice(0, 10).replaceAll("-", "")}-${unique}`;
  belongTo(context, incidentId);
  return {
    context,
    vmId,
    incidentId,
    openedAt,
    purpose: found.purpose,
    settings: found.settings,
    story: new Story(context, vmId, found.purpose.mode),
    patience: { retrySeconds: found.settings.retrySeconds },
    opened: false,
    facts: null,
    probe: null,
    guest: null,
    diagnoses: [],
    plan: null,
    silentSince: null,
    unanswered: null,
    silenceTask: null,
    backupTask: null,
    backup: null,
    boot: "not-looked",
    ledger: [],
    managedSwitch: "none",
    setByUs: [],
    healedBy: "",
    provenAt: null,
    remarks: [],
  };
}

/** Calls an activity with the run's patience. */
export function* callFor<Name extends ActivityName>(
  run: Run,
  name: Name,
  input: ActivityCatalogue[Name]["input"],
): Generator<Task, ActivityCatalogue[Name]["output"], unknown> {
  return yield* call(run.context, name, input, run.patience);
}

/** As `callFor`, with another answer where the call failed for good: for what must not end the run. */
export function* callOr<Name extends ActivityName>(
  run: Run,
  name: Name,
  input: ActivityCatalogue[Name]["input"],
  otherwise: (failure: ActivityFailure) => ActivityCatalogue[Name]["output"],
): Generator<Task, ActivityCatalogue[Name]["output"], unknown> {
  try {
    return yield* callFor(run, name, input);
  } catch (error) {
    if (error instanceof ActivityFailedError) {
      return otherwise(error.failure);
    }
    throw error;
  }
}

/** Which signals the run answers, as far as it got. */
export function scopeOf(run: Run): RunScope {
  const { vmId, purpose, facts, guest } = run;
  const guestVisited = guest !== null && purpose.readGuest;
  return { vmId, purpose, factsReadAt: facts?.readAt ?? null, guestVisited };
}

/** Whether the run may change anything at all. */
export function mayChange(run: Run): boolean {
  return run.purpose.mode === "heal" && run.settings.mode === "heal";
}

/**
 * Whether the serial console may be opened: allowed by name, for a silent agent, in a run that may change things or whose
 * operator asked for it.
 */
export function mayUseConsole(run: Run): boolean {
  const wanted = mayChange(run) || run.purpose.console;
  return wanted && run.settings.allowed.includes("console") && run.facts?.vm.agentReady === false;
}

/** Whether the guest was changed, or may have been; also if everything was put back. */
export function hasChanged(run: Run): boolean {
  return run.ledger.some(({ state }) => state !== "untouched");
}

/** The incident as it stands. */
export function incidentOf(run: Run): Incident {
  return {
    id: run.incidentId,
    vmId: run.vmId,
    vmName: run.facts?.vm.name ?? run.vmId.slice(run.vmId.lastIndexOf("/") + 1),
    mode: run.purpose.mode,
    openedAt: run.openedAt,
    closedAt: null,
    signalIds: [],
    azureFacts: run.facts,
    probe: run.probe,
    guest: run.guest,
    diagnoses: run.diagnoses,
    plan: run.plan,
    backup: run.backup?.record ?? null,
    steps: run.story.steps,
    ledger: run.ledger,
    silentSince: run.silentSince,
    provenAt: run.provenAt,
    outcome: null,
  };
}

/** Opens the incident in the store, once: from then on its signals are taken. */
export function* openIncident(run: Run): Generator<Task, void, unknown> {
  if (!run.opened) {
    yield* callFor(run, "openIncident", { incident: incidentOf(run), scope: scopeOf(run) });
    run.opened = true;
    run.story.incident(run.incidentId);
  }
}

/** An outcome with the run's remarks. */
export function outcomeOf(
  run: Run,
  kind: OutcomeKind,
  says: { readonly code: string; readonly message: string; readonly nextStep: string },
): Outcome {
  return {
    kind,
    code: says.code,
    message: says.message,
    nextStep: says.nextStep,
    remarks: run.remarks,
  };
}

/** Outcome codes of remedies that do less than another one, in the order of what they do. */
const GENTLE = [
  "",
  "renew-lease",
  "enable-adapter",
  "repair-dhcp-service",
  "set-addresses",
  "guest-dhcp",
];

/** Notes the remedy that healed, unless a more disruptive one did already. */
export function healedBy(run: Run, code: string): void {
  const before = GENTLE.indexOf(run.healedBy);
  if (before !== -1 && before < GENTLE.indexOf(code)) {
    run.healedBy = code;
  }
}

/** Puts an intent or its result on record. */
export function* writeLedger(run: Run, entry: LedgerEntry): Generator<Task, void, unknown> {
  yield* callFor(run, "writeLedger", { incidentId: run.incidentId, entry });
  run.ledger = [...run.ledger.filter((other) => other.id !== entry.id), entry];
}
