import type { OrchestrationContext } from "durable-functions";
import { expect, it } from "vitest";

import { restartPermission } from "../../functions/orchestrations/remedies/restart-permission.ts";
import { beginRun, type Run } from "../../functions/orchestrations/run.ts";
import type { RemedyConclusion } from "../../shared/domain/remedy.ts";
import type { RestartFacts, RestartSlot } from "../../shared/domain/restart.ts";
import { readSettings } from "../../shared/settings.ts";
import { purposeOf } from "../../shared/signals/purpose.ts";
import { aSignal, azureFacts, guestRead, guestUnreadable, NIC_ID, VM_ID } from "../builders.ts";

const START = Date.parse("2026-03-02T08:00:00.000Z");
const CALM: RestartFacts = { silentTogether: 1, writesByOthers: [], notTold: "", unread: null };
const WELL = { state: "Available", userInitiated: false, summary: "", since: null } as const;
const SURE: RestartFacts = {
  ...CALM,
  unread: { silentSeconds: 900, upSeconds: 1200, lastStart: "its making", platform: WELL },
};

/** What the activities answer, one after another; the last one again and again. */
interface Answers {
  readonly facts?: readonly RestartFacts[];
  readonly slots?: readonly RestartSlot[];
  readonly probe?: "answers" | "silent" | "unknown";
  /** Left out: Windows was read. */
  readonly unread?: true;
}

interface Told {
  readonly conclusion: RemedyConclusion | null;
  readonly calls: readonly string[];
  /** Durations of the timers, in seconds. */
  readonly waits: readonly number[];
  readonly run: Run;
}

/** Asks for the permission; activities answer as told, and timers fire at once by a clock of the test. */
function ask(answers: Answers): Told {
  let now = START;
  const waits: number[] = [];
  const df = {
    instanceId: "heal-1",
    get currentUtcDateTime(): Date {
      return new Date(now);
    },
    newGuid: () => "0b7c1e52-0000-0000-0000-000000000000",
    setCustomStatus: () => undefined,
    callActivity: (name: string) => name,
    createTimer: (at: Date) => {
      waits.push((at.getTime() - now) / 1000);
      now = at.getTime();
      return "timer";
    },
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the parts of the context that are used
  const run = aRun({ df } as unknown as OrchestrationContext, answers.unread === true);
  const queues = queuesOf(answers);
  const calls: string[] = [];
  const story = restartPermission(run, NIC_ID);
  let step = story.next();
  while (step.done !== true) {
    const task: unknown = step.value;
    const name = typeof task === "string" ? task : "";
    const queue = queues.get(name) ?? [];
    calls.push(...(name === "timer" ? [] : [name]));
    const value = queue.length > 1 ? queue.shift() : queue[0];
    step = story.next({ ok: true, value });
  }
  return { conclusion: step.value, calls, waits, run };
}

function queuesOf({ facts, slots, probe, unread }: Answers): Map<string, unknown[]> {
  return new Map(
    Object.entries({
      readRestartFacts: [...(facts ?? [unread === true ? SURE : CALM])],
      takeRestart: [...(slots ?? [{ kind: "taken" }])],
      ...probeAnswers(probe ?? "silent"),
    }),
  );
}

function probeAnswers(probe: "answers" | "silent" | "unknown"): Record<string, unknown[]> {
  const place = { address: "10.71.4.20", detail: "10.71.4.20:3389" };
  return {
    probe: [{ kind: probe === "answers" ? "answers" : "no-answer", ...place }],
    explainSilence: [
      probe === "unknown"
        ? { kind: "unknown", code: "no-control", detail: "nobody answers" }
        : { kind: "silent", ...place },
    ],
  };
}

function aRun(context: OrchestrationContext, unread: boolean): Run {
  const purpose = purposeOf([aSignal()]);
  if (purpose === null) {
    throw new TypeError("A signal has a purpose.");
  }
  const { probe, ...rest } = readSettings({});
  const settings = {
    ...rest,
    probeCount: probe.count,
    probeWindowSeconds: probe.windowSeconds,
    consoleLogin: false,
  };
  const record = {
    snapshotId: "snapshot",
    snapshotName: "snapshot",
    createdAt: "2026-03-02T07:59:00.000Z",
    expiresAt: "2026-03-09T07:59:00.000Z",
    state: "complete",
  } as const;
  return Object.assign(beginRun(context, VM_ID.toLowerCase(), { purpose, settings }), {
    facts: azureFacts(),
    guest: unread ? guestUnreadable() : guestRead(),
    backup: { kind: "complete", record } as const,
    silentSince: "2026-03-02T07:58:00.000Z",
  });
}

it("is given at once to a guest that was read, with one of the subscription's restarts", () => {
  const { conclusion, calls, waits } = ask({});

  expect(conclusion).toBeNull();
  expect(calls).toEqual(["readRestartFacts", "takeRestart"]);
  expect(waits).toEqual([]);
});

it.each<[string, RestartFacts]>([
  ["common-cause", { ...CALM, silentTogether: 6 }],
  ["nic-changed-by-others", { ...CALM, writesByOthers: ["2026-03-02T07:40:00.000Z"] }],
])("is refused before a restart is taken: %s", (code, facts) => {
  const { conclusion, calls } = ask({ facts: [facts] });

  expect(conclusion).toMatchObject({ kind: "untouched", code });
  expect(conclusion?.message).toContain("VM vm-crane-01 was not restarted: ");
  expect(calls).toEqual(["readRestartFacts"]);
});

it("keeps as a remark that Azure did not tell its log", () => {
  const { conclusion, run } = ask({ facts: [{ ...CALM, writesByOthers: null, notTold: "403" }] });

  expect(conclusion).toBeNull();
  expect(run.remarks).toEqual([expect.stringContaining("403")]);
});

it("is given to a guest that nobody could read once it was probed again, and is silent still", () => {
  const { conclusion, calls } = ask({ unread: true });

  expect(conclusion).toBeNull();
  expect(calls).toEqual([
    "readRestartFacts",
    "probe",
    "probe",
    "probe",
    "explainSilence",
    "takeRestart",
  ]);
});

it("waits for the rest of the silence, and looks at everything again afterwards", () => {
  const early = { ...SURE, unread: SURE.unread && { ...SURE.unread, silentSeconds: 120 } };
  const { conclusion, calls, waits, run } = ask({ unread: true, facts: [early, SURE] });

  expect(conclusion).toBeNull();
  expect(waits[0]).toBe(780);
  expect(calls.slice(0, 2)).toEqual(["readRestartFacts", "readRestartFacts"]);
  expect(run.story.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
    "restartCheck done",
    "restartCheck done",
  ]);
});

