import { hash } from "node:crypto";

/** Longest part of a key, in characters. A whole key has 1 KiB at most, which are 512. Source: "Understanding the Table service data model". */
const LONGEST_PART = 120;

/** Digits of an instant in milliseconds, and of a sequence in microseconds. */
const MS_DIGITS = 15;
const SEQUENCE_DIGITS = 16;
const LATEST_MS = 10 ** MS_DIGITS - 1;
const LAST_SEQUENCE = 10 ** SEQUENCE_DIGITS - 1;

/**
 * Any text as a part of a key, different for each: `/`, `\`, `#`, `?` and control characters are forbidden there, and `|`
 * divides the parts. What is long becomes a digest.
 */
export function keyPart(text: string): string {
  // Through bytes, since half of a surrogate pair has no encoding.
  const safe = encodeURIComponent(Buffer.from(text).toString())
    .replaceAll("~", "%7E")
    .replaceAll("'", "%27")
    .replaceAll("%", "~");
  return safe.length <= LONGEST_PART ? safe : `~~${hash("sha256", text, "hex")}`;
}

/** A key of its parts, in order. */
export function keyOf(...parts: readonly string[]): string {
  return parts.join("|");
}

/** All keys that begin with these parts. */
export function under(...parts: readonly string[]): { readonly from: string; readonly to: string } {
  const start = parts.join("|");
  // `}` comes right after `|`.
  return { from: `${start}|`, to: `${start}}` };
}

/** Milliseconds as text that sorts by time. */
export function sortable(ms: number): string {
  return String(Math.max(0, Math.round(ms))).padStart(MS_DIGITS, "0");
}

/** Milliseconds as text that sorts the newest first. */
export function newestFirst(ms: number): string {
  return sortable(LATEST_MS - ms);
}

let lastSequence = 0;

/** A text that sorts in the order in which it was asked for in this process, and by the clocks of several: microseconds. */
export function nextSequence(): string {
  lastSequence = Math.max(lastSequence + 1, Date.now() * 1000);
  return String(lastSequence).padStart(SEQUENCE_DIGITS, "0");
}

/** A sequence as text that sorts the newest first. */
export function reversed(sequence: string): string {
  return String(LAST_SEQUENCE - Number(sequence)).padStart(SEQUENCE_DIGITS, "0");
}
