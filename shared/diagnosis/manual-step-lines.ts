import { azureGateway, maskOf, prefixHolding, prefixLengthOf } from "../domain/addresses.ts";
import type { Diagnosis } from "../domain/diagnosis.ts";
import type { AzureFacts, NicFacts, VmFacts } from "../domain/facts.ts";
import { ipv4Configurations } from "../domain/ip-configurations.ts";
import { parseResourceId } from "../domain/resource-id.ts";
import { printable, quotedForCommandPrompt } from "./command-line.ts";

/** What the lines of a manual procedure speak of. */
export interface StepContext {
  readonly vm: VmFacts;
  /** Undefined if the NIC is no longer there. */
  readonly nic: NicFacts | undefined;
  readonly diagnosis: Diagnosis;
}

/** Finds what a verdict's lines speak of. */
export function stepContext(diagnosis: Diagnosis, azure: AzureFacts): StepContext {
  return {
    vm: azure.vm,
    nic: azure.nics.find(({ id }) => id.toLowerCase() === diagnosis.nicId.toLowerCase()),
    diagnosis,
  };
}

/** The way back, before anything is changed. */
export function snapshotLine({ vm }: StepContext): string {
  if (vm.osDisk.kind !== "managed") {
    return `Make a backup of the OS disk of VM ${vm.name}.`;
  }
  const group = parseResourceId(vm.id)?.resourceGroup ?? "RESOURCE-GROUP";
  return `Unless this run already made one, take a snapshot of the OS disk: az snapshot create --resource-group "${group}" --name "${vm.name}-before-repair" --source "${vm.osDisk.id}"`;
}

/** How to get a command prompt without the network. Source: serial-console-windows. */
export function consoleLine(vm: VmFacts): string {
  return `Open the serial console: Azure portal, VM ${vm.name}, Help, Serial console. At SAC> type cmd, then ch -si 1, press a key and sign in as an administrator.`;
}

/** Looking before changing. */
export function showLine(context: StepContext): string {
  return `Run: netsh interface ip show config. Find ${adapterOf(context)} and compare its addresses with Azure's: ${azureOf(context)}.`;
}

/** The procedure's own cure. Source: troubleshoot-rdp-static-ip. */
export function dhcpLines(context: StepContext): readonly string[] {
  return withAlias(context, (name) => [`netsh interface ip set address name=${name} source=dhcp`]);
}

/** Azure's own addresses as static ones, which Windows needs on a NIC with several. */
export function staticLines(context: StepContext): readonly string[] {
  const [first, ...others] = context.diagnosis.azureAddresses;
  const prefix = first === undefined ? null : prefixHolding(first, prefixesOf(context));
  const mask = prefix === null ? "SUBNET-MASK" : maskOf(prefixLengthOf(prefix));
  const gateway = prefix === null ? "SUBNET-GATEWAY" : azureGateway(prefix);
  const route = context.diagnosis.primaryNic ? ` gateway=${gateway}` : "";
  return withAlias(context, (name) => [
    `netsh interface ip set address name=${name} source=static address=${first ?? "ADDRESS"} mask=${mask}${route}`,
    ...others.map((ip) => `netsh interface ip add address name=${name} address=${ip} mask=${mask}`),
  ]);
}

/** Takes away the addresses that Azure does not know. */
export function deleteLines(context: StepContext): readonly string[] {
  return withAlias(context, (name) =>
    extraAddresses(context).map(
      (ip) => `netsh interface ip delete address name=${name} address=${ip}`,
    ),
  );
}

/** The guest's addresses that Azure did not give. */
export function extraAddresses({ diagnosis }: StepContext): readonly string[] {
  return diagnosis.guestAddresses.filter((ip) => !diagnosis.azureAddresses.includes(ip));
}

/** Enables the adapter. Source: troubleshoot-rdp-nic-disabled. */
export function enableLine({ nic, diagnosis }: StepContext): string {
  const name = quotedForCommandPrompt(diagnosis.adapterName ?? "");
  // netsh knows a disabled adapter by its name only, so the MAC has to do for a name that cannot be typed safely.
  return name === null
    ? `Run: powershell -Command "Get-NetAdapter | Where-Object MacAddress -eq '${nic?.mac ?? "MAC-ADDRESS"}' | Enable-NetAdapter"`
    : `Run: netsh interface set interface name=${name} admin=enabled`;
}

/** How to see that it worked. */
export function checkLine(context: StepContext): string {
  return `Run again: netsh interface ip show config. ${capitalized(adapterOf(context))} must now have ${azureOf(context)}. No restart is needed.`;
}

/** The cure without a console. Source: reset-network-interface. */
export function resetLine(nic: NicFacts, { azureAddresses }: Diagnosis): string {
  const [configuration] = ipv4Configurations(nic);
  const address = azureAddresses[0] ?? "its address";
  return `Only if the serial console cannot be used, reset the NIC, which restarts the VM and changes the MAC address: Azure portal, NIC ${nic.name}, IP configurations, ${configuration?.name ?? "the primary one"}; set the allocation to Static with another free address of the subnet, save, wait for the restart, then set it back to ${address} (it was ${configuration?.allocation ?? "Dynamic"}). Afterwards remove the greyed "Microsoft Hyper-V Network Adapter" in Device Manager.`;
}

function withAlias(
  context: StepContext,
  commands: (name: string) => readonly string[],
): readonly string[] {
  const alias = context.diagnosis.adapterName;
  if (alias === null) {
    return commands('"ADAPTER"').map((line) => `Run, with the adapter's own name: ${line}`);
  }
  const name = quotedForCommandPrompt(alias);
  return name === null
    ? [
        `The adapter's name cannot be typed safely. Run: netsh interface ip show interfaces, and note the Idx of "${printable(alias)}".`,
        ...commands("IDX").map((line) => `Run, with that number for IDX: ${line}`),
      ]
    : commands(name).map((line) => `Run: ${line}`);
}

function prefixesOf({ nic }: StepContext): readonly string[] {
  return nic?.subnet?.prefixes ?? [];
}

function adapterOf({ nic, diagnosis }: StepContext): string {
  if (diagnosis.adapterName !== null) {
    return `adapter "${printable(diagnosis.adapterName)}"`;
  }
  return `the adapter with the MAC address ${nic?.mac ?? "of the NIC"}`;
}

function azureOf({ diagnosis }: StepContext): string {
  return diagnosis.azureAddresses.length === 0
    ? "the addresses of the NIC in the portal"
    : diagnosis.azureAddresses.join(", ");
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
