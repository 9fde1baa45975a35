import type { Random } from "./random.ts";

/** How long simulated Azure takes: `instant` not at all, `demo` so that a person can watch, `azure` as the real one. */
export type LatencyProfile = "instant" | "demo" | "azure";

/** Durations in milliseconds. */
export interface Latency {
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
  /** From a write's end to Event Grid's first delivery. */
  eventMs(): number;
  /** From what a planned alert is about to its first delivery. */
  alertMs(): number;
  /** `Retry-After` of a long-running operation, in whole seconds as HTTP has it. */
  readonly retryAfterSeconds: number;
  /** Waits before Event Grid delivers an event again. */
  readonly eventRetryMs: readonly number[];
  /** Waits before an action group calls its webhook again. */
  readonly webhookRetryMs: readonly number[];
}

/** A duration which is drawn anew each time. */
export type DrawnDuration = Exclude<
  keyof Latency,
  "retryAfterSeconds" | "eventRetryMs" | "webhookRetryMs"
>;

interface Profile extends Pick<Latency, "retryAfterSeconds" | "eventRetryMs" | "webhookRetryMs"> {
  /** From and to, in milliseconds. */
  readonly ranges: Readonly<Record<DrawnDuration, readonly [number, number]>>;
  /** What a second of a script adds to its Run Command, in milliseconds. */
  readonly scriptSecondMs: number;
  /** Seconds of a script that count at most. */
  readonly longestScriptSeconds: number;
}

const AT_ONCE = [0, 0] as const;

const INSTANT: Profile = {
  ranges: {
    requestMs: AT_ONCE,
    commandMs: AT_ONCE,
    snapshotMs: AT_ONCE,
    nicWriteMs: AT_ONCE,
    flowVerifyMs: AT_ONCE,
    powerMs: AT_ONCE,
    agentMs: AT_ONCE,
    noRouteMs: AT_ONCE,
    eventMs: AT_ONCE,
    alertMs: AT_ONCE,
  },
  scriptSecondMs: 0,
  longestScriptSeconds: 0,
  retryAfterSeconds: 0,
  eventRetryMs: [50, 100, 200, 400, 800, 1600, 3200],
  webhookRetryMs: [50, 100, 200, 400, 800, 1600, 3200],
};

const DEMO: Profile = {
  ranges: {
    requestMs: [50, 150],
    commandMs: [2000, 3000],
    snapshotMs: [3000, 5000],
    nicWriteMs: [1000, 2000],
    flowVerifyMs: [500, 1000],
    powerMs: [2000, 3000],
    agentMs: [1000, 2000],
    noRouteMs: [800, 1200],
    eventMs: AT_ONCE,
    alertMs: AT_ONCE,
  },
  scriptSecondMs: 250,
  longestScriptSeconds: 4,
  retryAfterSeconds: 1,
  eventRetryMs: [1000, 2000, 4000, 8000, 16_000],
  webhookRetryMs: [1000, 2000, 4000, 8000, 16_000],
};

const AZURE: Profile = {
  ranges: {
    // Assumed.
    requestMs: [100, 600],
    // "Run scripts in your Windows VM by using action Run Commands": about 20 s at least; a minute is usual (azure-powershell #24164).
    commandMs: [20_000, 60_000],
    // Assumed: the documentation names no time, since it varies so much (azure-docs #31076).
    snapshotMs: [5000, 20_000],
    // Assumed.
    nicWriteMs: [5000, 20_000],
    // Assumed.
    flowVerifyMs: [3000, 10_000],
    // Assumed.
    powerMs: [40_000, 120_000],
    // Assumed.
    agentMs: [15_000, 60_000],
    // Assumed.
    noRouteMs: [2000, 5000],
    // Assumed; "Event Grid message delivery and retry" only says that it delivers at once.
    eventMs: [1000, 5000],
    // "Understand how metric alerts work": a rule is evaluated every minute at the most; that its message takes 30 s more is assumed.
    alertMs: [30_000, 90_000],
  },
  scriptSecondMs: 1000,
  longestScriptSeconds: Infinity,
  // The answer to a NIC's PUT in azure-powershell #14460.
  retryAfterSeconds: 10,
  // "Event Grid message delivery and retry": 10 s, 30 s, 1 min, 5 min, 10 min, 30 min, 1 h, 3 h, 6 h, 12 h, within a day.
  eventRetryMs: [10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200].map(
    (seconds) => seconds * 1000,
  ),
  // "Action groups", webhook: five times, after 5, 20, 5, 40 and 5 s.
  webhookRetryMs: [5000, 20_000, 5000, 40_000, 5000],
};

/** What each profile is made of. */
export const LATENCY_PROFILES: Readonly<Record<LatencyProfile, Profile>> = {
  instant: INSTANT,
  demo: DEMO,
  azure: AZURE,
};

/** Gives the durations of a profile; they differ from run to run only with the seed. */
export function makeLatency(name: LatencyProfile, random: Random): Latency {
  const profile = LATENCY_PROFILES[name];
  function draw(duration: DrawnDuration): number {
    const [low, high] = profile.ranges[duration];
    return low === high ? low : Math.round(random.between(low, high));
  }
  return {
    requestMs: () => draw("requestMs"),
    commandMs: (scriptSeconds) =>
      draw("commandMs") +
      Math.min(scriptSeconds, profile.longestScriptSeconds) * profile.scriptSecondMs,
    snapshotMs: () => draw("snapshotMs"),
    nicWriteMs: () => draw("nicWriteMs"),
    flowVerifyMs: () => draw("flowVerifyMs"),
    powerMs: () => draw("powerMs"),
    agentMs: () => draw("agentMs"),
    noRouteMs: () => draw("noRouteMs"),
    eventMs: () => draw("eventMs"),
    alertMs: () => draw("alertMs"),
    retryAfterSeconds: profile.retryAfterSeconds,
    eventRetryMs: profile.eventRetryMs,
    webhookRetryMs: profile.webhookRetryMs,
  };
}
