import type { ConsoleLine, ConsoleOpening } from "../domain/console-line.ts";
import type { AzureFacts, ConsoleReading } from "../domain/facts.ts";
import { command, listingOf, sacTrouble, visitSac } from "../guest/sac/session.ts";

/** How often SAC is asked until it lists an address: after a boot that takes some time. */
const TRIES = 6;
const PAUSE_MS = 2000;

/**
 * Reads which addresses Windows' serial console lists. Changes nothing, but may throw out whoever is connected there.
 * @throws AzureRequestError for transient trouble, `retryable`.
 */
export async function readConsole(
  open: () => Promise<ConsoleOpening>,
  { vm }: AzureFacts,
): Promise<ConsoleReading> {
  if (!vm.bootDiagnostics) {
    const message = `Boot diagnostics of VM ${vm.name} are off, and the serial console needs them.`;
    return { kind: "unavailable", code: "boot-diagnostics-off", message };
  }
  const visit = await visitSac(open, listed);
  return visit.kind === "done" ? visit.result : visit;
}

async function listed(line: ConsoleLine, signal: AbortSignal): Promise<ConsoleReading> {
  for (let attempt = 1; ; attempt++) {
    const answer = await command(line, "i", signal);
    if (answer.kind !== "prompt") {
      return { kind: "unavailable", ...sacTrouble(answer.kind) };
    }
    const listing = listingOf(answer.text);
    if (listing.addresses.length > 0 || attempt === TRIES) {
      return listing;
    }
    await pause(signal);
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, PAUSE_MS);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
