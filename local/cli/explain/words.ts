import { quotedForCommandPrompt } from "../../../shared/diagnosis/command-line.ts";
import {
  checkLine,
  deleteLines,
  dhcpLines,
  extraAddresses,
  staticLines,
  type StepContext,
} from "../../../shared/diagnosis/manual-step-lines.ts";
import type { PrintedAdapter } from "../../../shared/guest/text/adapters.ts";
import { printable } from "../terminal/text.ts";
import type { Compared, Finding } from "./finding.ts";

type Words = Pick<Finding, "message" | "nextSteps">;

const SNAPSHOT =
  'Unless there is one already, take a snapshot of the OS disk: az snapshot create --resource-group "RESOURCE-GROUP" --name "VM-NAME-before-repair" --source "OS-DISK-ID"';
const RENEW = "Run: ipconfig /renew";

/** What to say of an adapter, and what to do next. */
export function adapterFinding(kind: Kind, compared: Compared): Words {
  const context: StepContext = { vm: compared.vm, nic: undefined, diagnosis: compared.diagnosis };
  return { message: messageOf(kind, compared), nextSteps: stepsFor(kind, context) };
}

type Kind = Finding["kind"];

function messageOf(kind: Kind, { adapter, diagnosis }: Compared): string {
  const windows = listed(diagnosis.guestAddresses);
  const azure = listed(diagnosis.azureAddresses);
  const extra = diagnosis.guestAddresses.filter((ip) => !diagnosis.azureAddresses.includes(ip));
  const differs = `is static with ${windows}, but Azure gave ${azure}: Azure drops what it sends`;
  const matches = `has Azure's ${azure}, as static. Whether prefix length and gateway fit the subnet cannot be told from here`;
  const sentences: Partial<Record<Kind, string>> = {
    "static-mismatch": differs,
    "static-multi-mismatch": differs,
    "extra-addresses": `has static addresses that Azure did not give: ${listed(extra)}`,
    "lease-stale": `uses DHCP, but holds ${windows} instead of ${azure}`,
    "dhcp-failed": `uses DHCP, but got no address; Azure gave ${azure}`,
    "static-matching": matches,
    "static-multi-address": matches,
    "address-right": `has Azure's ${azure}. Whether by DHCP could not be read`,
    "address-mismatch": `has ${windows}, but Azure gave ${azure}. Whether DHCP is on could not be read`,
    healthy: `has Azure's ${azure} by DHCP`,
  };
  const sentence =
    sentences[kind] ?? "has no address in this text, and whether DHCP is on could not be read";
  return `Adapter "${printable(adapter.name)}" ${sentence}.`;
}

const LOOK_FURTHER = [
  "Windows' addresses are not the fault. Look further: npx remediator diagnose VM_ID",
];
const PASTE_AGAIN = ["Run: netsh interface ip show config, and paste all that it prints."];

const STEPS: Partial<Record<Kind, (context: StepContext) => readonly string[]>> = {
  "static-mismatch": (context) => [SNAPSHOT, ...dhcpLines(context), checkLine(context)],
  "static-multi-mismatch": (context) => [SNAPSHOT, ...staticLines(context), checkLine(context)],
  "extra-addresses": (context) => [
    `Find out who uses ${listed(extraAddresses(context))}: clusters, load balancers and containers add such addresses rightly. Go on only if nobody does.`,
    SNAPSHOT,
    ...deleteLines(context),
    checkLine(context),
  ],
  "lease-stale": (context) => [RENEW, checkLine(context)],
  "dhcp-failed": (context) => [
    "Run: sc query Dhcp. If it is not running: sc config Dhcp start= auto, then net start Dhcp.",
    RENEW,
    checkLine(context),
  ],
  "address-mismatch": (context) => [
    "Look at the line with DHCP: is it on or off? If it is on, run: ipconfig /renew. Only if it is off, go on.",
    SNAPSHOT,
    ...(context.diagnosis.azureAddresses.length > 1 ? staticLines(context) : dhcpLines(context)),
    checkLine(context),
  ],
  healthy: () => LOOK_FURTHER,
  "static-matching": () => LOOK_FURTHER,
  "static-multi-address": () => LOOK_FURTHER,
  "address-right": () => LOOK_FURTHER,
};

function stepsFor(kind: Kind, context: StepContext): readonly string[] {
  return STEPS[kind]?.(context) ?? PASTE_AGAIN;
}

/** What to say where no single adapter could be judged. */
export function textFinding(
  kind: Kind,
  azure: readonly string[],
  adapters: readonly PrintedAdapter[],
): Words {
  if (kind === "adapter-unclear") {
    return unclear(azure, adapters);
  }
  if (kind === "no-azure-address") {
    return {
      message: "Without Azure's address there is nothing to compare this with.",
      nextSteps: [
        'Find the address that Azure gave the NIC: az network nic show --resource-group "RESOURCE-GROUP" --name "NIC-NAME" --query "ipConfigurations[].privateIPAddress" --output tsv; or Azure portal, the VM, Network settings.',
        "Give it here: npx remediator explain --azure-address ADDRESS FILE",
      ],
    };
  }
  return {
    message:
      kind === "text-cut"
        ? "The text ends in the middle of an adapter."
        : "The text has no network adapter, only the loopback one.",
    nextSteps: PASTE_AGAIN,
  };
}

function unclear(azure: readonly string[], adapters: readonly PrintedAdapter[]): Words {
  const names = adapters.filter(({ dhcpEnabled }) => dhcpEnabled !== true).map(({ name }) => name);
  return {
    message: `None of the ${adapters.length} adapters has Azure's ${listed(azure)}, and the text does not tell which of them is Azure's.`,
    nextSteps: [
      'Find its MAC address: az network nic show --resource-group "RESOURCE-GROUP" --name "NIC-NAME" --query macAddress. In Windows, ipconfig /all shows which adapter has it.',
      SNAPSHOT,
      ...(azure.length > 1 ? [] : names.map((name) => lineIf(name))),
      `If that adapter uses DHCP already: ${RENEW}`,
      `Run again: netsh interface ip show config. That adapter must now have ${listed(azure)}.`,
    ],
  };
}

function lineIf(name: string): string {
  const alias = quotedForCommandPrompt(name);
  return alias === null
    ? `If it is "${printable(name)}": run netsh interface ip show interfaces, note its Idx, then: netsh interface ip set address name=IDX source=dhcp`
    : `If it is ${alias}, and its DHCP is off, run: netsh interface ip set address name=${alias} source=dhcp`;
}

function listed(addresses: readonly string[]): string {
  return addresses.length === 0 ? "no address" : addresses.join(", ");
}
