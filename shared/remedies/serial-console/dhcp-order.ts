import type { NicFacts } from "../../domain/facts.ts";
import type { PrintedAdapter } from "../../guest/text/adapters.ts";

/** Which NIC's adapter is to use DHCP. */
export interface DhcpOrder {
  readonly vmId: string;
  /** The VM's NICs. */
  readonly nics: readonly NicFacts[];
  readonly nic: NicFacts;
  /** Wrong addresses of its adapter that were seen before. */
  readonly wrongAddresses: readonly string[];
}

/** What an adapter was before the switch; as JSON in the ledger. */
export interface BeforeSwitch {
  readonly adapter: PrintedAdapter;
  /** SAC's number of it; null if SAC did not list its address. */
  readonly network: number | null;
}
