import type { RunStatus } from "../../../shared/domain/incident.ts";
import { endedLine, plainLine, runningLines } from "./live-view.ts";
import type { LineStyle } from "./live-view.ts";
import type { Screen } from "./screen.ts";
import { stepEvents } from "./step-events.ts";
import type { ShownSteps } from "./step-events.ts";

const HIDE_CURSOR = "\u001B[?25l";
const SHOW_CURSOR = "\u001B[?25h";
const CLEAR_TO_END_OF_LINE = "\u001B[K";
const CLEAR_BELOW = "\u001B[0J";
const FRAME_MS = 100;

/** A run's steps on the screen while they happen. */
export interface LiveView {
  /** Takes in the run's newest state. */
  show(status: Pick<RunStatus, "steps">): void;
  /** Ends the display; what was shown stays, and the cursor is back. May be called twice. */
  close(): void;
}

/** Opens the display that fits the screen: lines drawn over, lines that only grow, or JSON objects. */
export function openLiveView(screen: Screen): LiveView {
  return screen.live ? openDrawn(screen) : openGrowing(screen);
}

function openGrowing(screen: Screen): LiveView {
  let shown: ShownSteps = new Set();
  return {
    show: (status) => {
      const next = stepEvents(shown, status);
      shown = next.shown;
      for (const event of next.events) {
        screen.record(event);
        screen.line(plainLine(event));
      }
    },
    close: () => undefined,
  };
}

function openDrawn(screen: Screen): LiveView {
  let latest: Pick<RunStatus, "steps"> = { steps: [] };
  let shown: ShownSteps = new Set();
  const drawing = openDrawing(screen, (frame) =>
    runningLines(latest, new Date().toISOString(), frame, styleOf(screen)),
  );
  return {
    show: (status) => {
      const next = stepEvents(shown, status);
      ({ shown } = next);
      latest = status;
      drawing.add(next.events.flatMap((event) => endedLine(event, styleOf(screen)) ?? []));
    },
    close: () => {
      drawing.close();
    },
  };
}

/** What the screen's terminal allows now; its size may change. */
export function styleOf(screen: Screen): LineStyle {
  return { columns: screen.columns(), colors: screen.colors };
}

/** Lines at the end of a terminal's output which are drawn over several times a second. */
export interface Drawing {
  /** Writes lines that stay, and below them anew those that are drawn over. */
  add(lasting: readonly string[]): void;
  /** Wipes the drawn lines away and brings the cursor back. May be called twice. */
  close(): void;
}

/** Starts to draw what `lines` gives, with a spinner's frame that counts up; no more lines than the terminal has, less one. */
export function openDrawing(screen: Screen, lines: (frame: number) => readonly string[]): Drawing {
  let drawn = 0;
  let frame = 0;
  let before = "";
  function toFirst(): string {
    const up = drawn === 0 ? "" : `\u001B[${drawn}A`;
    drawn = 0;
    return `${up}\r`;
  }
  function add(lasting: readonly string[]): void {
    frame += 1;
    const live = lines(frame);
    // Written over rather than wiped first: a wiped line can be seen as a flicker.
    const text = [...lasting, ...live].map((line) => `${line}${CLEAR_TO_END_OF_LINE}\n`).join("");
    if (lasting.length > 0 || text !== before) {
      screen.raw(toFirst() + text + CLEAR_BELOW);
      drawn = live.length;
      before = lasting.length > 0 ? "" : text;
    }
  }
  const timer = setInterval(() => {
    add([]);
  }, FRAME_MS);
  function restore(): void {
    clearInterval(timer);
    screen.raw(toFirst() + CLEAR_BELOW + SHOW_CURSOR);
  }
  process.once("exit", restore);
  screen.raw(HIDE_CURSOR);
  return {
    add,
    close: () => {
      process.off("exit", restore);
      restore();
    },
  };
}
