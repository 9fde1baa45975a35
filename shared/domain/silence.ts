/** Probe rounds that a VM left unanswered, one after another. Minutes are whole ones since 1970-01-01 UTC. */
export interface Silence {
  /** Lower case. */
  readonly vmId: string;
  /** Of its first silent round. */
  readonly firstMinute: number;
  /** Of its newest silent round. */
  readonly lastMinute: number;
  /** Silent rounds since the first one, or since a signal was raised for it. */
  readonly rounds: number;
  /** Signals that were raised for it. */
  readonly raised: number;
}