it("is refused to a VM that was started anew while it was waited for", () => {
  const young = { ...SURE, unread: SURE.unread && { ...SURE.unread, upSeconds: 30 } };
  const { conclusion, waits } = ask({ unread: true, facts: [young] });

  expect(conclusion).toMatchObject({ kind: "untouched", code: "started-lately" });
  expect(waits).toEqual([1170]);
});

it("ends as out of date where the VM answers again", () => {
  const { conclusion, calls, run } = ask({ unread: true, probe: "answers" });

  expect(conclusion).toMatchObject({ kind: "stale", code: "answers-again" });
  expect(calls).not.toContain("takeRestart");
  expect(run.silentSince).toBeNull();
});

it("is refused where it is not sure any more that the VM is silent", () => {
  const { conclusion } = ask({ unread: true, probe: "unknown" });

  expect(conclusion).toMatchObject({ kind: "untouched", code: "silence-unsure" });
});

const BUSY: RestartSlot = { kind: "busy", incidentId: "inc-other" };

it("waits a short while for another VM's restart, and goes on", () => {
  const { conclusion, waits } = ask({ slots: [BUSY, { kind: "taken" }] });

  expect(conclusion).toBeNull();
  expect(waits).toEqual([30]);
});

it("has everything read again after a longer wait for another VM's restart", () => {
  const { conclusion, waits } = ask({ slots: [BUSY, BUSY, { kind: "taken" }] });

  expect(conclusion).toMatchObject({ kind: "stale", code: "waited-for-restart" });
  expect(waits).toEqual([30, 30]);
});

it("is refused where another VM's restart does not end in time", () => {
  const { conclusion, waits } = ask({ slots: [BUSY] });

  expect(conclusion).toMatchObject({ kind: "untouched", code: "restart-busy" });
  expect(conclusion?.message).toContain("inc-other");
  expect(waits.reduce((sum, seconds) => sum + seconds, 0)).toBeLessThanOrEqual(1200);
});

it("is refused where the hour's restarts are used up", () => {
  const { conclusion } = ask({ slots: [{ kind: "used-up" }] });

  expect(conclusion).toMatchObject({ kind: "untouched", code: "restart-limit" });
});

it("is never asked for before the backup is complete", () => {
  const story = restartPermission({ ...ask({}).run, backup: null }, NIC_ID);

  expect(() => story.next()).toThrow("before its backup was complete");
});
