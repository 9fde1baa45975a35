import type { GuestRepairKind } from "../../../shared/domain/diagnosis.ts";
import type { GuestRepairPoll } from "../../../shared/remedies/guest-repair/repair-guest.ts";
import type { SwitchRequest, SwitchStart } from "./guest.ts";

/** What a repair inside Windows is asked to do; the rest is as of the switch. */
export interface RepairRequest extends SwitchRequest {
  readonly repair: GuestRepairKind;
}

/** Scripts that repair one adapter inside Windows. */
export interface GuestRepairActivities {
  readonly startGuestRepair: { readonly input: RepairRequest; readonly output: SwitchStart };
  readonly pollGuestRepair: {
    readonly input: {
      readonly vmId: string;
      readonly repair: GuestRepairKind;
      readonly operation: string;
    };
    readonly output: GuestRepairPoll;
  };
}
