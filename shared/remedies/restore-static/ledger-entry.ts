import type { LedgerEntry } from "../../domain/incident.ts";
import type { StaticTarget } from "./restore-static.ts";

/** The intent of putting a static configuration back, to be written before it. Its id follows from incident, NIC and state. */
export function restoreLedgerEntry(
  incidentId: string,
  { nic, adapter, addresses }: StaticTarget,
  openedAt: string,
): LedgerEntry {
  const listed = addresses.map(({ ip, prefixLength }) => `${ip}/${prefixLength}`).join(", ");
  return {
    id: `${incidentId}:restore-static:${nic.name.toLowerCase()}:${adapter.fingerprint.slice(0, 16)}`,
    remedy: "restoreStatic",
    nicId: nic.id,
    intent: `Give adapter "${adapter.name}" of NIC ${nic.name} static ${listed} again.`,
    before: { adapter },
    undo: `On the VM, as administrator, in PowerShell: $i = (Get-NetAdapter | Where-Object InterfaceGuid -eq '${adapter.guid}').ifIndex; netsh interface ip set address name=$i source=dhcp`,
    openedAt,
    closedAt: null,
    state: "open",
    result: null,
  };
}
