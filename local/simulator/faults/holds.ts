import { matchesRequest } from "./faults.ts";
import type { RequestIdentity, RequestPattern } from "./faults.ts";

/** Which request to stop, and where. */
export interface HoldOrder extends RequestPattern {
  /** The how-manieth matching request since the hold was made. */
  readonly nth: number;
  readonly when: "before" | "after";
}

/** A hold as it is shown. */
export interface HoldView {
  readonly id: number;
  readonly order: HoldOrder;
  readonly state: "waiting" | "reached" | "released" | "clientGone";
  /** The request's number in the log, once it was reached. */
  readonly request: number | null;
}

/** The request at the gate. */
export interface HeldRequest extends RequestIdentity {
  readonly n: number;
  /** Settles when the client closed its connection. */
  readonly clientGone: Promise<void>;
}

/** What stands at one request: a stop before and one after the effect, where ordered. */
export interface Stops {
  /** Waits at each ordered stop; false if the client left meanwhile. */
  pass(when: "before" | "after"): Promise<boolean>;
}

/** The holds in force. */
export interface Holds {
  add(order: HoldOrder): HoldView;
  /** Counts the request at each hold which it matches. */
  arrive(request: HeldRequest): Stops;
  get(id: number): HoldView | undefined;
  list(): readonly HoldView[];
  /** False if there is no such hold. */
  release(id: number): boolean;
  /** Lets every request go and forgets the holds. */
  clear(): void;
  /** Settles when the hold is reached, or after the time. */
  reached(id: number, waitMs: number): Promise<void>;
}

/** Something that happens once. */
interface Signal {
  readonly happened: Promise<void>;
  readonly happen: () => void;
}

interface Hold {
  view: HoldView;
  seen: number;
  readonly reached: Signal;
  readonly released: Signal;
}

/** Makes the list of holds. */
export function makeHolds(): Holds {
  const holds = new Map<number, Hold>();
  let lastId = 0;
  return {
    add(order) {
      lastId += 1;
      const view: HoldView = { id: lastId, order, state: "waiting", request: null };
      holds.set(lastId, { view, seen: 0, reached: makeSignal(), released: makeSignal() });
      return view;
    },
    arrive(request) {
      const mine = [...holds.values()].filter((hold) => isMet(hold, request));
      return { pass: async (when) => await passAll(mine, when, request) };
    },
    get: (id) => holds.get(id)?.view,
    list: () => [...holds.values()].map((hold) => hold.view),
    release: (id) => release(holds.get(id)),
    clear() {
      for (const hold of holds.values()) {
        release(hold);
      }
      holds.clear();
    },
    async reached(id, waitMs) {
      await withinTime(holds.get(id)?.reached.happened ?? Promise.resolve(), waitMs);
    },
  };
}

function makeSignal(): Signal {
  const controller = new AbortController();
  const happened = new Promise<void>((resolve) => {
    controller.signal.addEventListener("abort", () => {
      resolve();
    });
  });
  return {
    happened,
    happen() {
      controller.abort();
    },
  };
}

function isMet(hold: Hold, request: HeldRequest): boolean {
  if (hold.view.state !== "waiting" || !matchesRequest(hold.view.order, request)) {
    return false;
  }
  hold.seen += 1;
  return hold.seen === hold.view.order.nth;
}

async function passAll(
  mine: readonly Hold[],
  when: "before" | "after",
  request: HeldRequest,
): Promise<boolean> {
  for (const hold of mine.filter((candidate) => candidate.view.order.when === when)) {
    if (!(await stopAt(hold, request))) {
      return false;
    }
  }
  return true;
}

async function stopAt(hold: Hold, request: HeldRequest): Promise<boolean> {
  if (hold.view.state === "released") {
    return true;
  }
  hold.view = { ...hold.view, state: "reached", request: request.n };
  hold.reached.happen();
  const gone = await Promise.race([
    hold.released.happened.then(async () => await leftMeanwhile(request.clientGone)),
    request.clientGone.then(() => true),
  ]);
  if (gone) {
    hold.view = { ...hold.view, state: "clientGone" };
  }
  return !gone;
}

/** A client that was killed just before the release: its closed connection may not have been noticed yet. */
async function leftMeanwhile(clientGone: Promise<void>): Promise<boolean> {
  return await Promise.race([clientGone.then(() => true), afterPendingEvents().then(() => false)]);
}

async function afterPendingEvents(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

function release(hold: Hold | undefined): boolean {
  if (hold === undefined) {
    return false;
  }
  if (hold.view.state !== "clientGone") {
    hold.view = { ...hold.view, state: "released" };
  }
  hold.released.happen();
  return true;
}

async function withinTime(promise: Promise<void>, waitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, waitMs);
  });
  await Promise.race([promise, timeout]);
  clearTimeout(timer);
}
