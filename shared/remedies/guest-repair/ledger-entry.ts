import type { GuestRepairKind } from "../../domain/diagnosis.ts";
import type { GuestAdapter, GuestFacts, NicFacts } from "../../domain/facts.ts";
import type { LedgerEntry } from "../../domain/incident.ts";
import { ipv4Configurations } from "../../domain/ip-configurations.ts";
import { undoCommands } from "../guest-dhcp/ledger-entry.ts";

/** What a ledger entry for a repair inside Windows is made from. */
export interface GuestRepairIntent {
  readonly incidentId: string;
  readonly repair: GuestRepairKind;
  readonly nic: NicFacts;
  /** Before the change. */
  readonly adapter: GuestAdapter;
  /** Before the change. */
  readonly dhcpService: GuestFacts["dhcpService"];
  /** ISO 8601 UTC. */
  readonly openedAt: string;
}

/** Repairs as ids and outcome codes name them. */
export const REPAIR_CODES: Readonly<Record<GuestRepairKind, string>> = {
  enableAdapter: "enable-adapter",
  repairDhcpService: "repair-dhcp-service",
  renewLease: "renew-lease",
  setAddresses: "set-addresses",
};

/** The intent of a repair inside Windows, to be written before it; the same attempt gives the same entry. */
export function guestRepairLedgerEntry(intent: GuestRepairIntent): LedgerEntry {
  const { incidentId, repair, nic, adapter, dhcpService, openedAt } = intent;
  const code = REPAIR_CODES[repair];
  return {
    id: `${incidentId}:${code}:${nic.name.toLowerCase()}:${adapter.fingerprint.slice(0, 16)}`,
    remedy: repair,
    nicId: nic.id,
    intent: `${intentOf(intent)}.`,
    before: { adapter, dhcpService },
    undo: undoOf(intent),
    openedAt,
    closedAt: null,
    state: "open",
    result: null,
  };
}

function intentOf({ repair, nic, adapter, dhcpService }: GuestRepairIntent): string {
  const which = `adapter "${adapter.name}" of NIC ${nic.name}`;
  switch (repair) {
    case "enableAdapter":
      return `Enable ${which}`;
    case "repairDhcpService":
      return `Set the DHCP Client service (${dhcpService.startMode}, ${dhcpService.state}) to automatic and start it, for ${which}`;
    case "renewLease":
      return `Renew the DHCP lease of ${which}`;
    case "setAddresses":
      return `Set Azure's own addresses ${azureAddresses(nic)} as static ones on ${which}, which has ${addressesOf(adapter)}`;
  }
}

function azureAddresses(nic: NicFacts): string {
  return ipv4Configurations(nic)
    .map(({ address }) => address ?? "none")
    .join(", ");
}

function addressesOf({ addresses }: GuestAdapter): string {
  const list = addresses.map(({ ip, prefixLength }) => `${ip}/${prefixLength}`);
  return list.length === 0 ? "none" : list.join(", ");
}

function undoOf({ repair, adapter, dhcpService }: GuestRepairIntent): string {
  switch (repair) {
    case "enableAdapter":
      return `On the VM, as administrator, in PowerShell: Get-NetAdapter | Where-Object InterfaceGuid -eq '${adapter.guid}' | Disable-NetAdapter -Confirm:$false.`;
    case "repairDhcpService":
      return `On the VM, as administrator: ${serviceCommands(dhcpService).join("; ")}.`;
    case "renewLease":
      return "Nothing: a lease is the DHCP server's, and no configuration is changed.";
    case "setAddresses":
      return `On the VM, as administrator: ${undoCommands(adapter).join("; ")}.`;
  }
}

function serviceCommands({ state, startMode }: GuestFacts["dhcpService"]): readonly string[] {
  const modes = {
    automatic: "auto",
    manual: "demand",
    disabled: "disabled",
    other: "auto",
  } as const;
  const mode = `sc config Dhcp start= ${modes[startMode]}`;
  return state === "running" ? [mode] : [mode, "net stop Dhcp"];
}
