import type { GuestAdapter, GuestReading, NicFacts } from "../domain/facts.ts";
import { primaryAddress } from "../domain/ip-configurations.ts";
import type { RemedyConclusion } from "../domain/remedy.ts";
import type { SwitchAnswer, SwitchExit } from "../guest/envelope.ts";
import { readReport, stillArmed, type ScriptReport } from "./script-report.ts";

/** How sending a switch and waiting for it ended. */
export type SwitchReport = ScriptReport<SwitchAnswer>;

/** What the switch was to reach, and what was there before. */
export interface SwitchExpectation {
  readonly incidentId: string;
  readonly nic: NicFacts;
  readonly adapter: GuestAdapter;
}

type Verdict = "right" | "stale" | "untouched" | "undone" | "other-run" | "unknown";

const VERDICTS: Readonly<Record<SwitchExit, Verdict>> = {
  switched: "right",
  "already-dhcp": "right",
  "no-default-route": "right",
  drifted: "stale",
  expired: "stale",
  "lease-stale": "stale",
  "adapter-missing": "stale",
  "adapter-disabled": "stale",
  "not-elevated": "untouched",
  "bad-parameters": "untouched",
  "dhcp-unusable": "untouched",
  "no-dead-man": "untouched",
  "netsh-failed": "untouched",
  error: "untouched",
  "other-run": "other-run",
  "lease-missing-restored": "undone",
  "lease-wrong-restored": "undone",
  "error-restored": "undone",
  // The dead-man's task tries again: only a later reading tells.
  "restore-failed": "unknown",
};

/** What a switch's report means. An armed dead-man task, or an address that is not Azure's, is never taken for an end. */
export function concludeSwitch(
  report: SwitchReport,
  expected: SwitchExpectation,
): RemedyConclusion {
  const answer = readReport<Extract<SwitchAnswer, { kind: "answer" }>>(report);
  if (answer.kind === "none") {
    return answer.conclusion;
  }
  const verdict = VERDICTS[answer.exit];
  const says = { code: answer.exit, message: answer.message };
  if (answer.deadManTask === "armed" && verdict !== "other-run") {
    return stillArmed(says.message);
  }
  if (verdict !== "right") {
    return { kind: verdict, ...says };
  }
  return hasAzureAddress(answer.after, expected.nic)
    ? right(expected, answer.exit === "no-default-route" ? [answer.message] : [])
    : { kind: "unknown", ...says };
}

/**
 * What a reading of the guest says of a switch whose answer was lost; null: read again later. Before the script's
 * not-after time an unchanged guest proves nothing, since a queued script may still run.
 */
export function concludeReading(
  reading: GuestReading,
  expected: SwitchExpectation,
  expired: boolean,
): RemedyConclusion | null {
  if (reading.kind === "unreadable" || reading.facts.deadManTasks.includes(expected.incidentId)) {
    return null;
  }
  const adapter = reading.facts.adapters.find(({ mac }) => mac === expected.adapter.mac);
  if (adapter !== undefined && hasAzureAddress(adapter, expected.nic)) {
    return right(expected, [
      "The switch's own answer was lost; a later reading shows the address.",
    ]);
  }
  if (expired && adapter?.fingerprint === expected.adapter.fingerprint) {
    const message = `The switch's answer was lost. Windows has its configuration from before: "${adapter.name}" is unchanged.`;
    return { kind: "undone", code: "switch-undone", message };
  }
  return null;
}

function right(expected: SwitchExpectation, remarks: readonly string[]): RemedyConclusion {
  const address = primaryAddress(expected.nic) ?? "no address";
  const message = `"${expected.adapter.name}" uses DHCP and has ${address}, Azure's address.`;
  return { kind: "right", message, remarks };
}

function hasAzureAddress(adapter: GuestAdapter | null, nic: NicFacts): boolean {
  const address = primaryAddress(nic);
  return (
    address !== null && adapter?.dhcp === true && adapter.addresses.some(({ ip }) => ip === address)
  );
}
