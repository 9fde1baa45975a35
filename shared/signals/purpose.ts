import type { RunPurpose, RunScope, Signal } from "../domain/signal.ts";

/** What a run is for that finds these signals pending, oldest first: the oldest decides. Null if there are none. */
export function purposeOf(pending: readonly Signal[]): RunPurpose | null {
  const [oldest] = pending;
  if (oldest === undefined) {
    return null;
  }
  const found = pending.filter((signal) => together(signal, oldest));
  const writes = found.filter((signal) => signal.source === "nicChanged");
  const sources: ReadonlySet<string> = new Set(found.map((signal) => signal.source));
  return {
    mode: oldest.mode,
    signalIds: found.map((signal) => signal.id),
    operator: sources.has("operator"),
    readGuest: oldest.source !== "operator" || oldest.readGuest,
    console: found.some((signal) => signal.console === true),
    pinAddress: found.some((signal) => signal.pinAddress === true),
    ...(oldest.rollbackOf === undefined ? {} : { rollbackOf: oldest.rollbackOf }),
    alerted: ["operator", "alert", "probeRound"].some((source) => sources.has(source)),
    nicWrittenAt: writes.at(-1)?.receivedAt ?? null,
    nicId: found.find((signal) => signal.nicId !== null)?.nicId ?? null,
    nicIds: [...new Set(found.map((signal) => signal.nicId))],
  };
}

/**
 * Whether one run can answer both: never two modes, never a heal and a rollback, and never a reading and a non-reading
 * request.
 */
function together(signal: Signal, oldest: Signal): boolean {
  const bothOperators = signal.source === "operator" && oldest.source === "operator";
  return isSameWork(signal, oldest) && (!bothOperators || signal.readGuest === oldest.readGuest);
}

function isSameWork(signal: Signal, work: Pick<RunPurpose, "mode" | "rollbackOf">): boolean {
  return signal.mode === work.mode && signal.rollbackOf === work.rollbackOf;
}

/**
 * Whether a run answers a signal that is pending when it ends. Those it found, always: so each run settles at least one,
 * and runs for a VM come to an end. Of later ones none of another mode or of other work, no NIC write stored after the Azure facts were
 * read, none about a NIC that was not looked at, and an operator's request only if the guest was visited and the run did
 * what else it asks for.
 */
export function answeredBy(signal: Signal, scope: RunScope): boolean {
  if (scope.purpose.signalIds.includes(signal.id)) {
    return true;
  }
  if (!isSameWork(signal, scope.purpose)) {
    return false;
  }
  const lookedAt = isLookedAt(signal, scope);
  switch (signal.source) {
    case "operator":
      return isFulfilled(signal, scope);
    case "nicChanged":
      return lookedAt && scope.factsReadAt !== null && signal.receivedAt < scope.factsReadAt;
    case "alert":
    case "probeRound":
      return lookedAt;
    default:
      return signal.source satisfies never;
  }
}

/** Whether a request got all that it asks for: a look at Windows, and wishes of which the run has to have known. */
function isFulfilled(signal: Signal, { purpose, guestVisited }: RunScope): boolean {
  return (
    guestVisited &&
    signal.readGuest &&
    (signal.console !== true || purpose.console) &&
    (signal.pinAddress !== true || purpose.pinAddress)
  );
}

function isLookedAt({ nicId }: Signal, { guestVisited, purpose }: RunScope): boolean {
  return guestVisited || purpose.nicIds.includes(nicId);
}
