import type { NicFacts } from "../../domain/facts.ts";
import { primaryAddress } from "../../domain/ip-configurations.ts";
import type { Shell, ShellAnswer } from "../../guest/sac/command-prompt.ts";
import { readAdapters, type PrintedAdapter } from "../../guest/text/adapters.ts";
import { addressOrder } from "./address-order.ts";
import type { BeforeSwitch, DhcpOrder } from "./dhcp-order.ts";
import { findAdapter } from "./find-adapter.ts";

/** How the switch at the command prompt ended. */
export type ShellSwitch = { readonly remarks: readonly string[]; readonly message: string } & (
  | { readonly kind: "on"; readonly before: BeforeSwitch | null }
  | { readonly kind: "untouched"; readonly code: string }
  /** The adapter may have been switched, and does not have Azure's address by DHCP. */
  | { readonly kind: "wrong"; readonly code: string; readonly before: BeforeSwitch }
);

/** What the switch needs beside the command prompt. */
export interface SwitchMeans {
  readonly quoted: (name: string) => string | null;
  readonly switching: (adapter: PrintedAdapter) => Promise<BeforeSwitch>;
  /** The state before, if an earlier try may have switched already. */
  readonly known: BeforeSwitch | null;
}

const SHOW = "netsh interface ip show config";
/** Looks at the adapter after the switch: a lease takes some seconds. */
const LOOKS = 8;
const LOOK_MS = 3000;
/** Letters of what netsh says that go into a message. */
const LONGEST_SAYING = 200;

/** Looks, switches, and looks again, with nothing but the procedure's own commands. Reads netsh in any language. */
export async function switchInShell(
  shell: Shell,
  order: DhcpOrder,
  means: SwitchMeans,
): Promise<ShellSwitch> {
  const shown = await shell.run(SHOW);
  if (shown.kind === "trouble") {
    return untouched(shown);
  }
  const choice = findAdapter({ ...order, printed: readAdapters(shown.text) });
  if (choice.kind === "on") {
    return on(choice.adapter, order.nic, means.known);
  }
  if (choice.kind === "unclear") {
    // An adapter that an earlier try switched, and that got no address, can be told from no other.
    return means.known === null ? untouched(choice) : { ...wrong(choice, means.known) };
  }
  const { adapter } = choice;
  const name = means.quoted(adapter.name);
  if (name === null) {
    return untouched({
      code: "adapter-unnameable",
      message: "The adapter's name cannot be typed safely at a command prompt.",
    });
  }
  const before = await means.switching(adapter);
  const set = await shell.run(`netsh interface ip set address name=${name} source=dhcp`);
  if (set.kind === "trouble" && !set.sent) {
    return untouched(set);
  }
  return await untilRight(shell, order.nic, { before, set });
}

/** Looks until the adapter is on DHCP with Azure's address. */
async function untilRight(
  shell: Shell,
  nic: NicFacts,
  { before, set }: { readonly before: BeforeSwitch; readonly set: ShellAnswer },
): Promise<ShellSwitch> {
  let now: PrintedAdapter | undefined;
  for (let looks = 0; looks < LOOKS; looks++) {
    const shown = await shell.run(SHOW);
    if (shown.kind === "trouble") {
      return wrong(shown, before);
    }
    now = readAdapters(shown.text).adapters.find(({ name }) => name === before.adapter.name);
    if (now !== undefined && isRight(now, nic)) {
      return on(now, nic, before);
    }
    if (now?.dhcpEnabled === false) {
      break;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_MS);
    });
  }
  return notRight(now, { before, set });
}

function isRight({ dhcpEnabled, addresses }: PrintedAdapter, nic: NicFacts): boolean {
  return dhcpEnabled === true && addresses.some(({ ip }) => ip === primaryAddress(nic));
}

/** DHCP is still off where netsh refused: then nothing was changed. */
function notRight(
  now: PrintedAdapter | undefined,
  { before, set }: { readonly before: BeforeSwitch; readonly set: ShellAnswer },
): ShellSwitch {
  if (now?.dhcpEnabled === false) {
    const said = set.kind === "said" ? sayingOf(set.text) : set.message;
    return untouched({
      code: "console-netsh-refused",
      message: `netsh did not put adapter "${before.adapter.name}" on DHCP: ${said}`,
    });
  }
  const has = (now?.addresses ?? []).map(({ ip }) => ip).join(", ");
  const message = `Adapter "${before.adapter.name}" is on DHCP and has ${has === "" ? "no address" : has}.`;
  return wrong({ code: "console-lease-wrong", message }, before);
}

/** What netsh printed, without the prompt. */
function sayingOf(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  const said = lines.filter((line) => line !== "" && !/^[A-Z]:\\.*>$/u.test(line)).join(" ");
  return said === "" ? "it said nothing." : said.slice(0, LONGEST_SAYING);
}

/** A gateway of the static configuration may stay as a persistent route (measured by Microsoft); it is only told. */
function on(adapter: PrintedAdapter, nic: NicFacts, before: BeforeSwitch | null): ShellSwitch {
  const ip = primaryAddress(nic) ?? "";
  const gateway = addressOrder(0, nic)?.gateway;
  const others = adapter.gateways.filter((each) => gateway !== undefined && each !== gateway);
  return {
    kind: "on",
    message: `Adapter "${adapter.name}" is on DHCP and has Azure's address ${ip}, switched at a command prompt of the serial console.`,
    remarks: others.map(
      (each) => `Windows still has a default route through ${each}, which is not Azure's gateway.`,
    ),
    before,
  };
}

function untouched({
  code,
  message,
}: {
  readonly code: string;
  readonly message: string;
}): ShellSwitch {
  return { kind: "untouched", code, message, remarks: [] };
}

function wrong(
  { code, message }: { readonly code: string; readonly message: string },
  before: BeforeSwitch,
): ShellSwitch {
  return { kind: "wrong", code, message, before, remarks: [] };
}
