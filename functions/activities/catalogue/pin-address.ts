import type { WholeNic } from "../../../shared/azure/network-interfaces.ts";
import type {
  NicWritePoll,
  NicWriteRequest,
  NicWriteStart,
} from "../../../shared/remedies/pin-address/write-nic.ts";

/** A NIC's allocation in Azure: pinned, and given back by a rollback. */
export interface PinAddressActivities {
  readonly pinAddressRead: {
    readonly input: { readonly nicId: string };
    readonly output: { readonly nic: WholeNic | null };
  };
  readonly pinAddressWrite: { readonly input: NicWriteRequest; readonly output: NicWriteStart };
  readonly pinAddressPoll: {
    readonly input: { readonly nicId: string; readonly operation: string };
    readonly output: NicWritePoll;
  };
}
