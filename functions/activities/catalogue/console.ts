import type { AzureFacts, ConsoleReading } from "../../../shared/domain/facts.ts";
import type { AddressOrder } from "../../../shared/remedies/serial-console/address-order.ts";
import type { AddressSet } from "../../../shared/remedies/serial-console/set-address.ts";

/** Windows' serial console. */
export interface ConsoleActivities {
  readonly readConsole: {
    readonly input: { readonly facts: AzureFacts };
    readonly output: ConsoleReading;
  };
  readonly setConsoleAddress: {
    readonly input: { readonly vmId: string; readonly order: AddressOrder };
    readonly output: AddressSet;
  };
}
