import type { RunStatus } from "../../shared/domain/incident.ts";
import { endedLine, plainLine, runningLines } from "./live-view.ts";
import type { LineStyle } from "./live-view.ts";
import type { Screen } from "./screen.ts";
import { stepEvents } from "./step-events.ts";
import type { ShownSteps } from "./step-events.ts";

const HIDE_CURSOR = "\u001B[?25l";
const SHOW_CURSOR = "\u001B[?25h";
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
  const drawing = startDrawing(screen);
  let shown: ShownSteps = new Set();
  const timer = setInterval(() => {
    drawing.draw([]);
  }, FRAME_MS);
  function restore(): void {
    clearInterval(timer);
    drawing.end();
  }
  process.once("exit", restore);
  return {
    show: (status) => {
      const next = stepEvents(shown, status);
      shown = next.shown;
      drawing.take(status);
      drawing.draw(next.events.flatMap((event) => endedLine(event, drawing.style()) ?? []));
    },
    close: () => {
      process.off("exit", restore);
      restore();
    },
  };
}

interface Drawing {
  style(): LineStyle;
  take(status: Pick<RunStatus, "steps">): void;
  /** Writes lines that stay, and below them anew those of the steps that run. */
  draw(lasting: readonly string[]): void;
  /** Wipes the running steps' lines away and brings the cursor back. */
  end(): void;
}

function startDrawing(screen: Screen): Drawing {
  let latest: Pick<RunStatus, "steps"> = { steps: [] };
  let drawn = 0;
  let frame = 0;
  function style(): LineStyle {
    return { columns: screen.columns(), colors: screen.colors };
  }
  function erase(): string {
    const up = drawn === 0 ? "" : `\u001B[${drawn}A`;
    drawn = 0;
    return `${up}\r${CLEAR_BELOW}`;
  }
  screen.raw(HIDE_CURSOR);
  return {
    style,
    take: (status) => {
      latest = status;
    },
    draw: (lasting) => {
      frame += 1;
      const before = erase();
      const running = runningLines(latest, new Date().toISOString(), frame, style());
      drawn = running.length;
      screen.raw(before + [...lasting, ...running].map((line) => `${line}\n`).join(""));
    },
    end: () => {
      screen.raw(erase() + SHOW_CURSOR);
    },
  };
}
