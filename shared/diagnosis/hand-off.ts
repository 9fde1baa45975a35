import type { AzureFacts, GuestReading, NicFacts } from "../domain/facts.ts";
import type { HandOff, TriedChange } from "../domain/hand-off.ts";
import type { BackupRecord, Incident, LedgerEntry } from "../domain/incident.ts";
import { ipv4Configurations } from "../domain/ip-configurations.ts";
import type { Outcome } from "../domain/outcome.ts";
import { printable } from "./command-line.ts";
import { isFault } from "./is-fault.ts";
import { manualSteps, silentSteps } from "./manual-steps.ts";
import { portalLinks } from "./portal-links.ts";
import { restoreLines } from "./restore-lines.ts";

/** What a hand-off is made of. */
export interface HandOffParts {
  readonly incident: Incident;
  readonly outcome: Outcome;
  /** What Azure says at the end of the run; null: it did not tell, and what was read before counts. */
  readonly now: AzureFacts | null;
  readonly tenantId: string | null;
}

/** What a person needs who goes on where a run ended; null for an outcome that calls nobody, or a VM that was never read. */
export function handOffOf({ incident, outcome, now, tenantId }: HandOffParts): HandOff | null {
  const facts = now ?? incident.azureFacts;
  if ((outcome.kind !== "needsHuman" && outcome.kind !== "rolledBack") || facts === null) {
    return null;
  }
  return {
    found: foundIn(incident),
    tried: incident.ledger.map(triedChange),
    now: [
      ...azureLines(facts, now === null),
      ...guestLines(incident.guest),
      snapshotLine(incident.backup),
    ],
    nextSteps: nextSteps(outcome, incident, facts),
    links: portalLinks(facts.vm.id, tenantId),
    restore: restoreLines(facts.vm, incident.backup),
  };
}

function foundIn({ diagnoses, probe }: Incident): readonly string[] {
  const verdicts = diagnoses.map(({ message }) => message);
  return probe === null ? verdicts : [...verdicts, `RDP: ${probe.detail}.`.replace(/\.\.$/u, ".")];
}

/** States after which Windows or the NIC is changed, or may be. */
const CHANGED = new Set<LedgerEntry["state"]>(["open", "done", "unknown"]);

function triedChange({ intent, state, result, undo }: LedgerEntry): TriedChange {
  return { what: intent, state, result, undo: CHANGED.has(state) ? undo : null };
}

function azureLines({ vm, nics, readAt }: AzureFacts, old: boolean): readonly string[] {
  const when = old ? ` (read at ${readAt})` : "";
  const agent = vm.agentReady ? "its agent reports" : "its agent does not report";
  return [`VM ${vm.name} is ${vm.powerState}, and ${agent}${when}.`, ...nics.map(nicLine)];
}

function nicLine(nic: NicFacts): string {
  const addresses = ipv4Configurations(nic).map(
    ({ address, allocation }) => `${address ?? "no address"} (${allocation})`,
  );
  return `NIC ${nic.name}: Azure's address is ${addresses.join(", ")}; its MAC address is ${nic.mac ?? "not known"}.`;
}

function guestLines(guest: GuestReading | null): readonly string[] {
  if (guest === null) {
    return ["Windows was not read."];
  }
  if (guest.kind === "unreadable") {
    const listed = guest.console?.kind === "listed" ? guest.console.addresses : [];
    const shown = listed.map(({ ip, network }) => `${ip} (network number ${network})`);
    return [
      `Windows could not be read: ${guest.message}`,
      ...(shown.length === 0 ? [] : [`Its serial console listed ${shown.join(", ")}.`]),
    ];
  }
  const { adapters, readAt, deadManTasks } = guest.facts;
  return [
    ...adapters.map(({ name, addresses, dhcp }) => {
      const has = addresses.map(({ ip, prefixLength }) => `${ip}/${prefixLength}`).join(", ");
      const how = dhcp === true ? "on" : "off";
      return `Windows, read at ${readAt}: adapter "${printable(name)}" has ${has === "" ? "no address" : has}, DHCP ${how}.`;
    }),
    ...deadManTasks.map(
      (incidentId) => `The scheduled task static-ip-remediator-${printable(incidentId)} was there.`,
    ),
  ];
}

function snapshotLine(backup: BackupRecord | null): string {
  if (backup === null || backup.state === "deleted") {
    return "There is no snapshot of this run.";
  }
  const state = backup.state === "complete" ? "is complete" : "may not be complete yet";
  return `Snapshot ${backup.snapshotName} ${state}; it is to be kept until ${backup.expiresAt}.`;
}

/** The outcome's own steps; where they are none to follow by hand, those of the procedure as well. */
function nextSteps(
  { nextStep, code }: Outcome,
  { diagnoses }: Incident,
  facts: AzureFacts,
): readonly string[] {
  const own = linesOf(nextStep);
  if (own.some((line) => line.startsWith("1. "))) {
    return own;
  }
  const fault = diagnoses.find((diagnosis) => isFault([diagnosis]) || isUnreadable(diagnosis.kind));
  if (code === "rdp-silent-address-right" || fault === undefined) {
    return [...own, ...linesOf(silentSteps(facts))];
  }
  return [...own, ...linesOf(manualSteps(fault, facts))];
}

function isUnreadable(kind: string): boolean {
  return kind === "guest-unreadable";
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}
