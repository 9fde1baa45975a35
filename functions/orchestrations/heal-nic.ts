import type { Task } from "durable-functions";

import type { PlannedRemedy } from "../../shared/domain/diagnosis.ts";
import type { RemedyConclusion } from "../../shared/domain/remedy.ts";
import { healGuestDhcp } from "./remedies/guest-dhcp.ts";
import { repairGuest } from "./remedies/guest-repair.ts";
import { resetNic } from "./remedies/nic-reset.ts";
import { healOverConsole } from "./remedies/serial-console.ts";
import type { Run } from "./run.ts";

/** Ends after which the next remedy may be tried: nothing is left changed. */
type Clean = Extract<RemedyConclusion, { kind: "untouched" | "undone" }>;

/**
 * Applies a NIC's remedies in their order until one ends well. The next one is tried only where nothing is left changed,
 * and nothing is unknown; the conclusion says of all of them what became of them.
 */
export function* healNic(
  run: Run,
  remedies: readonly PlannedRemedy[],
): Generator<Task, RemedyConclusion, unknown> {
  const failed: Clean[] = [];
  for (const remedy of remedies) {
    const conclusion = yield* applyRemedy(run, remedy);
    if (conclusion.kind !== "untouched" && conclusion.kind !== "undone") {
      return conclusion;
    }
    failed.push(conclusion);
  }
  const last = failed.at(-1);
  if (last === undefined) {
    throw new TypeError("A NIC was to be healed without any remedy.");
  }
  const undone = failed.some(({ kind }) => kind === "undone");
  const message = failed.map((each) => each.message).join(" ");
  return { ...last, kind: undone ? "undone" : "untouched", message };
}

function* applyRemedy(run: Run, remedy: PlannedRemedy): Generator<Task, RemedyConclusion, unknown> {
  switch (remedy.kind) {
    case "guestDhcp":
      return yield* healGuestDhcp(run, remedy);
    case "serialConsole":
      return yield* healOverConsole(run, remedy);
    case "nicReset":
      return yield* resetNic(run, remedy);
    case "repairDhcpService":
    case "renewLease":
    case "enableAdapter":
    case "setAddresses":
      return yield* repairGuest(run, { ...remedy, kind: remedy.kind });
    case "pinAddress":
    case "restoreStatic":
      throw new TypeError(`Remedy ${remedy.kind} was planned although it is not available.`);
  }
}
