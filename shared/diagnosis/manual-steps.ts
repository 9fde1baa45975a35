import type { Diagnosis, DiagnosisKind } from "../domain/diagnosis.ts";
import type { AzureFacts, NicFacts } from "../domain/facts.ts";
import { ipv4Configurations } from "../domain/ip-configurations.ts";
import {
  checkLine,
  consoleLine,
  deleteLines,
  dhcpLines,
  enableLine,
  extraAddresses,
  resetLine,
  showLine,
  snapshotLine,
  staticLines,
  stepContext,
  type StepContext,
} from "./manual-step-lines.ts";
import { OPT_TAG } from "./out-of-scope.ts";

const PROCEDURES: Readonly<Record<DiagnosisKind, (context: StepContext) => readonly string[]>> = {
  "extra-addresses": removeExtraAddresses,
  "static-multi-address": leaveAlone,
  "static-multi-mismatch": setAddresses,
  "static-matching": setAddresses,
  "static-wrong-route": setAddresses,
  "static-mismatch": setAddresses,
  healthy: leaveAlone,
  "lease-stale": (context) => inConsole(context, ["Run: ipconfig /renew"]),
  "dhcp-failed": repairDhcp,
  "adapter-disabled": (context) => inConsole(context, [enableLine(context)]),
  "adapter-missing": findAdapter,
  "guest-unreadable": setAddresses,
};

/** Microsoft's manual procedure for a verdict, with the real names and addresses; one numbered line per step. */
export function manualSteps(diagnosis: Diagnosis, azure: AzureFacts): string {
  return numbered(PROCEDURES[diagnosis.kind](stepContext(diagnosis, azure)));
}

/**
 * What to do when RDP is silent although every address is right: the commands for the causes that Windows shows, else where
 * to look; one numbered line per step.
 */
export function silentSteps({ vm }: AzureFacts, commands: readonly string[] = []): string {
  if (commands.length > 0) {
    return numbered([
      consoleLine(vm),
      ...commands,
      "Ask again: the VM is then probed anew. Nothing else was changed.",
    ]);
  }
  return numbered([
    `Look at the screen: Azure portal, VM ${vm.name}, Help, Boot diagnostics. It should show the sign-in screen, not an update or a repair.`,
    "Check the way there: Azure portal, Network Watcher, Connection troubleshoot, to the RDP port of the VM; routes and network security groups included.",
    consoleLine(vm),
    "Run: sc query TermService. If it is not running: net start TermService",
    'Run: reg query "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp" /v PortNumber, then netstat -an -p tcp: Windows must listen on that port.',
    "Run: netsh advfirewall show allprofiles, and check that Windows' firewall lets Remote Desktop in.",
  ]);
}

function numbered(lines: readonly string[]): string {
  return lines.map((line, index) => `${index + 1}. ${line}`).join("\n");
}

function leaveAlone({ diagnosis }: StepContext): readonly string[] {
  return [`Leave it as it is: ${diagnosis.message}`];
}

function inConsole(context: StepContext, cure: readonly string[]): readonly string[] {
  return [
    snapshotLine(context),
    consoleLine(context.vm),
    showLine(context),
    ...cure,
    checkLine(context),
    lastLine(context),
  ];
}

/** DHCP and NIC reset would take secondary addresses away, so they are advised only for a NIC known to have none. */
function singleAddressNic({ nic }: StepContext): NicFacts | null {
  return nic === undefined || ipv4Configurations(nic).length > 1 ? null : nic;
}

function lastLine(context: StepContext): string {
  const nic = singleAddressNic(context);
  return nic === null
    ? "Do not switch this adapter to DHCP and do not reset the NIC: with several IP configurations Windows needs static addresses."
    : resetLine(nic, context.diagnosis);
}

function setAddresses(context: StepContext): readonly string[] {
  const single = singleAddressNic(context) !== null;
  return inConsole(context, single ? dhcpLines(context) : staticLines(context));
}

function repairDhcp(context: StepContext): readonly string[] {
  return inConsole(context, [
    "Run: sc query Dhcp. If it is not running: sc config Dhcp start= auto, then net start Dhcp. A NIC reset is of no use while it does not run.",
    "Run: ipconfig /renew",
  ]);
}

function findAdapter(context: StepContext): readonly string[] {
  return [
    snapshotLine(context),
    consoleLine(context.vm),
    `Run: ipconfig /all, and look for the MAC address ${context.nic?.mac ?? "of the NIC"}. If an adapter has another one, the NIC may just have been changed: ask for the diagnosis again.`,
    "Run: pnputil /enum-devices /class Net, and look for a Microsoft Hyper-V Network Adapter that is stopped or has a problem.",
    lastLine(context),
  ];
}

function removeExtraAddresses(context: StepContext): readonly string[] {
  return [
    `Find out who uses ${extraAddresses(context).join(", ")}: clusters, load balancers and containers add such addresses rightly.`,
    `If they belong there, set the tag ${OPT_TAG} of VM ${context.vm.name} to off. Otherwise go on.`,
    snapshotLine(context),
    consoleLine(context.vm),
    ...deleteLines(context),
    checkLine(context),
  ];
}
