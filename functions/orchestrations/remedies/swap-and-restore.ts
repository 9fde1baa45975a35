import type { Task } from "durable-functions";

import type { RemedyConclusion } from "../../../shared/domain/remedy.ts";
import { nextWrite } from "../../../shared/remedies/nic-reset/next-write.ts";
import type { NicStanding } from "../../../shared/remedies/nic-reset/nic-standing.ts";
import type { ResetTarget } from "../../../shared/remedies/nic-reset/reset-record.ts";
import { sleep } from "../clock.ts";
import {
  attempt,
  keyOf,
  settledStanding,
  writeAndSettle,
  type Reset,
  type WriteEnd,
} from "./reset-write.ts";
import { awaitVmUp } from "./vm-up.ts";

/** Swap addresses that are tried; each may be lost to somebody else. */
const SWAPS = 5;

/** Rounds on the way back: three writes at most, and what fails for a while. */
const ROUNDS = 10;

/** How the swap ended. */
export type SwapEnd =
  | { readonly kind: "swapped" }
  /** The NIC is surely as it was. */
  | Extract<RemedyConclusion, { kind: "stale" | "untouched" }>
  /** It failed, and what it left has to be put back. */
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/** How the way back ended. */
export type RestoreEnd =
  | {
      readonly kind: "restored";
      readonly standing: NicStanding;
      readonly keptStatic: boolean;
      readonly up: boolean;
    }
  /** Somebody else's address, or no NIC any more: nothing of ours is left on it. */
  | { readonly kind: "overtaken"; readonly code: string; readonly message: string }
  /** Our own change is still there, or may be. */
  | { readonly kind: "left"; readonly code: string; readonly message: string };

/** Gives the NIC a free address of its subnet; one that somebody else takes first is followed by the next one. */
export function* swapAddress(reset: Reset): Generator<Task, SwapEnd, unknown> {
  let failed: SwapEnd | null = null;
  for (let tries = 0; tries < SWAPS; tries++) {
    const end = yield* trySwap(reset);
    const goesOn = end === "taken" || (end.kind === "failed" && failed === null);
    if (!goesOn) {
      // Once a write was tried and failed, only the NIC itself tells whether it is as it was.
      return end.kind === "swapped" ? end : (failed ?? end);
    }
    failed = end === "taken" ? failed : end;
  }
  return failed ?? noFreeAddress(reset);
}

function* trySwap(reset: Reset): Generator<Task, SwapEnd | "taken", unknown> {
  const found = yield* attempt(reset.run, "findSwapAddresses", keyOf(reset));
  if (!found.ok) {
    return { kind: "untouched", code: found.failure.code, message: found.failure.message };
  }
  const [address] = found.value.addresses;
  return address === undefined
    ? noFreeAddress(reset)
    : endOf(yield* writeAndSettle(reset, { address, allocation: "Static" }));
}

function endOf(written: WriteEnd): SwapEnd | "taken" {
  switch (written.kind) {
    case "written":
      return { kind: "swapped" };
    case "taken":
      return "taken";
    case "changed":
      return { kind: "stale", code: written.code, message: written.message };
    case "refused":
      return { kind: "untouched", code: written.code, message: written.message };
    case "trouble":
      // A write that failed may have its effect all the same.
      return written.standing?.place === "swap"
        ? { kind: "swapped" }
        : { kind: "failed", code: written.code, message: written.message };
  }
}

/** Puts the original address back as Static, then the original allocation; the NIC alone says what is to be done next. */
export function* restoreAddress(reset: Reset): Generator<Task, RestoreEnd, unknown> {
  const { run } = reset;
  let last: StepBack = { kind: "again", up: false, code: "nic-not-restored", message: "" };
  for (let round = 0; round < ROUNDS; round++) {
    const step: StepBack = yield* stepBack(reset, last.up);
    if (step.kind !== "again") {
      return step;
    }
    last = step;
    if (step.code !== null) {
      yield* sleep(run.context, run.settings.retrySeconds);
    }
  }
  return { kind: "left", code: last.code ?? "nic-not-restored", message: last.message };
}

/** One round of the way back; `code` names what went wrong in it, null if nothing did. */
type StepBack =
  | RestoreEnd
  | {
      readonly kind: "again";
      readonly up: boolean;
      readonly code: string | null;
      readonly message: string;
    };

function* stepBack(reset: Reset, up: boolean): Generator<Task, StepBack, unknown> {
  const reading = yield* settledStanding(reset);
  if (!reading.ok) {
    const { code, message } = reading.failure;
    return { kind: "again", up, code, message };
  }
  if (reading.value.kind === "gone") {
    const message = `NIC ${reset.nic.name} does not exist any more.`;
    return { kind: "overtaken", code: "nic-gone", message };
  }
  const { standing } = reading.value;
  const next = nextWrite(reset.record, standing);
  switch (next.kind) {
    case "finished":
      return { kind: "restored", standing, keptStatic: next.keptStatic, up };
    case "foreign":
      return {
        kind: "overtaken",
        code: "nic-changed-meanwhile",
        message: describeForeign(reset, standing),
      };
    case "write":
      return yield* writeBack(reset, next.target, up);
  }
}

function* writeBack(
  reset: Reset,
  target: ResetTarget,
  wasUp: boolean,
): Generator<Task, StepBack, unknown> {
  const written = yield* writeAndSettle(reset, target);
  if (written.kind === "written") {
    // A VM that did not come up with its own address does not because of the allocation.
    const waits = wasUp || target.allocation === "Static";
    const up = waits && (yield* awaitVmUp(reset.run, reset.nic.id));
    return { kind: "again", up, code: null, message: "" };
  }
  const { code, message } = written;
  // Where somebody changed the NIC, the next look tells whether its address is still ours.
  const passes = written.kind === "trouble" || written.kind === "changed";
  return passes ? { kind: "again", up: false, code, message } : { kind: "left", code, message };
}

function noFreeAddress({ nic, record }: Reset): SwapEnd {
  const message = `The subnet of NIC ${nic.name} (${record.prefixes.join(", ")}) has no free address to swap with.`;
  return { kind: "untouched", code: "no-free-address", message };
}

function describeForeign({ nic, record }: Reset, { address, allocation }: NicStanding): string {
  return `Somebody else gave NIC ${nic.name} ${address ?? "no address"} (${allocation}) meanwhile. That is left as it is; before the reset it had ${record.original.address} (${record.original.allocation}).`;
}
