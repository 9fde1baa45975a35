import type { RestartFacts } from "../domain/restart.ts";
import { platformInWords } from "./platform.ts";

/** Whether a VM may be restarted now. */
export type RestartVerdict =
  | { readonly kind: "may"; readonly remarks: readonly string[] }
  /** Not yet: ask again after so many seconds. */
  | {
      readonly kind: "wait";
      readonly seconds: number;
      readonly code: string;
      readonly message: string;
    }
  | { readonly kind: "refused"; readonly code: string; readonly message: string };

/** What a restart has to keep to. */
export interface RestartLimits {
  /** How long a VM that nobody could read has to be silent. */
  readonly unreadSilenceSeconds: number;
  /** How long it has to be up. */
  readonly unreadUptimeSeconds: number;
}

/** VMs that may fall silent within ten minutes before that counts as one cause. */
const MOST_TOGETHER = 5;

/** One row: where it applies, the VM is not restarted. */
export interface RestartCheck {
  readonly code: string;
  readonly applies: (facts: RestartFacts) => boolean;
  readonly message: (facts: RestartFacts) => string;
}

/** In the order in which they are tested; the first one that applies is told. */
export const RESTART_CHECKS: readonly RestartCheck[] = [
  {
    code: "common-cause",
    applies: ({ silentTogether }) => silentTogether > MOST_TOGETHER,
    message: ({ silentTogether }) =>
      `${silentTogether} VMs fell silent within ten minutes, which has a cause that no restart of one of them removes.`,
  },
  {
    code: "nic-changed-by-others",
    applies: ({ writesByOthers }) => (writesByOthers ?? []).length > 0,
    message: ({ writesByOthers }) =>
      `The Activity Log says that the NIC was written at ${(writesByOthers ?? []).join(", ")}, not by this program: somebody, or another tool in the middle of a reset of its own, is at work on it.`,
  },
  {
    code: "activity-log-unreadable",
    applies: ({ unread, writesByOthers }) =>
      unread !== null && (writesByOthers === null || unread.upSeconds === null),
    message: ({ unread, notTold }) =>
      `Windows could not be read, and Azure did not tell what was done to the VM lately. ${notTold === "" ? (unread?.lastStart ?? "") : notTold}`,
  },
  {
    code: "platform-event",
    applies: ({ unread }) => unread !== null && unread.platform?.state !== "Available",
    message: ({ unread }) =>
      `Windows could not be read, and Azure does not say that its platform is well. ${platformInWords(unread?.platform ?? null)}`.trimEnd(),
  },
];

/** Judges a restart by what is known now. The same facts give the same verdict. */
export function restartVerdict(facts: RestartFacts, limits: RestartLimits): RestartVerdict {
  const check = RESTART_CHECKS.find(({ applies }) => applies(facts));
  if (check !== undefined) {
    return { kind: "refused", code: check.code, message: check.message(facts) };
  }
  return (
    tooEarly(facts, limits) ?? {
      kind: "may",
      remarks:
        facts.writesByOthers === null
          ? [`Azure did not tell who wrote the NIC lately; the run went on. ${facts.notTold}`]
          : [],
    }
  );
}

function tooEarly(
  { unread }: RestartFacts,
  { unreadSilenceSeconds, unreadUptimeSeconds }: RestartLimits,
): RestartVerdict | null {
  if (unread === null) {
    return null;
  }
  const { silentSeconds, lastStart } = unread;
  const upSeconds = unread.upSeconds ?? 0;
  const untilUp = unreadUptimeSeconds - upSeconds;
  const untilSilent = unreadSilenceSeconds - silentSeconds;
  if (untilUp <= 0 && untilSilent <= 0) {
    return null;
  }
  const seconds = Math.ceil(Math.max(untilUp, untilSilent));
  return untilUp > 0
    ? {
        kind: "wait",
        seconds,
        code: "started-lately",
        message: `Windows could not be read, and the VM may have started ${Math.round(upSeconds)} s ago (${lastStart}); ${unreadUptimeSeconds} s have to pass.`,
      }
    : {
        kind: "wait",
        seconds,
        code: "not-silent-long",
        message: `Windows could not be read, and the VM is silent for ${Math.round(silentSeconds)} s only; ${unreadSilenceSeconds} s have to pass.`,
      };
}
