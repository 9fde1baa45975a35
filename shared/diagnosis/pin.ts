import type { Plan } from "../domain/diagnosis.ts";
import type { AzureFacts, GuestReading, NicFacts, Probe, VmFacts } from "../domain/facts.ts";
import { ipv4Configurations } from "../domain/ip-configurations.ts";
import { refusalByGuest } from "./refusal-by-guest.ts";

/** The tag by which a VM's owner asks that Azure keeps the address of its primary NIC (`on`). */
const PIN_TAG = "static-ip-remediator-pin";

/** What is known when the address is to be pinned. */
export interface PinInput {
  readonly azure: AzureFacts;
  readonly guest: GuestReading | null;
  readonly probe: Probe | null;
  readonly incidentId: string;
}

/** Whether an address may be pinned. */
export type PinDecision =
  | { readonly kind: "pin"; readonly nic: NicFacts; readonly address: string }
  | { readonly kind: "pinned-already"; readonly message: string }
  | { readonly kind: "not"; readonly code: string; readonly message: string };

/** Whether somebody asked that Azure keeps the address: an operator, or the VM's owner by its tag. */
export function isPinWanted(vm: Pick<VmFacts, "tags">, asked: boolean): boolean {
  const tag = Object.entries(vm.tags).find(([name]) => name.toLowerCase() === PIN_TAG)?.[1];
  return asked || tag?.trim().toLowerCase() === "on";
}

/**
 * Whether the address of the primary NIC may be pinned, now that the run is at its end. What is not known counts against
 * it, since the write may restart the VM and give it another MAC address.
 */
export function decidePin({ azure, guest, probe, incidentId }: PinInput): PinDecision {
  const target = targetOf(azure);
  if (target.kind !== "pin") {
    return target;
  }
  if (probe?.kind !== "answers") {
    return not(
      "pin-not-proven",
      "RDP was not proven from here, and nothing but a well VM is pinned.",
    );
  }
  if (guest?.kind !== "read" || guest.facts.roles === null) {
    return not(
      "pin-role-unknown",
      "Windows' role is not known, so nothing is done that may restart it.",
    );
  }
  const refusal = refusalByGuest(guest, incidentId);
  return refusal === null ? target : not(refusal.code, refusal.message);
}

/** The plan, with what pinning would cost said before anything is done. */
export function withPinCost(plan: Plan, azure: AzureFacts, wanted: boolean): Plan {
  const goesOn = plan.kind === "nothing" || ("remedies" in plan && plan.remedies.length > 0);
  if (!wanted || !goesOn) {
    return plan;
  }
  const target = targetOf(azure);
  const says =
    target.kind === "pin"
      ? `Once RDP is proven, Azure is to keep ${target.address} for NIC ${target.nic.name} (Static), as was asked. Whether that restarts the VM or changes its MAC address is not confirmed: expect one restart, some minutes of silence and dropped sessions.`
      : target.message;
  return { ...plan, message: `${plan.message} ${says}` };
}

function targetOf({ vm, nics }: AzureFacts): PinDecision {
  const nic = nics.find(({ primary }) => primary);
  const [only, ...others] = nic === undefined ? [] : ipv4Configurations(nic);
  if (nic === undefined || only === undefined || only.address === null) {
    return not("pin-no-address", `Azure tells no address of VM ${vm.name} that could be kept.`);
  }
  const { address } = only;
  if ([only, ...others].every(({ allocation }) => allocation === "Static")) {
    return {
      kind: "pinned-already",
      message: `Azure keeps ${address} for NIC ${nic.name} already (Static).`,
    };
  }
  // With another MAC address Windows gets a new adapter on DHCP, which has none of the further addresses.
  return others.length === 0
    ? { kind: "pin", nic, address }
    : not(
        "pin-several-addresses",
        `NIC ${nic.name} has several IP configurations; if pinning changed its MAC address, Windows would lose the further addresses. Pin them by hand.`,
      );
}

function not(code: string, message: string): PinDecision {
  return { kind: "not", code, message: `The address was not pinned: ${message}` };
}
