import type { IncidentSummary, IncidentView } from "../host/host-schema.ts";
import { resultOfIncident } from "../run/report-run.ts";
import { openDrawing, styleOf } from "../terminal/live-terminal.ts";
import { plainLine } from "../terminal/live-view.ts";
import type { Screen } from "../terminal/screen.ts";
import { stepEvents } from "../terminal/step-events.ts";
import type { ShownSteps } from "../terminal/step-events.ts";
import { fit, printable } from "../terminal/text.ts";
import type { Look } from "./incident-feed.ts";
import { clock, closedLine, fitBlocks, MODES, openBlock } from "./incident-lines.ts";

/** What a watched host does, on the screen. */
export interface WatchView {
  show(look: Look): void;
  /** The host does not answer any more; the reason is a sentence. */
  away(reason: string): void;
  back(): void;
  /** Ends the display; the cursor is back. May be called twice. */
  close(): void;
}

/** Opens the display that fits the screen: blocks drawn over, lines that only grow, or JSON objects. */
export function openWatchView(screen: Screen, url: string): WatchView {
  return screen.live ? openDrawn(screen, url) : openGrowing(screen, url);
}

/** Says what is open now, without any display: for `--once`. */
export function sayOpen(screen: Screen, url: string, { open }: Look): void {
  const moment = { now: new Date().toISOString(), frame: 0 };
  for (const incident of open) {
    for (const line of openBlock(incident, moment, styleOf(screen))) {
      screen.line(line);
    }
  }
  screen.line(statusText(open.length, url));
  screen.record({
    type: "state",
    url,
    open: open.map((incident) => ({ ...namesOf(incident), steps: incident.steps })),
  });
}

function openDrawn(screen: Screen, url: string): WatchView {
  let open: readonly IncidentSummary[] = [];
  let trouble: string | null = null;
  function lines(frame: number): readonly string[] {
    const style = styleOf(screen);
    const moment = { now: new Date().toISOString(), frame };
    const blocks = open.map((incident) => openBlock(incident, moment, style));
    const status = trouble ?? `${statusText(open.length, url)} Ctrl-C ends.`;
    // One row for the status, one for the cursor.
    const fitting = fitBlocks(blocks, screen.rows() - 2);
    return [...fitting, screen.colors.dim(fit(status, style.columns - 1))];
  }
  const drawing = openDrawing(screen, lines);
  return {
    show: (look) => {
      ({ open } = look);
      drawing.add(look.closed.map((incident) => markedLine(incident, screen)));
    },
    away: (reason) => {
      trouble = `The host at ${url} does not answer; asking again. Ctrl-C ends.`;
      drawing.add([`${nowClock()} ${screen.colors.yellow("away")} ${printable(reason)}`]);
    },
    back: () => {
      trouble = null;
      drawing.add([`${nowClock()} back: ${url} answers again.`]);
    },
    close: () => {
      drawing.close();
    },
  };
}

function markedLine(incident: IncidentView, { colors }: Screen): string {
  const kind = incident.outcome?.kind;
  const good = kind === "healed" || kind === "healthy";
  return `${good ? colors.green("✔") : colors.yellow("●")} ${closedLine(incident, { colors })}`;
}

function openGrowing(screen: Screen, url: string): WatchView {
  let shown: ReadonlyMap<string, ShownSteps> = new Map();
  let wasOpen: number | null = null;
  return {
    show: ({ open, closed }) => {
      if (wasOpen === null) {
        screen.record({ type: "watching", url, open: open.length });
      }
      if (wasOpen === null || (wasOpen > 0 && open.length === 0)) {
        screen.say(statusText(open.length, url));
      }
      wasOpen = open.length;
      for (const incident of closed) {
        tellSteps(screen, incident, shown.get(incident.id));
        tellEnd(screen, incident);
      }
      shown = new Map(
        open.map((incident) => [incident.id, tellSteps(screen, incident, shown.get(incident.id))]),
      );
    },
    away: (reason) => {
      screen.line(`${nowClock()} away: ${printable(reason)} Asking again until it is back.`);
      screen.record({ type: "away", at: new Date().toISOString(), message: reason });
    },
    back: () => {
      screen.line(`${nowClock()} back: ${url} answers again.`);
      screen.record({ type: "back", at: new Date().toISOString() });
    },
    close: () => undefined,
  };
}

/** Tells what is new of an incident; gives what was told so far. */
function tellSteps(
  screen: Screen,
  incident: IncidentSummary,
  before: ShownSteps | undefined,
): ShownSteps {
  const name = printable(incident.vmName);
  if (before === undefined) {
    const { id, mode, openedAt } = incident;
    screen.line(`${name}: ${clock(openedAt)} opened  ${MODES[mode]}, incident ${printable(id)}`);
    screen.record({ type: "opened", ...namesOf(incident) });
  }
  const { events, shown } = stepEvents(before ?? new Set(), incident);
  for (const event of events) {
    screen.line(`${name}: ${plainLine(event)}`);
    screen.record({ ...event, ...namesOf(incident) });
  }
  return shown;
}

function tellEnd(screen: Screen, incident: IncidentView): void {
  const { closedAt } = incident;
  screen.line(closedLine(incident, screen));
  const result = resultOfIncident(incident);
  screen.record({ type: "closed", ...namesOf(incident), closedAt, ...result });
}

function namesOf({ id, vmId, vmName, mode, openedAt }: IncidentSummary): object {
  return { incidentId: id, vmId, vmName, mode, openedAt };
}

function statusText(open: number, url: string): string {
  if (open === 0) {
    return `No incident is open at ${url}.`;
  }
  return `${open} ${open === 1 ? "incident is" : "incidents are"} open at ${url}.`;
}

function nowClock(): string {
  return clock(new Date().toISOString());
}
