import type { GuestAdapter, NicFacts } from "../../../shared/domain/facts.ts";
import type { ManagedPurpose, ManagedSlot } from "../../../shared/domain/managed-command.ts";
import type { GuestReadPoll } from "../../../shared/facts/guest-facts.ts";
import type { GuestSwitchPoll } from "../../../shared/remedies/guest-dhcp/switch-to-dhcp.ts";

/** A guest script that was handed to Azure. */
export type ScriptStart =
  | { readonly kind: "started"; readonly operation: string }
  | { readonly kind: "busy"; readonly message: string }
  | { readonly kind: "unavailable"; readonly code: string; readonly message: string };

/** The same of the switch; `maybeSent`: it may have reached Windows although it was not started. */
export type SwitchStart =
  | Extract<ScriptStart, { kind: "started" }>
  | (Exclude<ScriptStart, { kind: "started" }> & { readonly maybeSent: boolean });

/** What the guest switch is asked to do. */
export interface SwitchRequest {
  readonly vmId: string;
  readonly incidentId: string;
  /** The intent in the ledger; it says whether an earlier try may have reached Windows. */
  readonly ledgerEntryId: string;
  readonly nic: NicFacts;
  readonly adapter: GuestAdapter;
  /** After this instant a late script changes nothing, ISO 8601 UTC. */
  readonly notAfter: string;
  /** Left out: over the VM's one Run Command. */
  readonly managed?: ManagedSlot;
}

/** Scripts inside Windows. */
export interface GuestActivities {
  readonly startGuestRead: {
    readonly input: { readonly vmId: string; readonly managed?: ManagedSlot };
    readonly output: ScriptStart;
  };
  readonly pollGuestRead: {
    readonly input: { readonly vmId: string; readonly operation: string };
    readonly output: GuestReadPoll;
  };
  readonly startGuestSwitch: { readonly input: SwitchRequest; readonly output: SwitchStart };
  readonly pollGuestSwitch: {
    readonly input: { readonly vmId: string; readonly operation: string };
    readonly output: GuestSwitchPoll;
  };
  readonly endManagedCommand: {
    readonly input: {
      readonly vmId: string;
      readonly incidentId: string;
      readonly purpose: ManagedPurpose;
    };
    readonly output: null;
  };
}
