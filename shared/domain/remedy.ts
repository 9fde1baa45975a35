/** What a remedy left behind, and so what may happen next. */
export type RemedyConclusion =
  /** The guest's address equals Azure's and nothing of the remedy is left at work: only RDP is left to prove. */
  | { readonly kind: "right"; readonly message: string; readonly remarks: readonly string[] }
  /**
   * The facts are out of date: read and plan again. Nothing was changed, but for what is `left`: a change that stays, and
   * that another plan has to go on from.
   */
  | {
      readonly kind: "stale";
      readonly code: string;
      readonly message: string;
      readonly left?: true;
    }
  /** Nothing was changed; the next remedy may be tried. */
  | { readonly kind: "untouched"; readonly code: string; readonly message: string }
  /** Everything was put back; the next remedy may be tried. */
  | { readonly kind: "undone"; readonly code: string; readonly message: string }
  /** Another run holds the VM. */
  | { readonly kind: "other-run"; readonly code: string; readonly message: string }
  /** It is not known what happened, or something is left changed: no other remedy may start. */
  | { readonly kind: "unknown"; readonly code: string; readonly message: string };
