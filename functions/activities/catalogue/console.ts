import type { AzureFacts, ConsoleReading } from "../../../shared/domain/facts.ts";
import type { AddressOrder } from "../../../shared/remedies/serial-console/address-order.ts";
import type { DhcpOrder } from "../../../shared/remedies/serial-console/dhcp-order.ts";
import type { DhcpPut } from "../../../shared/remedies/serial-console/put-on-dhcp.ts";
import type { AddressSet } from "../../../shared/remedies/serial-console/set-address.ts";

/** Windows' serial console. What was printed and typed there is kept with the incident. */
export interface ConsoleActivities {
  readonly readConsole: {
    readonly input: { readonly incidentId: string; readonly facts: AzureFacts };
    readonly output: ConsoleReading;
  };
  readonly setConsoleAddress: {
    readonly input: {
      readonly incidentId: string;
      readonly vmId: string;
      readonly order: AddressOrder;
    };
    readonly output: AddressSet;
  };
  readonly putConsoleOnDhcp: {
    readonly input: {
      readonly incidentId: string;
      /** The intent in the ledger, written before. */
      readonly ledgerEntryId: string;
      readonly order: DhcpOrder;
    };
    readonly output: DhcpPut;
  };
}
