import { ArmError, armErrorBody } from "../arm/arm-error.ts";
import type { Reply } from "../arm/reply.ts";
import type { NeededRights } from "../arm/rights.ts";
import type { LoggedRequest } from "../log.ts";
import type { Fault, Operation } from "../scenario/fault-schema.ts";
import type { Simulation } from "../simulation.ts";
import { settle } from "../world/power.ts";
import { strikeVms } from "./fault-actions.ts";

// Invariants:
//   G1. Each request is logged when it arrives, before anything else, and gets its status when it leaves.
//   G2. Between the stop "before" and the stop "after" nothing is awaited: an effect is whole or not there.
//   G3. A request whose client left at the stop "before" has no effect.

/** A request which arrived. */
export interface Arrival {
  readonly operation: Operation;
  readonly method: string;
  readonly path: string;
  readonly vm: string | null;
  readonly script: string | null;
  /** Its `If-Match` header; null or left out: none came. */
  readonly ifMatch?: string | null;
  /** Left out: it is no request to Resource Manager. */
  readonly needs?: NeededRights;
  /** Settles when the client closed its connection. */
  readonly clientGone: Promise<void>;
}

/** What leaves: an answer, or none. */
export type Departure =
  | { readonly kind: "reply"; readonly reply: Reply }
  /** The connection is cut. */
  | { readonly kind: "break" }
  /** The connection stays open and nothing comes. */
  | { readonly kind: "hang" };

/** Does a request's work; `faults` are those which strike it. */
export type Work = (faults: readonly Fault[]) => Reply;

/** Takes a request through log, faults, stops and its effect. */
export async function passGate(
  simulation: Simulation,
  arrival: Arrival,
  work: Work,
): Promise<Departure> {
  const identity = {
    operation: arrival.operation,
    ...(arrival.vm === null ? {} : { vm: arrival.vm }),
    ...(arrival.script === null ? {} : { script: arrival.script }),
  };
  const n = simulation.log.request({
    ...identity,
    ...(arrival.ifMatch === undefined || arrival.ifMatch === null
      ? {}
      : { ifMatch: arrival.ifMatch }),
    ...loggedRights(arrival.needs),
    method: arrival.method,
    path: arrival.path,
  });
  const stops = simulation.holds.arrive({ ...identity, n, clientGone: arrival.clientGone });
  const faults = simulation.faults.strike(identity);
  await wait(simulation.latency.requestMs() + slowAnswerMs(arrival, faults));
  if (!(await stops.pass("before"))) {
    simulation.log.answer(n, "aborted");
    return { kind: "break" };
  }
  const departure = takeEffect(simulation, faults, work);
  if (!(await stops.pass("after"))) {
    simulation.log.answer(n, "aborted");
    return { kind: "break" };
  }
  simulation.log.answer(n, statusOf(departure));
  return departure;
}

function loggedRights(needs: NeededRights | undefined): Pick<LoggedRequest, "action" | "linked"> {
  return {
    ...(needs === undefined || needs.action === null ? {} : { action: needs.action }),
    ...(needs === undefined || needs.linked.length === 0 ? {} : { linked: needs.linked }),
  };
}

function statusOf(departure: Departure): number | "lost" | "silent" {
  if (departure.kind !== "reply") {
    return "lost";
  }
  return departure.reply.status === 0 ? "silent" : departure.reply.status;
}

function takeEffect(simulation: Simulation, faults: readonly Fault[], work: Work): Departure {
  settle(simulation);
  strikeVms(simulation, faults, "before");
  const early = troubledAnswer(faults, "before");
  if (early !== null) {
    return early;
  }
  const reply = answer(() => work(faults));
  strikeVms(simulation, faults, "after");
  settle(simulation);
  return troubledAnswer(faults, "after") ?? { kind: "reply", reply };
}

/** Runs a piece of work and turns its refusal into an answer. */
function answer(work: () => Reply): Reply {
  try {
    return work();
  } catch (error) {
    if (error instanceof ArmError) {
      const { status, code, message, retryAfterSeconds } = error;
      const headers =
        retryAfterSeconds === null ? {} : { "Retry-After": String(retryAfterSeconds) };
      return { status, body: armErrorBody(code, message), headers };
    }
    throw error;
  }
}

function troubledAnswer(faults: readonly Fault[], when: "before" | "after"): Departure | null {
  for (const fault of faults) {
    if (fault.kind === "throttle" && when === "before") {
      return { kind: "reply", reply: throttled(fault.retryAfterSeconds) };
    }
    if (fault.kind === "error" && fault.when === when) {
      const body = armErrorBody(fault.code, fault.message);
      return { kind: "reply", reply: { status: fault.status, body } };
    }
    if (fault.kind === "lost" && fault.when === when) {
      return { kind: fault.how };
    }
  }
  return null;
}

function throttled(retryAfterSeconds: number | undefined): Reply {
  return {
    status: 429,
    body: armErrorBody(
      "TooManyRequests",
      "The request is being throttled as the limit has been reached for this operation type.",
    ),
    ...(retryAfterSeconds === undefined
      ? {}
      : { headers: { "Retry-After": String(retryAfterSeconds) } }),
  };
}

/** Requests which start an operation pass a fault's slowness on to it. */
const SLOW_AS_OPERATION = new Set<Operation>([
  "runCommand.post",
  "managedCommand.put",
  "snapshot.put",
]);

function slowAnswerMs(arrival: Arrival, faults: readonly Fault[]): number {
  const slow = faults.find((fault) => fault.kind === "slow");
  return slow === undefined || SLOW_AS_OPERATION.has(arrival.operation) ? 0 : slow.seconds * 1000;
}

async function wait(ms: number): Promise<void> {
  if (ms > 0) {
    await new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
  }
}
