import type { Task } from "durable-functions";

import type { WholeNic } from "../../../shared/azure/network-interfaces.ts";
import { changedParts } from "../../../shared/domain/changed-parts.ts";
import type { NicWritePoll } from "../../../shared/remedies/pin-address/write-nic.ts";
import { secondsFromNow, secondsUntil, sleep, waitOr } from "../clock.ts";
import { callOr, type Run } from "../run.ts";

/** What became of a write of a NIC. */
export type NicWrite =
  | { readonly kind: "written"; readonly nic: WholeNic }
  /** Nothing was written, or Azure took nothing of it. */
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  | { readonly kind: "unknown"; readonly code: string; readonly message: string };

/** A NIC before a write, and as it is to be. */
export interface NicChange {
  readonly nicId: string;
  readonly before: WholeNic;
  readonly wanted: WholeNic;
}

/** Failures that leave open whether Azure took the request. */
const MAYBE_SENT = new Set(["no-answer", "azure-unavailable", "unexpected"]);

/** Writes a whole NIC and waits until Azure is done with it; what became of it is read from the NIC itself. */
export function* writeNic(run: Run, change: NicChange): Generator<Task, NicWrite, unknown> {
  const { nicId, before, wanted } = change;
  const request = { nicId, etag: before.etag ?? "", wanted };
  const start = yield* callOr(run, "pinAddressWrite", request, ({ code, message }) => ({
    kind: "refused",
    code,
    message,
  }));
  if (start.kind === "refused" && !MAYBE_SENT.has(start.code)) {
    return start;
  }
  return yield* follow(run, change, start.kind === "started" ? start.operation : "");
}

function* follow(
  run: Run,
  change: NicChange,
  operation: string,
): Generator<Task, NicWrite, unknown> {
  const { nicId } = change;
  const deadline = secondsFromNow(run.context, run.settings.settleSeconds);
  for (;;) {
    const poll = yield* callOr(
      run,
      "pinAddressPoll",
      { nicId, operation },
      ({ code, message }) => ({ kind: "ended", nic: null, failure: { code, message } }),
    );
    if (poll.kind === "ended") {
      return conclude(poll, change);
    }
    const wait = waitOr(poll.retryAfterSeconds, run.settings.pollSeconds);
    if (secondsUntil(run.context, deadline) <= wait) {
      const message = `Azure was not done with the NIC after ${run.settings.settleSeconds} s.`;
      return { kind: "unknown", code: "nic-write-unknown", message };
    }
    yield* sleep(run.context, wait);
  }
}

function conclude(
  { nic, failure }: Extract<NicWritePoll, { kind: "ended" }>,
  { before, wanted }: NicChange,
): NicWrite {
  const says = failure ?? { code: "nic-write-unknown", message: "" };
  if (nic === null) {
    return { ...says, kind: "unknown", message: `${says.message} The NIC could not be read.` };
  }
  const missing = changedParts(wanted, nic);
  if (missing.length === 0 && failure === null && nic.provisioningState !== "Failed") {
    return { kind: "written", nic };
  }
  if (changedParts(before, nic).length === 0) {
    return { ...says, kind: "refused", message: `${says.message} The NIC is as it was.` };
  }
  const differs = missing.length === 0 ? "" : `, and differs from it in ${missing.join(", ")}`;
  const message = `${says.message} What was asked for: the NIC is ${nic.provisioningState ?? "in an unknown state"}${differs}.`;
  return { ...says, kind: "unknown", message };
}
