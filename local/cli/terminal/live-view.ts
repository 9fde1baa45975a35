import type { Colors } from "picocolors/types.js";

import type { RunStatus, StepName } from "../../../shared/domain/incident.ts";
import type { StepEvent } from "./step-events.ts";
import { durationText, fit, pad, printable, secondsBetween } from "./text.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const LABEL_COLUMNS = 24;
const DURATION_COLUMNS = 10;

const LABELS: Readonly<Record<StepName, string>> = {
  settle: "Wait until the VM is up",
  azureFacts: "Read Azure",
  probe: "Probe RDP",
  guestRead: "Read Windows (read-only)",
  confirmSilence: "Confirm the silence",
  backup: "Snapshot the OS disk",
  bootDiagnostics: "Keep screen and log",
  diagnosis: "Diagnose",
  consoleRead: "Look at the console",
  consoleSet: "Set Azure's address",
  consoleLogin: "DHCP at a prompt",
  agentBack: "Wait for the agent",
  restartCheck: "May it be restarted?",
  guestSwitch: "Switch Windows to DHCP",
  guestRepair: "Repair inside Windows",
  resolveSwitch: "Find out what changed",
  nicSwap: "Swap the NIC's address",
  vmUp: "Wait for the VM",
  nicRestore: "Put the address back",
  pinAddress: "Pin the address",
  rollBack: "Take it back",
  proof: "Prove it",
  lookFurther: "Look further in Windows",
  ghosts: "Look for ghost adapters",
  secondProbe: "Probe RDP again",
};

/** What a terminal allows. */
export interface LineStyle {
  /** Columns of the terminal; no line is longer. */
  readonly columns: number;
  readonly colors: Colors;
}

/** A step in a person's words. */
export function stepLabel(name: StepName): string {
  return LABELS[name];
}

/** One line for a step's start or end, for outputs which only grow: logs, pipes, files. */
export function plainLine(event: StepEvent): string {
  const head = `${event.at.slice(11, 19)} ${pad(event.state, 7)} ${stepLabel(event.step)}`;
  if (event.state === "started") {
    return head;
  }
  const detail = event.detail === null ? "" : `: ${printable(event.detail)}`;
  return `${head} (${durationText(event.seconds ?? 0)})${detail}`;
}

/** The terminal's lasting line for a step that ended; null for a start, which the live lines show. */
export function endedLine(event: StepEvent, style: LineStyle): string | null {
  if (event.state === "started") {
    return null;
  }
  const mark = event.state === "done" ? style.colors.green("✔") : style.colors.red("✖");
  return mark + rest({ ...event, seconds: event.seconds ?? 0 }, style);
}

/** The terminal's live lines, one for each step that runs, with the time that it took so far. */
export function runningLines(
  status: Pick<RunStatus, "steps">,
  now: string,
  frame: number,
  style: LineStyle,
): readonly string[] {
  const mark = style.colors.cyan(FRAMES[frame % FRAMES.length] ?? "");
  return status.steps
    .filter((step) => step.state === "running")
    .map((step) => {
      const seconds = Math.max(0, secondsBetween(step.startedAt, now));
      return mark + rest({ step: step.name, seconds, detail: step.detail }, style);
    });
}

/** Everything after the mark. Coloured after it was cut to width, since colours take no columns. */
function rest(
  line: { readonly step: StepName; readonly seconds: number; readonly detail: string | null },
  style: LineStyle,
): string {
  const label = pad(stepLabel(line.step), LABEL_COLUMNS);
  const duration = durationText(line.seconds).padStart(DURATION_COLUMNS);
  const left = ` ${label} ${duration}`;
  // One column stays free: some terminals wrap when the last one is written.
  const free = style.columns - 2 - left.length;
  if (free < 0) {
    return fit(left, style.columns - 2);
  }
  const detail = fit(printable(line.detail ?? ""), free - 2);
  return detail === "" || free < 12 ? left : `${left}  ${style.colors.dim(detail)}`;
}
