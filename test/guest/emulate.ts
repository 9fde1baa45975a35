import { fireDueTasks, restart, runScript } from "../../local/simulator/guest/run.ts";
import type { GuestState, ScriptRun } from "../../local/simulator/guest/state.ts";
import type { GuestReading } from "../../shared/domain/facts.ts";
import {
  parseReadOutput,
  parseSwitchOutput,
  type SwitchAnswer,
} from "../../shared/guest/envelope.ts";
import {
  parseFurtherOutput,
  parseGhostsOutput,
  type FurtherAnswer,
  type GhostsAnswer,
} from "../../shared/guest/further-envelope.ts";
import { parseRepairOutput, type RepairAnswer } from "../../shared/guest/repair-envelope.ts";
import { parseRestoreOutput, type RestoreAnswer } from "../../shared/guest/restore-envelope.ts";
import type { GuestAction, GuestCase } from "./engine.ts";

/** Runs a case on the emulated Windows. */
export function runOnEmulation(example: GuestCase): readonly ScriptRun[] {
  const runs: ScriptRun[] = [];
  let { state } = example;
  for (const action of example.actions) {
    const run = perform(state, action);
    runs.push(run);
    ({ state } = run);
  }
  return runs;
}

function perform(state: GuestState, action: GuestAction): ScriptRun {
  const quiet = { stdout: "", stderr: "", seconds: 0 };
  switch (action.kind) {
    case "run":
      return runScript(state, action.script ?? "", action.world);
    case "tasks":
      return { ...quiet, state: fireDueTasks(state, action.world) };
    case "restart":
      return { ...quiet, state: restart(state, action.world) };
  }
}

type Answer =
  | GuestReading
  | SwitchAnswer
  | RepairAnswer
  | RestoreAnswer
  | FurtherAnswer
  | GhostsAnswer;

const PARSERS: Readonly<Record<string, (stdout: string) => Answer>> = {
  "read-guest": parseReadOutput,
  "repair-adapter": (stdout) => parseRepairOutput("repair-adapter", stdout),
  "set-addresses": (stdout) => parseRepairOutput("set-addresses", stdout),
  "restore-static": parseRestoreOutput,
  "look-further": parseFurtherOutput,
  "remove-ghosts": parseGhostsOutput,
};

/** The answer in a run's output, as the product reads it. */
export function answerOf(action: GuestAction, run: ScriptRun): Answer {
  const script = /^# static-ip-remediator:(?<name>[a-z-]+)\//u.exec(action.script ?? "");
  const parse = PARSERS[script?.groups?.["name"] ?? ""] ?? parseSwitchOutput;
  return parse(run.stdout);
}
