import { EXIT_INTERRUPTED } from "../exit-codes.ts";

/** How long a repeated signal counts as the same one: a terminal and a parent process may both send it. */
const SAME_PRESS_MS = 300;

/** Ctrl-C as an AbortSignal. */
export interface Interrupts {
  readonly signal: AbortSignal;
  /** Gives the signals back to Node. */
  dispose(): void;
}

/** The first Ctrl-C (or SIGTERM, SIGHUP) aborts the signal, so that the running step can finish; the second ends the process at once. */
export function watchInterrupts(): Interrupts {
  const controller = new AbortController();
  let firstAt = 0;
  function onSignal(): void {
    if (!controller.signal.aborted) {
      firstAt = performance.now();
      controller.abort();
    } else if (performance.now() - firstAt > SAME_PRESS_MS) {
      process.exit(EXIT_INTERRUPTED);
    }
  }
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) {
    process.on(name, onSignal);
  }
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of names) {
        process.off(name, onSignal);
      }
    },
  };
}
