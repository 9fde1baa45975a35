import { LATENCY_PROFILES, type DrawnDuration } from "../../local/simulator/latency.ts";
import type { StepName } from "../../shared/domain/incident.ts";
import { readSettings } from "../../shared/settings.ts";

/** How the durations of the table come about. */
export const HOW_COMPUTED =
  "Minutes are computed, not measured: each step lasts the mean of its work in simulated Azure's profile \"azure\" and the default waits of the settings, on the story's critical path to the first proof, else to the outcome. A VM whose Windows nobody reads is restarted after 15 minutes of silence, all of them counted from its first unanswered probe.";

const SETTINGS = readSettings({});
const { ranges, retryAfterSeconds } = LATENCY_PROFILES.azure;

/** Assumed, as nothing is documented: connecting to the console and typing a few lines. */
const CONSOLE_VISIT = 15;
/** Assumed: what the switch to DHCP works inside Windows. */
const SWITCH_SCRIPT = 10;

/** Seconds of one request. */
const REQUEST = mean("requestMs");
/** Seconds from a write of a NIC until the client knows that it is done. */
const NIC_WRITE = operation("nicWriteMs");
/** Seconds of a VM's restart. */
const RESTART = mean("powerMs");

/** How long a step lasts, in seconds, where the probe is answered or not. */
type StepSeconds = Readonly<Record<StepName, number>>;

function secondsOf(isAnswered: boolean): StepSeconds {
  const probe = isAnswered ? REQUEST : SETTINGS.probe.timeoutSeconds;
  return {
    settle: SETTINGS.settleSeconds,
    azureFacts: 3 * REQUEST,
    probe,
    guestRead: operation("commandMs"),
    confirmSilence: SETTINGS.probe.windowSeconds + probe,
    backup: operation("snapshotMs"),
    diagnosis: 0,
    consoleRead: CONSOLE_VISIT,
    consoleSet: CONSOLE_VISIT,
    agentBack: mean("agentMs"),
    guestSwitch: operation("commandMs", SWITCH_SCRIPT),
    resolveSwitch: operation("commandMs"),
    guestRepair: operation("commandMs", SWITCH_SCRIPT),
    consoleLogin: 2 * CONSOLE_VISIT,
    pinAddress: NIC_WRITE,
    rollBack: operation("commandMs", SWITCH_SCRIPT),
    restartCheck: 2 * REQUEST,
    nicSwap: 2 * REQUEST + NIC_WRITE,
    vmUp: RESTART + mean("agentMs"),
    nicRestore: NIC_WRITE,
    proof: REQUEST,
    // Time to heal ends at the first proof.
    lookFurther: operation("commandMs"),
    // After the proof.
    ghosts: 0,
    secondProbe: 0,
    // Fetched beside the snapshot.
    bootDiagnostics: 0,
  };
}

/** Steps that run beside each other until the plan is made. */
const BESIDE = new Set<StepName>([
  "guestRead",
  "confirmSilence",
  "consoleRead",
  "backup",
  "bootDiagnostics",
]);

/** What the duration of a run depends on. */
export interface Timed {
  /** In the order in which they began. */
  readonly steps: readonly StepName[];
  readonly isAnswered: boolean;
  /** Whether the plan waited for the further probes. */
  readonly awaitsSilence: boolean;
  /** Whether Windows was not read, so that a restart waits for a long silence, and probes again. */
  readonly isUnread: boolean;
}

/** Minutes of a run in the real Azure. */
export function minutesOfRun({ steps, isAnswered, awaitsSilence, isUnread }: Timed): number {
  const seconds = secondsOf(isAnswered);
  const unreadSilence = seconds.azureFacts + seconds.probe + SETTINGS.unreadSilenceSeconds;
  const decided = steps.indexOf("diagnosis");
  const early = steps.slice(0, decided === -1 ? steps.length : decided);
  const inTurn = [
    ...early.filter((step) => !BESIDE.has(step)),
    ...steps.slice(early.length).filter((step) => step !== "confirmSilence"),
  ];
  function longest(step: StepName): number {
    return early.includes(step) ? seconds[step] : 0;
  }
  const silence = awaitsSilence && steps.includes("confirmSilence") ? seconds.confirmSilence : 0;
  const read = Math.max(longest("guestRead"), silence) + longest("consoleRead");
  let passed = Math.max(read, longest("backup"));
  for (const step of inTurn) {
    passed += seconds[step];
    if (step === "restartCheck" && isUnread) {
      passed = Math.max(passed, unreadSilence) + seconds.confirmSilence;
    }
  }
  return minutes(passed);
}

/** Minutes of the baseline's run; the second restart counts, the first one runs into it. */
export function minutesOfReset(requests: readonly string[], isRestarted: boolean): number {
  const writes = requests.filter((name) => name === "nic.put").length;
  const others = requests.length - writes;
  return minutes(others * REQUEST + writes * NIC_WRITE + (isRestarted ? RESTART : 0));
}

/** Seconds in minutes, with one digit after the point. */
function minutes(seconds: number): number {
  return Math.round(seconds / 6) / 10;
}

function mean(duration: DrawnDuration): number {
  const [low, high] = ranges[duration];
  return (low + high) / 2000;
}

/** An operation is looked at each time that `Retry-After` has passed. */
function operation(duration: DrawnDuration, moreSeconds = 0): number {
  return Math.ceil((mean(duration) + moreSeconds) / retryAfterSeconds) * retryAfterSeconds;
}
