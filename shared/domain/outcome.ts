import type { HandOff } from "./hand-off.ts";

/** How an incident ended. `healed` and `healthy` are good; `refused` is a success too: nothing was changed, with a reason. */
export type OutcomeKind =
  /** A remedy changed something, and the proof holds. */
  | "healed"
  /** Nothing is wrong that this program heals; nothing was changed. */
  | "healthy"
  /** The program chose not to act. */
  | "refused"
  /** Every change was undone: no remedy is left, or an operator wanted it back. */
  | "rolledBack"
  /** A person has to go on; `nextStep` says with what. */
  | "needsHuman"
  /** The program itself could not go on: a defect, or a service that stayed away. */
  | "failed";

/** The end of an incident, as it is recorded, published and shown. */
export interface Outcome {
  readonly kind: OutcomeKind;
  /** Stable, machine-readable reason, in kebab-case, for example `rdp-silent-address-right`. */
  readonly code: string;
  /** What was tried, on what, and what came back. Plain English. */
  readonly message: string;
  /** What a person should do next; empty if nothing. Steps are separated by line breaks. */
  readonly nextStep: string;
  /** Further findings worth a look which do not change the outcome. */
  readonly remarks: readonly string[];
  /** For the person who goes on; with `needsHuman` and `rolledBack` only. */
  readonly handOff?: HandOff;
}
