/** A change that a run tried, and what came of it. */
export interface TriedChange {
  /** What was to be changed, one sentence. */
  readonly what: string;
  readonly state: "open" | "done" | "undone" | "untouched" | "unknown";
  /** What came back; null if nothing did. */
  readonly result: string | null;
  /** How to put it back, where it is changed or may be; else null. */
  readonly undo: string | null;
}

/** What a person needs who goes on where a run ended. Sentences in plain English; no secret. */
export interface HandOff {
  /** What was found, the probe included. */
  readonly found: readonly string[];
  /** In the order of the ledger; empty: nothing was tried. */
  readonly tried: readonly TriedChange[];
  /** How VM, NICs, Windows and snapshot stand, with the time of each look where it may be old. */
  readonly now: readonly string[];
  /** What to do next, commands included, in order. */
  readonly nextSteps: readonly string[];
  /** Pages of the Azure portal (public cloud). */
  readonly links: { readonly serialConsole: string; readonly networking: string };
  /** Commands that swap the OS disk for one made from the snapshot; empty without a snapshot. */
  readonly restore: readonly string[];
}
