import type { ConsoleLine, ConsoleOpening } from "../../domain/console-line.ts";
import {
  checkedCommand,
  command,
  listingOf,
  sacTrouble,
  visitSac,
} from "../../guest/sac/session.ts";
import type { AddressOrder } from "./address-order.ts";

/** How setting an address at the SAC prompt ended. */
export type AddressSet =
  /** A fresh list shows it. */
  | { readonly kind: "shown" }
  /** It may have been typed, and nothing shows it. */
  | { readonly kind: "unknown"; readonly code: string; readonly message: string }
  /** Nothing was typed. */
  | { readonly kind: "untouched"; readonly code: string; readonly message: string };

/** Windows may need some seconds until a new address is listed. */
const TRIES = 5;

/**
 * Sets address, mask and gateway of a network number at the SAC prompt, until a fresh list shows the address. One that
 * the list shows already is not typed again. Source of the command: SAC's own help for `i`.
 * @throws AzureRequestError for transient trouble before anything was typed, `retryable`.
 */
export async function setConsoleAddress(
  open: () => Promise<ConsoleOpening>,
  order: AddressOrder,
): Promise<AddressSet> {
  const visit = await visitSac(
    open,
    async (line, signal) => await typeUntilShown(line, order, signal),
  );
  return visit.kind === "done" ? visit.result : { ...visit, kind: "untouched" };
}

/** At the SAC prompt: lists, and types the order until the list shows it. */
export async function typeUntilShown(
  line: ConsoleLine,
  order: AddressOrder,
  signal: AbortSignal,
): Promise<AddressSet> {
  const { network, ip, mask, gateway } = order;
  for (let typed = 0; ; typed++) {
    const listed = await command(line, "i", signal);
    if (listed.kind !== "prompt") {
      return { kind: typed === 0 ? "untouched" : "unknown", ...sacTrouble(listed.kind) };
    }
    if (isShown(listed.text, order)) {
      return { kind: "shown" };
    }
    if (typed === TRIES) {
      const message = `SAC does not list ${ip} for network number ${network}, although it was set ${TRIES} times.`;
      return { kind: "unknown", code: "console-not-set", message };
    }
    const answer = await checkedCommand(line, `i ${network} ${ip} ${mask} ${gateway}`, signal);
    if (answer.kind === "garbled" && typed === 0) {
      return { kind: "untouched", ...sacTrouble(answer.kind) };
    }
    if (answer.kind !== "prompt") {
      return { kind: "unknown", ...sacTrouble(answer.kind) };
    }
  }
}

function isShown(text: string, { network, ip, mask }: AddressOrder): boolean {
  return listingOf(text).addresses.some(
    (entry) => entry.network === network && entry.ip === ip && entry.mask === mask,
  );
}
