import type { Random } from "./random.ts";

/** How long simulated Azure takes: `instant` not at all, `demo` so that a person can watch. */
export type LatencyProfile = "instant" | "demo";

/** Durations in milliseconds. */
export interface Latency {
  readonly profile: LatencyProfile;
  /** Before an answer. */
  requestMs(): number;
  /** A Run Command whose script works for `scriptSeconds` inside Windows. */
  commandMs(scriptSeconds: number): number;
  snapshotMs(): number;
  nicWriteMs(): number;
  /** Network Watcher's verdict on a packet. */
  flowVerifyMs(): number;
  /** Start, restart, deallocation of a VM. */
  powerMs(): number;
  /** From a VM's start to the first report of its agent. */
  agentMs(): number;
  /** Before a proxy says that there is no route. */
  noRouteMs(): number;
  /** `Retry-After` of a long-running operation, in whole seconds as HTTP has it. */
  readonly retryAfterSeconds: number;
}

const WATCHABLE_SCRIPT_SECONDS = 4;

/** Gives the durations of a profile; the demo's differ from run to run only with the seed. */
export function makeLatency(profile: LatencyProfile, random: Random): Latency {
  function between(low: number, high: number): number {
    return profile === "instant" ? 0 : Math.round(random.between(low, high));
  }
  return {
    profile,
    requestMs: () => between(50, 150),
    commandMs: (scriptSeconds) =>
      between(2000, 3000) +
      (profile === "instant" ? 0 : Math.min(scriptSeconds, WATCHABLE_SCRIPT_SECONDS) * 250),
    snapshotMs: () => between(3000, 5000),
    nicWriteMs: () => between(1000, 2000),
    flowVerifyMs: () => between(500, 1000),
    powerMs: () => between(2000, 3000),
    agentMs: () => between(1000, 2000),
    noRouteMs: () => between(800, 1200),
    retryAfterSeconds: profile === "instant" ? 0 : 1,
  };
}
