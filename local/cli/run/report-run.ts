import type { Colors } from "picocolors/types.js";

import type { HandOff } from "../../../shared/domain/hand-off.ts";
import type { IncidentView } from "../host/host-schema.ts";
import { stepLabel } from "../terminal/live-view.ts";
import type { Screen } from "../terminal/screen.ts";
import { durationText, printable, secondsBetween } from "../terminal/text.ts";
import type { RunEnd } from "./follow.ts";
import { sayCommands, sayHandOff } from "./say-hand-off.ts";

type Outcome = NonNullable<IncidentView["outcome"]>;

const TITLES: Readonly<Record<Outcome["kind"], string>> = {
  healed: "healed",
  healthy: "healthy",
  refused: "left alone",
  rolledBack: "rolled back",
  needsHuman: "needs a person",
  failed: "failed",
};

/** What a NIC looks like from both sides. */
export interface NicFinding {
  readonly nic: string;
  readonly adapter: string | null;
  readonly azure: readonly string[];
  /** Null: Windows was not read. */
  readonly windows: readonly string[] | null;
  readonly diagnosis: string | null;
}

/** The last object of `--json`. */
export interface RunResult {
  readonly type: "result";
  readonly outcome: Outcome["kind"] | "ignored" | "interrupted";
  readonly code: string;
  readonly message: string;
  readonly nextStep: string;
  readonly remarks: readonly string[];
  readonly exitCode: number;
  readonly vmId: string;
  readonly incidentId: string | null;
  readonly nics: readonly NicFinding[];
  readonly failedStep: string | null;
  readonly changes: IncidentView["ledger"];
  readonly snapshot: IncidentView["backup"];
  /** Files that the host keeps with the incident; sizes in bytes. */
  readonly evidence: IncidentView["evidence"];
  /** For the person who goes on; null where nobody is called. */
  readonly handOff: HandOff | null;
  /** From the run's begin to the first proof. */
  readonly secondsToHeal: number | null;
}

/** The end of a run as data. */
export function resultOfRun(vmId: string, end: RunEnd, exitCode: number): RunResult {
  const incident = end.kind === "ignored" ? null : end.incident;
  const found = incident === null ? NOTHING_FOUND : foundIn(incident);
  return { type: "result", ...verdictOf(end), exitCode, vmId, ...found };
}

/** A closed incident as data, without what concerns the call that looks at it. */
export function resultOfIncident(incident: IncidentView): Omit<RunResult, "type" | "exitCode"> {
  const { vmId } = incident;
  return { ...verdictOf({ kind: "incident", incident }), vmId, ...foundIn(incident) };
}

type Found = Pick<
  RunResult,
  "incidentId" | "nics" | "failedStep" | "changes" | "snapshot" | "evidence" | "secondsToHeal"
>;

const NOTHING_FOUND: Found = {
  incidentId: null,
  nics: [],
  failedStep: null,
  changes: [],
  snapshot: null,
  evidence: [],
  secondsToHeal: null,
};

function foundIn(incident: IncidentView): Found {
  const { openedAt, provenAt } = incident;
  return {
    incidentId: incident.id,
    nics: findings(incident),
    failedStep: failedStep(incident),
    changes: incident.ledger,
    snapshot: incident.backup,
    evidence: incident.evidence,
    secondsToHeal: provenAt === null ? null : secondsBetween(openedAt, provenAt),
  };
}

function verdictOf(
  end: RunEnd,
): Pick<RunResult, "outcome" | "code" | "message" | "nextStep" | "remarks" | "handOff"> {
  if (end.kind === "ignored") {
    const healthy = end.reason === "healthy";
    return {
      outcome: healthy ? "healthy" : "ignored",
      code: end.reason,
      message: end.message,
      nextStep: "",
      remarks: [],
      handOff: null,
    };
  }
  if (end.incident?.outcome === null || end.incident === null) {
    return {
      outcome: "interrupted",
      code: "interrupted",
      message: "The run was left before its end.",
      nextStep: "Give the same command again: it goes on with the same incident.",
      remarks: [],
      handOff: null,
    };
  }
  const { kind, handOff = null, ...rest } = end.incident.outcome;
  return { outcome: kind, ...rest, handOff };
}

