/** Longest delay which a Node timer can hold. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Something that will happen in simulated Azure. */
interface Due {
  readonly at: number;
  readonly run: () => void;
}

/** What the future of simulated Azure holds, by its clock. */
export interface Timeline {
  /** The time: of what is happening just now, else the clock's. */
  now(): Date;
  /** Lets `run` happen at that instant (ms since 1970), at once if it is due. */
  schedule(at: number, run: () => void): void;
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
  return new TimedTimeline(options);
}

class TimedTimeline implements Timeline {
  readonly #options: TimelineOptions;
  #dues: Due[] = [];
  #timer: NodeJS.Timeout | undefined;
  #happening: number | null = null;
  #isRunning = false;
  #isStopped = false;

  constructor(options: TimelineOptions) {
    this.#options = options;
  }

  now(): Date {
    return this.#happening === null ? this.#options.now() : new Date(this.#happening);
  }

  schedule(at: number, run: () => void): void {
    this.#dues.push({ at, run });
    this.#dues.sort((left, right) => left.at - right.at);
    this.advance();
  }

  advance(): void {
    // What happens may schedule more and ask for an advance itself: the loop below takes that along.
    if (this.#isRunning || this.#isStopped) {
      return;
    }
    this.#isRunning = true;
    try {
      this.#runDue();
    } finally {
      this.#happening = null;
      this.#isRunning = false;
      this.#arm();
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#dues = [];
    clearTimeout(this.#timer);
  }

  #runDue(): void {
    for (
      let at = this.#nextAt();
      at !== null && at <= this.#options.now().getTime();
      at = this.#nextAt()
    ) {
      // A timer may come late, or the clock may jump: what is due happens at its own time all the same.
      this.#happening = at;
      this.#step(at);
    }
  }

  #step(at: number): void {
    const due = this.#dues[0];
    if (due === undefined || due.at > at) {
      this.#options.runOutside(at);
      return;
    }
    this.#dues.shift();
    due.run();
  }

  #nextAt(): number | null {
    const outside = this.#options.nextOutside();
    const inside = this.#dues[0]?.at ?? null;
    if (outside === null || inside === null) {
      return outside ?? inside;
    }
    return Math.min(outside, inside);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const at = this.#nextAt();
    if (at !== null && !this.#isStopped) {
      const delay = Math.max(1, at - this.#options.now().getTime());
      this.#timer = setTimeout(
        () => {
          this.advance();
        },
        Math.min(delay, LONGEST_TIMER_MS),
      ).unref();
    }
  }
}
