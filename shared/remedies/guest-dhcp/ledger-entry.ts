import { maskOf } from "../../domain/addresses.ts";
import type { GuestAdapter, NicFacts } from "../../domain/facts.ts";
import type { LedgerEntry } from "../../domain/incident.ts";

/** What a ledger entry for the guest switch is made from. */
export interface GuestDhcpIntent {
  readonly incidentId: string;
  readonly nic: NicFacts;
  /** Before the change. */
  readonly adapter: GuestAdapter;
  /** ISO 8601 UTC. */
  readonly openedAt: string;
}

/**
 * The intent of a guest switch, to be written before it. Its id follows from the incident, the NIC and the configuration found there:
 * the same attempt gives the same entry, and another configuration found later gives another one.
 */
export function guestDhcpLedgerEntry(intent: GuestDhcpIntent): LedgerEntry {
  const { incidentId, nic, adapter, openedAt } = intent;
  return {
    id: `${incidentId}:guest-dhcp:${nic.name.toLowerCase()}:${adapter.fingerprint.slice(0, 16)}`,
    remedy: "guestDhcp",
    nicId: nic.id,
    intent: `Switch adapter "${adapter.name}" of NIC ${nic.name} from ${addressesOf(adapter)} to DHCP.`,
    before: { adapter },
    undo: `On the VM, as administrator: ${undoCommands(adapter).join("; ")}.`,
    openedAt,
    closedAt: null,
    state: "open",
    result: null,
  };
}

function addressesOf({ addresses }: GuestAdapter): string {
  const list = addresses.map(({ ip, prefixLength }) => `${ip}/${prefixLength}`);
  return list.length === 0
    ? "a static configuration without addresses"
    : `static ${list.join(", ")}`;
}

/** The commands that put the static configuration back. DNS servers are not in them: the scripts leave those alone. */
export function undoCommands(adapter: GuestAdapter): readonly string[] {
  const [first, ...others] = adapter.addresses;
  if (first === undefined) {
    return ["set the adapter's static configuration in ncpa.cpl"];
  }
  const { name, preparation } = netshName(adapter);
  const [gateway, ...otherGateways] = adapter.gateways;
  const base = `set address name=${name} source=static address=${first.ip} mask=${maskOf(first.prefixLength)}`;
  return [
    ...preparation,
    `netsh interface ip ${base}${gateway === undefined ? "" : ` gateway=${gateway} gwmetric=1`}`,
    ...others.map(
      ({ ip, prefixLength }) =>
        `netsh interface ip add address name=${name} address=${ip} mask=${maskOf(prefixLength)}`,
    ),
    ...otherGateways.map(
      (hop) => `netsh interface ip add address name=${name} gateway=${hop} gwmetric=2`,
    ),
  ];
}

/**
 * A name that no quoting of both shells carries is replaced by its number, which netsh takes as well: quotes, what a shell
 * expands, a last `\` that would escape the closing quote, control characters, and a bare number, which netsh reads as one.
 */
const UNQUOTABLE = /["%`$“”„\p{Cc}\p{Cf}]|\\$|^\s*\d+\s*$/u;

function netshName({ name, guid }: GuestAdapter): { name: string; preparation: readonly string[] } {
  if (!UNQUOTABLE.test(name)) {
    return { name: `"${name}"`, preparation: [] };
  }
  const preparation = `$i = (Get-NetAdapter | Where-Object InterfaceGuid -eq '${guid}').ifIndex`;
  return { name: "$i", preparation: [`in PowerShell: ${preparation}`] };
}