/** What was found on each NIC, primary first. */
function findings(incident: IncidentView): readonly NicFinding[] {
  if (incident.diagnoses.length === 0) {
    return (incident.azureFacts?.nics ?? []).map((nic) => ({
      nic: nic.name,
      adapter: null,
      azure: nic.ipConfigurations.flatMap(({ address }) => address ?? []),
      windows: null,
      diagnosis: null,
    }));
  }
  return incident.diagnoses.map((diagnosis) => ({
    nic: diagnosis.nicId.slice(diagnosis.nicId.lastIndexOf("/") + 1),
    adapter: diagnosis.adapterName,
    azure: diagnosis.azureAddresses,
    windows: diagnosis.kind === "guest-unreadable" ? null : diagnosis.guestAddresses,
    diagnosis: diagnosis.kind,
  }));
}

/** The last step that failed, in words; a probe that nobody answers is a finding, not a failure. */
function failedStep(incident: Pick<IncidentView, "steps" | "outcome">): string | null {
  const good = incident.outcome?.kind === "healed" || incident.outcome?.kind === "healthy";
  const step = incident.steps.findLast(
    ({ name, state }) => state === "failed" && name !== "probe" && name !== "confirmSilence",
  );
  return good || step === undefined ? null : stepLabel(step.name);
}

/** Writes the end of a run for people. */
export function sayRun(screen: Screen, result: RunResult): void {
  screen.line("");
  screen.line(`Outcome: ${outcomeTitle(screen.colors, result)} (${result.code})`);
  screen.say(result.message, "  ");
  for (const finding of result.nics) {
    sayFinding(screen, finding);
  }
  if (result.failedStep !== null) {
    screen.say(`Failed step: ${result.failedStep}`);
  }
  sayChanges(screen, result);
  for (const remark of result.remarks) {
    screen.say(`Remark: ${remark}`);
  }
  if (result.secondsToHeal !== null) {
    screen.line(`Time to heal: ${durationText(result.secondsToHeal)}`);
  }
  if (result.evidence.length > 0) {
    const names = result.evidence.map(({ name }) => printable(name)).join(", ");
    screen.say(`Evidence, kept with the incident: ${names}`);
  }
  const steps = result.handOff?.nextSteps ?? result.nextStep.split("\n");
  sayCommands(
    screen,
    "Next:",
    steps.filter((step) => step !== ""),
  );
  if (result.handOff !== null) {
    sayHandOff(screen, result.handOff);
  }
}

function sayFinding(screen: Screen, finding: NicFinding): void {
  const windows = finding.windows === null ? "not read" : listed(finding.windows);
  const adapter = finding.adapter === null ? "" : `, adapter "${finding.adapter}"`;
  screen.say(`Found on NIC ${finding.nic}${adapter}:`);
  screen.say(`Azure: ${listed(finding.azure)}`, "  ");
  screen.say(`Windows: ${windows}`, "  ");
}

function sayChanges(screen: Screen, result: RunResult): void {
  const word = {
    open: "not closed",
    done: "done",
    undone: "undone",
    untouched: "not begun",
    unknown: "unknown",
  } as const;
  for (const change of result.changes) {
    screen.say(`Change (${word[change.state]}): ${change.intent}`);
    screen.say(change.result ?? "", "  ");
    if (change.state === "open" || change.state === "unknown") {
      screen.say(`To put it back: ${change.undo}`, "  ");
    }
  }
  if (result.changes.length === 0 && result.outcome !== "interrupted") {
    screen.line("Nothing was changed.");
  }
  if (result.snapshot !== null) {
    const state = result.snapshot.state === "deleted" ? "deleted, since it was not needed" : "kept";
    const until = result.snapshot.state === "deleted" ? "" : ` until ${result.snapshot.expiresAt}`;
    screen.say(`Snapshot ${result.snapshot.snapshotName}: ${state}${until}`);
  }
}

/** An outcome in a person's words, in the colour that tells good from bad. */
export function outcomeTitle(
  colors: Colors,
  { outcome, code }: Pick<RunResult, "outcome" | "code">,
): string {
  if (code === "dry-run") {
    // What was asked for was a look, so its finding comes first.
    return colors.bold(colors.yellow("fault found, nothing changed"));
  }
  if (outcome === "ignored" || outcome === "interrupted") {
    return colors.yellow(outcome);
  }
  const good = outcome === "healed" || outcome === "healthy";
  const paint = good ? colors.green : colors.yellow;
  return colors.bold(paint(TITLES[outcome]));
}

function listed(addresses: readonly string[]): string {
  return addresses.length === 0 ? "no address" : addresses.join(", ");
}
