import { setTimeout as sleep } from "node:timers/promises";

import { AzureRequestError, ConfigurationError } from "../../../shared/domain/errors.ts";
import { environmentVariables } from "../../../shared/settings.ts";
import type { WatchCall } from "../command-line/calls.ts";
import { EXIT_OK } from "../exit-codes.ts";
import { HOST_CODES, openHostClient } from "../host/host-client.ts";
import type { HostAccess } from "../host/host-client.ts";
import { watchInterrupts } from "../terminal/interrupts.ts";
import type { Screen } from "../terminal/screen.ts";
import { openFeed } from "./incident-feed.ts";
import type { Look } from "./incident-feed.ts";
import { openWatchView, sayOpen } from "./watch-view.ts";
import type { WatchView } from "./watch-view.ts";

/** From an answer to the next question. */
const POLL_MS = 1000;
/** Looks in a row that fail before it is said: a connection may break once, as a host closes those that were idle. */
const MISSES_TO_SAY = 2;
const LONGEST_PAUSE_MS = 30_000;
const TIMEOUT_MS = 30_000;
const KEY_VARIABLE = "REMEDIATOR_HOST_KEY";
const AUDIENCE_VARIABLE = "REMEDIATOR_ENTRA_AUDIENCE";

/** `remediator watch`: follows the open incidents of a host until Ctrl-C. Gives the exit code. */
export async function watch(call: WatchCall, screen: Screen): Promise<number> {
  const interrupts = watchInterrupts();
  const leave = interrupts.signal;
  const credentials = await readCredentials(environmentVariables());
  const look = openFeed(openHostClient(call.url, { leave, timeoutMs: TIMEOUT_MS, ...credentials }));
  try {
    const first = await look();
    if (call.once) {
      sayOpen(screen, call.url, first);
    } else {
      await follow({ look, first, leave }, openWatchView(screen, call.url));
    }
  } catch (error) {
    if (!leave.aborted) {
      throw error;
    }
  } finally {
    interrupts.dispose();
  }
  return EXIT_OK;
}

interface Followed {
  readonly look: () => Promise<Look>;
  readonly first: Look;
  readonly leave: AbortSignal;
}

async function follow({ look, first, leave }: Followed, view: WatchView): Promise<void> {
  try {
    view.show(first);
    let failures = 0;
    let askedMs = 0;
    while (await waited(Math.max(askedMs, pauseAfter(failures)), leave)) {
      const seen = await look().catch(passing);
      if (!leave.aborted) {
        failures = show(view, seen, failures);
        askedMs = "reason" in seen ? seen.waitMs : 0;
      }
    }
  } finally {
    view.close();
  }
}

function pauseAfter(failures: number): number {
  return Math.min(POLL_MS * 2 ** failures, LONGEST_PAUSE_MS);
}

/** Shows what came, and gives how many looks in a row failed until now. */
function show(view: WatchView, seen: Look | Missed, failures: number): number {
  if ("reason" in seen) {
    if (failures + 1 === MISSES_TO_SAY) {
      view.away(seen.reason);
    }
    return failures + 1;
  }
  if (failures >= MISSES_TO_SAY) {
    view.back();
  }
  view.show(seen);
  return 0;
}

/** A look that failed, and may not the next time. */
interface Missed {
  readonly reason: string;
  /** How long the host asked to wait; 0: it did not say. */
  readonly waitMs: number;
}

/** Why the host gave no look this time, where a later try may get one; what never will is thrown again. */
function passing(error: unknown): Missed {
  if (error instanceof AzureRequestError) {
    return { reason: error.message, waitMs: (error.retryAfterSeconds ?? 0) * 1000 };
  }
  if (error instanceof ConfigurationError && error.code !== HOST_CODES.refusesKey) {
    return { reason: error.message, waitMs: 0 };
  }
  throw error;
}

/** Whether the time passed without a Ctrl-C. */
async function waited(ms: number, leave: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { signal: leave }).catch(() => undefined);
  return !leave.aborted;
}

/** Where both are set the key stays at home: a deployment takes one or the other. */
async function readCredentials(
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Pick<HostAccess, "key" | "token">> {
  const audience = variables[AUDIENCE_VARIABLE]?.trim() ?? "";
  if (audience !== "") {
    const { createCallerToken } = await import("../../../shared/azure/identity/caller-token.ts");
    return { token: createCallerToken(audience) };
  }
  const key = readKey(variables[KEY_VARIABLE]);
  return key === null ? {} : { key };
}

/** Its errors do not repeat the key. */
function readKey(text: string | undefined): string | null {
  const key = text?.trim() ?? "";
  if (!/^[\u0021-\u007E]*$/u.test(key)) {
    throw new ConfigurationError(`${KEY_VARIABLE} holds characters that no key has.`, {
      code: "invalid-settings",
      nextStep: "Copy the key once more: it is one word of letters, digits and punctuation.",
    });
  }
  return key === "" ? null : key;
}
