import { isLinkLocal } from "../domain/addresses.ts";
import type { GuestRepairKind } from "../domain/diagnosis.ts";
import type { GuestAdapter, GuestFacts, GuestReading, NicFacts } from "../domain/facts.ts";
import { ipv4Configurations, primaryAddress } from "../domain/ip-configurations.ts";
import type { RemedyConclusion } from "../domain/remedy.ts";
import type { RepairAnswer, RepairExit } from "../guest/repair-envelope.ts";
import { readReport, stillArmed, type ScriptReport } from "./script-report.ts";

/** What a repair was to reach, and what was there before. */
export interface RepairExpectation {
  readonly incidentId: string;
  readonly repair: GuestRepairKind;
  readonly nic: NicFacts;
  readonly adapter: GuestAdapter;
  readonly dhcpService: GuestFacts["dhcpService"];
}

type Verdict = "right" | "left" | "stale" | "untouched" | "undone" | "other-run" | "unknown";

const VERDICTS: Readonly<Record<RepairExit, Verdict>> = {
  repaired: "right",
  "already-right": "right",
  "addresses-set": "right",
  "already-set": "right",
  "no-default-route": "right",
  "sources-not-set": "right",
  // It stays enabled: what its static addresses need is for the next plan to say.
  "enabled-static": "left",
  drifted: "stale",
  expired: "stale",
  "adapter-missing": "stale",
  "adapter-disabled": "stale",
  "not-elevated": "untouched",
  "bad-parameters": "untouched",
  "task-armed": "untouched",
  "dhcp-unusable": "untouched",
  "no-dead-man": "untouched",
  "enable-failed": "untouched",
  error: "untouched",
  // A lease is the DHCP server's: asking for one changes no configuration.
  "lease-missing": "untouched",
  "lease-wrong": "untouched",
  "other-run": "other-run",
  "lease-missing-restored": "undone",
  "lease-wrong-restored": "undone",
  "not-set-restored": "undone",
  "error-restored": "undone",
  "restore-failed": "unknown",
};

/** Exits that are right and leave something to be said. */
const REMARKED: ReadonlySet<RepairExit> = new Set(["no-default-route", "sources-not-set"]);

/** What a repair's report means. An armed dead-man task, or an address that is not Azure's, is never taken for an end. */
export function concludeRepair(
  report: ScriptReport<RepairAnswer>,
  expected: RepairExpectation,
): RemedyConclusion {
  const answer = readReport<Extract<RepairAnswer, { kind: "answer" }>>(report);
  if (answer.kind === "none") {
    return answer.conclusion;
  }
  const verdict = VERDICTS[answer.exit];
  const says = { code: answer.exit, message: answer.message };
  if (answer.deadManTask === "armed" && verdict !== "other-run") {
    return stillArmed(says.message);
  }
  if (verdict === "left") {
    return { kind: "stale", ...says, left: true };
  }
  if (verdict !== "right") {
    return { kind: verdict, ...says };
  }
  return answer.after !== null && isRepaired(answer.after, expected)
    ? right(expected, REMARKED.has(answer.exit) ? [answer.message] : [])
    : { kind: "unknown", ...says };
}

/**
 * What a reading of the guest says of a repair whose answer was lost; null: read again later. Before the script's
 * not-after time an unchanged guest proves nothing, since a queued script may still run.
 */
export function concludeRepairReading(
  reading: GuestReading,
  expected: RepairExpectation,
  expired: boolean,
): RemedyConclusion | null {
  if (reading.kind === "unreadable" || reading.facts.deadManTasks.includes(expected.incidentId)) {
    return null;
  }
  const { facts } = reading;
  const adapter = facts.adapters.find(({ mac }) => mac === expected.adapter.mac);
  if (adapter === undefined) {
    return null;
  }
  if (isRepaired(adapter, expected)) {
    const lost = "The repair's own answer was lost; a later reading shows the address.";
    return right(expected, [lost]);
  }
  return expired ? concludeUnrepaired(adapter, facts, expected) : null;
}

/** What is there once the script can no longer run, and the address is not Azure's. */
function concludeUnrepaired(
  adapter: GuestAdapter,
  facts: GuestFacts,
  expected: RepairExpectation,
): RemedyConclusion | null {
  const lost = "The repair's answer was lost.";
  if (expected.repair === "renewLease") {
    const message = `${lost} "${adapter.name}" still has no lease with Azure's address.`;
    return { kind: "untouched", code: "lease-wrong", message };
  }
  if (expected.repair === "enableAdapter" && adapter.enabled && adapter.dhcp === false) {
    const message = `${lost} "${adapter.name}" is enabled, and has static addresses.`;
    return { kind: "stale", code: "enabled-static", message, left: true };
  }
  return isAsBefore(adapter, facts, expected)
    ? {
        kind: "undone",
        code: "repair-undone",
        message: `${lost} Windows is as it was before: "${adapter.name}" is unchanged.`,
      }
    : null;
}

/** A lease may have gone or come meanwhile; what counts is what the repair itself changes. */
function isAsBefore(
  adapter: GuestAdapter,
  facts: GuestFacts,
  expected: RepairExpectation,
): boolean {
  switch (expected.repair) {
    case "enableAdapter":
      return !adapter.enabled;
    case "repairDhcpService":
      return (
        facts.dhcpService.state === expected.dhcpService.state &&
        facts.dhcpService.startMode === expected.dhcpService.startMode
      );
    case "setAddresses":
      return adapter.fingerprint === expected.adapter.fingerprint;
    case "renewLease":
      return true;
  }
}

function right(expected: RepairExpectation, remarks: readonly string[]): RemedyConclusion {
  const { adapter, nic, repair } = expected;
  const addresses = azureAddresses(nic).join(", ");
  const message =
    repair === "setAddresses"
      ? `"${adapter.name}" has ${addresses}, Azure's own addresses, as static ones.`
      : `"${adapter.name}" has ${addresses}, Azure's address, by DHCP.`;
  return { kind: "right", message, remarks };
}

function azureAddresses(nic: NicFacts): readonly string[] {
  return ipv4Configurations(nic).flatMap(({ address }) => address ?? []);
}

/** Whether the adapter has what the repair was to bring. */
function isRepaired(adapter: GuestAdapter, { repair, nic }: RepairExpectation): boolean {
  const address = primaryAddress(nic);
  if (address === null || !adapter.enabled) {
    return false;
  }
  const ips = adapter.addresses.map(({ ip }) => ip).filter((ip) => !isLinkLocal(ip));
  if (repair !== "setAddresses") {
    return adapter.dhcp === true && ips.includes(address);
  }
  const wanted = azureAddresses(nic);
  return (
    adapter.dhcp === false && ips.length === wanted.length && wanted.every((ip) => ips.includes(ip))
  );
}
