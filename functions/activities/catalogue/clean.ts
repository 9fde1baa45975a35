/** What a round of cleaning did; the log says more. */
export interface CleaningCounts {
  readonly snapshotsDeleted: number;
  readonly commandsDeleted: number;
  /** What Azure did not let be done, or did not tell. */
  readonly failed: number;
}

/** Clearing up after runs. */
export interface CleanActivities {
  /** Closes incidents whose runs are gone. */
  readonly closeLost: {
    readonly input: { readonly asOf: string };
    /** VMs whose runs are gone. */
    readonly output: { readonly vmIds: readonly string[] };
  };
  readonly cleanAzure: {
    /** ISO 8601 UTC. */
    readonly input: { readonly now: string };
    readonly output: CleaningCounts;
  };
  readonly findUnfinished: {
    readonly input: { readonly asOf: string };
    readonly output: { readonly vmIds: readonly string[] };
  };
  readonly forgetOld: {
    /** ISO 8601 UTC. */
    readonly input: { readonly now: string };
    readonly output: { readonly signals: number; readonly incidents: number };
  };
}
