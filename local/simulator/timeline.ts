/** Longest delay which a Node timer can hold. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Something that will happen in simulated Azure. */
interface Due {
  readonly at: number;
  readonly run: (at: number) => void;
}

/** What the future of simulated Azure holds, by its clock. */
export interface Timeline {
  /** Lets `run` happen at that instant (ms since 1970), at once if it is due. */
  schedule(at: number, run: (at: number) => void): void;
  /** Lets everything happen that is due, in its order. */
  advance(): void;
  /** Forgets everything; nothing happens afterwards. */
  stop(): void;
}

/** What drives a timeline. */
export interface TimelineOptions {
  readonly now: () => Date;
  /** The earliest instant (ms) at which something outside of the timeline is due, or null. */
  readonly nextOutside: () => number | null;
  /** Lets what is due outside happen. */
  readonly runOutside: (at: number) => void;
}

/** Makes a timeline which also keeps one timer, so that things happen while nobody asks. */
export function makeTimeline(options: TimelineOptions): Timeline {
  let dues: Due[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let stopped = false;

  function nextAt(): number | null {
    const outside = options.nextOutside();
    const inside = dues[0]?.at ?? null;
    if (outside === null || inside === null) {
      return outside ?? inside;
    }
    return Math.min(outside, inside);
  }

  function step(at: number): void {
    const due = dues[0];
    if (due === undefined || due.at > at) {
      options.runOutside(at);
      return;
    }
    dues.shift();
    due.run(at);
  }

  function advance(): void {
    // What happens may schedule more and ask for an advance itself: the loop below takes that along.
    if (running || stopped) {
      return;
    }
    running = true;
    try {
      for (let at = nextAt(); at !== null && at <= options.now().getTime(); at = nextAt()) {
        step(at);
      }
    } finally {
      running = false;
      arm();
    }
  }

  function arm(): void {
    clearTimeout(timer);
    const at = nextAt();
    if (at !== null && !stopped) {
      const delay = Math.max(1, at - options.now().getTime());
      timer = setTimeout(advance, Math.min(delay, LONGEST_TIMER_MS)).unref();
    }
  }

  return {
    schedule(at, run) {
      dues.push({ at, run });
      dues.sort((left, right) => left.at - right.at);
      advance();
    },
    advance,
    stop() {
      stopped = true;
      dues = [];
      clearTimeout(timer);
    },
  };
}
