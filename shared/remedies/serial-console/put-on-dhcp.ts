import type { ConsoleLine, ConsoleOpening } from "../../domain/console-line.ts";
import { primaryAddress } from "../../domain/ip-configurations.ts";
import {
  visitCommandPrompt,
  type ConsoleLogin,
  type ShellVisit,
} from "../../guest/sac/command-prompt.ts";
import { command, listingOf, sacTrouble, visitSac } from "../../guest/sac/session.ts";
import type { PrintedAdapter } from "../../guest/text/adapters.ts";
import { addressOrder } from "./address-order.ts";
import type { BeforeSwitch, DhcpOrder } from "./dhcp-order.ts";
import { typeUntilShown } from "./set-address.ts";
import { switchInShell, type ShellSwitch } from "./switch-in-shell.ts";

/** What the switch needs from outside. */
export interface DhcpMeans {
  readonly open: () => Promise<ConsoleOpening>;
  readonly login: ConsoleLogin;
  /** A name in quotes for the command prompt; null if it cannot be typed safely. */
  readonly quoted: (name: string) => string | null;
  /** What an earlier try of the same order left: its channels, and the state before if it may have switched. */
  readonly earlier: { readonly channels: readonly string[]; readonly before: BeforeSwitch | null };
  /** Puts the name of our channel on record, before anything is typed there. */
  readonly opened: (channel: string) => Promise<void>;
  /** Puts the state before on record: from then on the adapter may be switched. */
  readonly switching: (before: BeforeSwitch) => Promise<void>;
}

/** How putting an adapter on DHCP at a command prompt ended. */
export type DhcpPut = (
  | { readonly kind: "on" }
  /** DHCP gave no right address, so Azure's is set as a static one, and shown. */
  | { readonly kind: "restored"; readonly code: string }
  /** Nothing was changed. */
  | { readonly kind: "untouched"; readonly code: string }
  /** It is changed and not as Azure expects, or nobody knows. */
  | { readonly kind: "unknown"; readonly code: string }
) & {
  readonly message: string;
  readonly remarks: readonly string[];
  readonly before: BeforeSwitch | null;
};

/** Longest time of the whole visit, and of setting the address after it, in seconds. */
const VISIT_SECONDS = 170;
const RESTORE_SECONDS = 40;

/**
 * Puts a NIC's adapter on DHCP at a command prompt of the serial console, by the procedure's own commands. What does not
 * end with Azure's address gets it as a static one: the address before kept the VM silent and is never put back. Typed
 * again, it finds DHCP on and changes nothing. Source: troubleshoot-rdp-static-ip.
 * @throws AzureRequestError for transient trouble before anything was typed, `retryable`.
 */
export async function putOnDhcp(order: DhcpOrder, means: DhcpMeans): Promise<DhcpPut> {
  const bounds = { ours: means.earlier.channels, seconds: VISIT_SECONDS };
  const visit = await visitSac(
    means.open,
    async (line, signal) => await workAtSac(line, signal, { order, means }),
    bounds,
  );
  return visit.kind === "done" ? visit.result : notSwitched(visit, means.earlier.before);
}

interface Work {
  readonly order: DhcpOrder;
  readonly means: DhcpMeans;
}

async function workAtSac(
  line: ConsoleLine,
  signal: AbortSignal,
  { order, means }: Work,
): Promise<DhcpPut> {
  const { before: known } = means.earlier;
  const listed = await command(line, "i", signal);
  if (listed.kind !== "prompt") {
    return notSwitched(sacTrouble(listed.kind), known);
  }
  const { addresses } = listingOf(listed.text);
  function numberOf({ addresses: had }: PrintedAdapter): number | null {
    return addresses.find(({ ip }) => had.some((each) => each.ip === ip))?.network ?? null;
  }
  const { login, opened, quoted } = means;
  const told = await visitCommandPrompt(line, { login, opened, signal }, async (shell) => {
    async function switching(adapter: PrintedAdapter): Promise<BeforeSwitch> {
      const before = known ?? { adapter, network: numberOf(adapter) };
      await means.switching(before);
      return before;
    }
    return await switchInShell(shell, order, { quoted, switching, known });
  });
  return await concluded(line, order, { told, known });
}

async function concluded(
  line: ConsoleLine,
  order: DhcpOrder,
  { told, known }: { readonly told: ShellVisit<ShellSwitch>; readonly known: BeforeSwitch | null },
): Promise<DhcpPut> {
  if (told.kind === "unavailable") {
    return notSwitched(told, known);
  }
  const { result, leftOpen } = told;
  const remarks = [
    ...result.remarks,
    ...(leftOpen === null ? [] : [`Channel ${leftOpen} is still open at the serial console.`]),
  ];
  switch (result.kind) {
    case "on":
      return { ...result, remarks };
    case "untouched":
      return { ...notSwitched(result, known), remarks };
    case "wrong":
      return { ...(await setAzuresAddress(line, order, result)), remarks };
  }
}

/** Sets Azure's own address where DHCP gave none or another one. */
async function setAzuresAddress(
  line: ConsoleLine,
  { nic }: DhcpOrder,
  { before, code, message }: Extract<ShellSwitch, { kind: "wrong" }>,
): Promise<DhcpPut> {
  const { network } = before;
  const order = network === null ? null : addressOrder(network, nic);
  const failed: DhcpPut = { kind: "unknown", code, message, remarks: [], before };
  if (order === null) {
    return failed;
  }
  const set = await typeUntilShown(line, order, AbortSignal.timeout(RESTORE_SECONDS * 1000));
  return set.kind === "shown"
    ? {
        ...failed,
        kind: "restored",
        message: `${message} So Windows has Azure's address ${primaryAddress(nic) ?? ""} as a static one.`,
      }
    : { ...failed, message: `${message} ${set.message}` };
}

/** An earlier try may have switched all the same. */
function notSwitched(
  { code, message }: { readonly code: string; readonly message: string },
  before: BeforeSwitch | null,
): DhcpPut {
  return { kind: before === null ? "untouched" : "unknown", code, message, remarks: [], before };
}
