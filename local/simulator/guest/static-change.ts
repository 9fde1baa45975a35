import { z } from "zod";

import { deadManScript, type SavedDhcp } from "./dead-man.ts";
import { maskedAddress, type AdapterView } from "./envelope.ts";
import {
  clockOf,
  evidenceOf,
  isNameable,
  removeTask,
  restoreStatic,
  ScriptKilledError,
  SETTLE_SECONDS,
  type SavedConfiguration,
} from "./session.ts";
import { commonParameters, keptOf, viewOf, type Run } from "./transaction.ts";
import { adapterOf, skippedAddresses, storedConfiguration } from "./windows.ts";

/** Parameters of the scripts that arm a dead-man's task. */
export const deadManParameters = commonParameters.extend({ deadManSeconds: z.number().int() });

/** Whether the task cannot fire while the script still works. */
export function isLateEnough(given: z.output<typeof deadManParameters>): boolean {
  return given.deadManSeconds >= given.leaseWaitSeconds + 3 * SETTLE_SECONDS;
}

/** A run that replaces a static configuration, as `guest-dead-man.ps1` frames it. */
export type StaticChange = Run<z.output<typeof deadManParameters>>;

/** Why netsh cannot be told safely which adapter is meant; null if it can. */
export function unnameable(run: StaticChange, { guid }: AdapterView): string | null {
  const adapter = adapterOf(run.session.state, guid);
  if (adapter === undefined || isNameable(run.session.state, adapter)) {
    return null;
  }
  run.detail = "Another adapter has this one's index as its name.";
  return "error";
}

/** Saves the static configuration, arms the task, and makes the change. */
export function changeArmed(
  run: StaticChange,
  before: AdapterView,
  { expected, change }: { expected: string; change: (saved: SavedConfiguration) => string },
): string {
  const saved = save(run, before, expected);
  run.netsh = evidenceOf(run.session, saved.guid);
  return arm(run, saved) ? change(saved) : "no-dead-man";
}

function save(run: StaticChange, before: AdapterView, expected: string): SavedConfiguration {
  const { state } = run.session;
  const adapter = adapterOf(state, before.guid);
  const stored = adapter === undefined ? null : storedConfiguration(adapter);
  const inForce = keptOf(before).map((address) => maskedAddress(address));
  const known = stored !== null && stored.addresses.length > 0 ? stored.addresses : inForce;
  const gateways =
    stored !== null && stored.addresses.length > 0
      ? stored.gateways
      : before.gw.map((gateway) => `${gateway}/0`);
  const modes = { automatic: "Auto", manual: "Manual", disabled: "Disabled" } as const;
  return {
    guid: before.guid,
    expected,
    task: run.task,
    addresses: [...known],
    gateways: known.length === 0 ? [] : [...gateways],
    skipped: adapter === undefined ? [] : [...skippedAddresses(adapter)],
    dhcpMode: modes[state.dhcpService.startMode],
    dhcpRan: state.dhcpService.state === "running",
  };
}

/** Arms the dead-man's task with what it is to put back; says whether it is armed. */
export function arm(run: StaticChange, saved: SavedConfiguration | SavedDhcp): boolean {
  const { session } = run;
  if (!session.state.taskRegistration) {
    run.detail = "The task could not be registered.";
    return false;
  }
  const task = {
    name: run.task,
    fireAt: clockOf(session, run.given.deadManSeconds),
    script: deadManScript(saved),
  };
  const others = session.state.tasks.filter((other) => other.name !== run.task);
  session.state = { ...session.state, tasks: [...others, task] };
  run.taskState = "armed";
  if (session.world.killAfter === "armed") {
    throw new ScriptKilledError();
  }
  return true;
}

/** Puts the saved configuration back, and then disarms the task. */
export function undo(run: StaticChange, saved: SavedConfiguration, exit: string): string {
  if (!restoreStatic(run.session, saved)) {
    return "restore-failed";
  }
  if (viewOf(run)?.ip.join(",") !== run.before?.ip.join(",")) {
    run.session.seconds += SETTLE_SECONDS;
  }
  disarm(run);
  return exit;
}

/** Removes the task. */
export function disarm(run: StaticChange): void {
  if (removeTask(run.session, run.task)) {
    run.taskState = "gone";
  } else {
    run.detail = "The task could not be removed.";
  }
}
