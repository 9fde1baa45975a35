import { setTimeout as pause } from "node:timers/promises";

/** Longest wait at the end of the process; a host gives it 10 s. */
const END_MILLISECONDS = 3000;

/** What sends telemetry: of spans, of metrics. */
interface Sender {
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Sends what has gathered, one delivery after the other: a sender that is shut down drops what is on its way. */
export class Deliveries {
  readonly #senders: readonly Sender[];
  #last: Promise<unknown> = Promise.resolve();

  constructor(senders: readonly Sender[]) {
    this.#senders = senders;
  }

  /** Never fails: what cannot be sent is warned of elsewhere. */
  async flush(): Promise<void> {
    this.#last = this.#last.then(
      async () =>
        await Promise.allSettled(this.#senders.map(async (each) => await each.forceFlush())),
    );
    await this.#last;
  }

  /** Sends the rest and shuts down; who does not answer is not waited for long. */
  async end(): Promise<void> {
    const over = new AbortController();
    const late = pause(END_MILLISECONDS, null, { signal: over.signal }).catch(() => null);
    await Promise.race([this.#end(), late]);
    over.abort();
  }

  async #end(): Promise<void> {
    await this.flush();
    await Promise.allSettled(this.#senders.map(async (each) => await each.shutdown()));
  }
}
