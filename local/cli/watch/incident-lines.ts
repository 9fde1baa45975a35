import type { IncidentSummary, IncidentView } from "../host/host-schema.ts";
import { outcomeTitle, resultOfIncident } from "../run/report-run.ts";
import { endedLine, runningLines } from "../terminal/live-view.ts";
import type { LineStyle } from "../terminal/live-view.ts";
import { stepEvents } from "../terminal/step-events.ts";
import { durationText, fit, printable, secondsBetween } from "../terminal/text.ts";

/** When the lines are drawn. */
export interface Moment {
  /** ISO 8601 UTC. */
  readonly now: string;
  /** Counts the spinner's pictures. */
  readonly frame: number;
}

/** What a run is for, in a person's words. */
export const MODES = { heal: "heal", dryRun: "dry run" } as const;
const INDENT = "  ";

/** An open incident's lines: VM, mode and age, then the steps that run; between two steps the one that ended last. */
export function openBlock(
  incident: IncidentSummary,
  moment: Moment,
  style: LineStyle,
): readonly string[] {
  const inner = { ...style, columns: style.columns - INDENT.length };
  const running = runningLines(incident, moment.now, moment.frame, inner);
  const last = stepEvents(new Set(), incident).events.at(-1);
  const ended = last === undefined ? null : endedLine(last, inner);
  const steps = running.length > 0 || ended === null ? running : [ended];
  const age = durationText(secondsBetween(incident.openedAt, moment.now));
  const rest = `${MODES[incident.mode]} since ${clock(incident.openedAt)} UTC (${age})`;
  const name = printable(incident.vmName);
  return [named(name, `${name}  ${rest}`, style), ...steps.map((line) => INDENT + line)];
}

/** The blocks' lines as far as they fit into so many rows, and how many incidents had no place. */
export function fitBlocks(blocks: readonly (readonly string[])[], rows: number): readonly string[] {
  if (blocks.flat().length <= rows) {
    return blocks.flat();
  }
  const lines: string[] = [];
  let shown = 0;
  for (const block of blocks) {
    if (lines.length + block.length >= rows) {
      break;
    }
    lines.push(...block);
    shown += 1;
  }
  return [...lines, shown === 0 ? `${blocks.length} open` : `and ${blocks.length - shown} more`];
}

/** A closed incident's one line: the VM, when it ended, outcome, code and time to heal; where a person is called, the way to it. */
export function closedLine(incident: IncidentView, style: Pick<LineStyle, "colors">): string {
  const { outcome, code, secondsToHeal, handOff } = resultOfIncident(incident);
  const took = secondsToHeal === null ? "" : `, time to heal ${durationText(secondsToHeal)}`;
  const way = handOff === null ? "" : `; serial console ${printable(handOff.links.serialConsole)}`;
  const title = outcomeTitle(style.colors, { outcome, code });
  const when = clock(incident.closedAt ?? incident.openedAt);
  return `${printable(incident.vmName)}: ${when} ${title} (${printable(code)})${took}; incident ${printable(incident.id)}${way}`;
}

/** The time of day of an instant (ISO 8601 UTC). */
export function clock(instant: string): string {
  return instant.slice(11, 19);
}

/** A line that begins with the name, cut to the terminal; the name is made bold after that, since bold takes no columns. */
function named(name: string, line: string, { columns, colors }: LineStyle): string {
  const shown = fit(line, columns - 1);
  return shown.startsWith(name) ? colors.bold(name) + shown.slice(name.length) : shown;
}
