import { hash } from "node:crypto";

import { targetText } from "../domain/signal.ts";
import type { IgnoredReason, Signal, SignalSource, SignalTarget } from "../domain/signal.ts";

/** Who this program is for Azure, read from the token in use; what is not known is null. Named as the claims. */
export interface OwnIdentity {
  readonly oid: string | null;
  readonly appid: string | null;
}

/** What decoding needs beside the body. */
export interface DecodeContext {
  /** ISO 8601 UTC. */
  readonly receivedAt: string;
  /** Null: not known, so no write counts as our own. */
  readonly ownIdentity: OwnIdentity | null;
}

/** The same for alerts; only alerts on the activity log know who wrote, so the identity may be left out. */
export type AlertDecodeContext = Pick<DecodeContext, "receivedAt"> & Partial<DecodeContext>;

/** What became of one thing in a body: a pending signal, or an ignored one with its reason in its state. */
export type Decoded =
  | { readonly kind: "signal"; readonly signal: Signal }
  | { readonly kind: "ignored"; readonly signal: Signal };

/** Why something starts nothing. */
export interface Dismissal {
  readonly reason: IgnoredReason;
  /** One sentence for people. */
  readonly message: string;
}

/** What a body said, before it gets its id. */
export interface Finding {
  readonly source: Exclude<SignalSource, "operator">;
  /** The sender's own name of the occurrence, the same for each delivery. */
  readonly occurrence: string;
  readonly target: SignalTarget;
  readonly receivedAt: string;
}

/** A signal that starts a run. */
export function accepted(finding: Finding): Decoded {
  return { kind: "signal", signal: { ...signalOf(finding), state: { kind: "pending" } } };
}

/** A signal that starts nothing. */
export function ignored(finding: Finding, dismissal: Dismissal): Decoded {
  return {
    kind: "ignored",
    signal: { ...signalOf(finding), state: { kind: "ignored", ...dismissal } },
  };
}

/** The text of an unreadable thing as far as a digest needs it; the same for equal things. */
export function fingerprintOf(value: unknown): string {
  try {
    // In an array, since undefined alone gives no text.
    return JSON.stringify([value]);
  } catch {
    // Nested deeper than the stack: such bodies may share one record.
    return "unprintable";
  }
}

function signalOf(finding: Finding): Omit<Signal, "state"> {
  const { target } = finding;
  return {
    id: signalId(finding),
    source: finding.source,
    target,
    vmId: target.kind === "vm" ? target.vmId : null,
    nicId: target.kind === "nic" ? target.nicId : null,
    mode: "heal",
    readGuest: false,
    note: null,
    receivedAt: finding.receivedAt,
  };
}

function signalId({ source, occurrence, target }: Finding): string {
  // Line breaks cannot occur in a target, so no two findings give one text.
  const text = `${source}\n${targetText(target)}\n${occurrence}`;
  return `sig-${hash("sha256", text, "hex").slice(0, 32)}`;
}
