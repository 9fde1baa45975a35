import type { GuestAdapter, GuestAddress, GuestReading } from "../domain/facts.ts";
import type { RestoreAnswer, RestoreExit } from "../guest/restore-envelope.ts";

/** What became of a static configuration that was to be put back. */
export interface RestoreConclusion {
  readonly kind: "restored" | "untouched" | "undone" | "unknown";
  readonly code: string;
  readonly message: string;
}

/** What was to be reached, and what was there before. */
export interface RestoreExpectation {
  readonly incidentId: string;
  readonly adapter: GuestAdapter;
  readonly addresses: readonly GuestAddress[];
}

const VERDICTS: Readonly<Record<RestoreExit, RestoreConclusion["kind"]>> = {
  "static-restored": "restored",
  "already-static": "restored",
  "not-elevated": "untouched",
  "bad-parameters": "untouched",
  expired: "untouched",
  "other-run": "untouched",
  "adapter-missing": "untouched",
  "adapter-disabled": "untouched",
  drifted: "untouched",
  "no-dead-man": "untouched",
  error: "untouched",
  "not-in-force-undone": "undone",
  "error-restored": "undone",
  // The dead-man's task tries again: only a later reading tells.
  "restore-failed": "unknown",
};

/** What the script's answer means. An armed dead-man's task is never taken for an end. */
export function concludeRestore(
  answer: RestoreAnswer,
  expected: RestoreExpectation,
): RestoreConclusion {
  if (answer.kind === "unreadable") {
    return { ...answer, kind: "unknown" };
  }
  const kind = VERDICTS[answer.exit];
  const says = { code: answer.exit, message: answer.message };
  if (answer.deadManTask === "armed" && answer.exit !== "other-run") {
    return { kind: "unknown", code: "dead-man-armed", message: says.message };
  }
  return kind === "restored" && !hasAddresses(answer.after, expected)
    ? { ...says, kind: "unknown" }
    : { ...says, kind };
}

/**
 * What a reading of Windows says of a script whose answer was lost; null: read again later. Before its not-after time an
 * unchanged Windows proves nothing, since a queued script may still run.
 */
export function concludeRestoreReading(
  reading: GuestReading,
  expected: RestoreExpectation,
  expired: boolean,
): RestoreConclusion | null {
  const { incidentId, adapter: before } = expected;
  if (reading.kind === "unreadable" || reading.facts.deadManTasks.includes(incidentId)) {
    return null;
  }
  const adapter = reading.facts.adapters.find(({ mac }) => mac === before.mac);
  if (adapter !== undefined && hasAddresses(adapter, expected)) {
    const message = `"${adapter.name}" has its static configuration again; the script's own answer was lost.`;
    return { kind: "restored", code: "static-restored", message };
  }
  if (expired && adapter?.dhcp === true) {
    const message = `The script's answer was lost. "${adapter.name}" uses DHCP, as before.`;
    return { kind: "undone", code: "restore-undone", message };
  }
  return null;
}

function hasAddresses(adapter: GuestAdapter | null, { addresses }: RestoreExpectation): boolean {
  return adapter?.dhcp === false && ipsOf(adapter.addresses) === ipsOf(addresses);
}

function ipsOf(addresses: readonly GuestAddress[]): string {
  return addresses
    .map(({ ip }) => ip)
    .toSorted()
    .join(",");
}
