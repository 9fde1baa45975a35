import type { NicFacts } from "../../domain/facts.ts";
import { primaryAddress } from "../../domain/ip-configurations.ts";
import type { PrintedAdapter, PrintedText } from "../../guest/text/adapters.ts";
import { isForeign } from "./choose-network.ts";

/** Which adapter a NIC's is, by what `netsh interface ip show config` printed. */
export type AdapterChoice =
  /** Its static configuration is to go. */
  | { readonly kind: "static"; readonly adapter: PrintedAdapter }
  /** It is on DHCP already, with Azure's address. */
  | { readonly kind: "on"; readonly adapter: PrintedAdapter }
  /** It cannot be told, or must not be touched. */
  | { readonly kind: "unclear"; readonly code: string; readonly message: string };

/** What is known beside the text. */
export interface AdapterQuestion {
  readonly printed: PrintedText;
  /** The VM's NICs. */
  readonly nics: readonly NicFacts[];
  /** The one whose adapter is looked for. */
  readonly nic: NicFacts;
  /** Wrong addresses of its adapter that were seen before, over another channel. */
  readonly wrongAddresses: readonly string[];
}

/**
 * Identifies a NIC's adapter. The text shows no MAC address, so it is told by what is left: the one with Azure's
 * address, else the only static one with the wrong address already seen, else the only static one outside Azure's.
 */
export function findAdapter(question: AdapterQuestion): AdapterChoice {
  const { printed, nic } = question;
  const adapters = printed.adapters.filter((adapter) => !isLoopback(adapter));
  if (printed.cut || adapters.length === 0 || adapters.some(isUndecided)) {
    return unclear("console-text-unreadable", "The list of adapters at the console is incomplete.");
  }
  const address = primaryAddress(nic);
  const holders = adapters.filter(({ addresses }) => addresses.some(({ ip }) => ip === address));
  const [found, second] = holders.length > 0 ? holders : staticOnes(adapters, question);
  if (found === undefined || second !== undefined) {
    const names = adapters.map(({ name }) => `"${name}"`).join(", ");
    return unclear(
      "several-adapters",
      `Nothing tells which of the adapters ${names} is that of NIC ${nic.name} and has the wrong static address.`,
    );
  }
  if (found.dhcpEnabled === true) {
    return { kind: "on", adapter: found };
  }
  return found.addresses.length > 1
    ? unclear("extra-addresses", `Adapter "${found.name}" has several static addresses.`)
    : { kind: "static", adapter: found };
}

function staticOnes(
  adapters: readonly PrintedAdapter[],
  { wrongAddresses, nics }: AdapterQuestion,
): readonly PrintedAdapter[] {
  const held = adapters.filter(({ dhcpEnabled }) => dhcpEnabled === false);
  const wrong = held.filter(({ addresses }) =>
    addresses.some(({ ip }) => wrongAddresses.includes(ip)),
  );
  return wrong.length > 0
    ? wrong
    : held.filter(({ addresses }) => addresses.some(({ ip }) => isForeign(ip, nics)));
}

/** Windows' own adapter, which every list ends with. */
function isLoopback({ addresses }: PrintedAdapter): boolean {
  return addresses.length > 0 && addresses.every(({ ip }) => ip.startsWith("127."));
}

function isUndecided({ dhcpEnabled }: PrintedAdapter): boolean {
  return dhcpEnabled === null;
}

function unclear(code: string, message: string): AdapterChoice {
  return { kind: "unclear", code, message };
}
