import type { VirtualMachine } from "@azure/arm-compute";
import type { NetworkInterface, PublicIPAddress } from "@azure/arm-network";

import { isIpv4 } from "../domain/addresses.ts";
import type { VmFacts } from "../domain/facts.ts";
import { ipv4Configurations } from "../domain/ip-configurations.ts";
import { nicFactsOf, primarySubnetId } from "./nic-facts.ts";
import { nicReferencesOf, vmFactsOf } from "./vm-facts.ts";

/** A VM with the addresses of its NICs, as the lists of its subscription show it. */
export interface InventoryVm extends Pick<
  VmFacts,
  "id" | "name" | "location" | "osType" | "powerState" | "tags"
> {
  /** The name that Windows was given when the VM was made; null for a VM that was made from a specialized disk. */
  readonly computerName: string | null;
  /** Primary first. */
  readonly nics: readonly InventoryNic[];
}

/** A NIC with its IPv4 addresses. */
export interface InventoryNic {
  readonly id: string;
  readonly primary: boolean;
  /** Of its primary IP configuration; null if it has none. */
  readonly subnetId: string | null;
  /** Primary IP configuration first. */
  readonly privateAddresses: readonly string[];
  readonly publicAddresses: readonly string[];
}

/** The VMs of a subscription, listed twice: as they were made, and as they run. */
export interface ListedVms {
  readonly models: readonly VirtualMachine[];
  readonly states: readonly VirtualMachine[];
}

/** The NICs and public addresses of a subscription. */
export interface ListedNetwork {
  readonly nics: readonly NetworkInterface[];
  readonly publicIps: readonly PublicIPAddress[];
}

/** Puts the lists of a subscription together by id, in any letter case; a NIC that is listed nowhere is left out. */
export function joinVms(vms: ListedVms, network: ListedNetwork): readonly InventoryVm[] {
  const states = byId(vms.states);
  const nics = byId(network.nics);
  const publicIps = byId(network.publicIps);
  return vms.models.map((model) => {
    const instanceView = states.get(keyOf(model.id))?.instanceView;
    const vm = instanceView === undefined ? model : { ...model, instanceView };
    const { id, name, location, osType, powerState, tags } = vmFactsOf(model.id ?? "", vm);
    return {
      id,
      name,
      location,
      osType,
      powerState,
      tags,
      computerName: model.osProfile?.computerName ?? null,
      nics: nicReferencesOf(model).flatMap((reference) => {
        const nic = nics.get(keyOf(reference.id));
        return nic === undefined ? [] : [inventoryNicOf(reference, nic, publicIps)];
      }),
    };
  });
}

function inventoryNicOf(
  { id, primary }: { readonly id: string; readonly primary: boolean },
  nic: NetworkInterface,
  publicIps: ReadonlyMap<string, PublicIPAddress>,
): InventoryNic {
  const facts = nicFactsOf(id, primary, nic);
  const configurations = ipv4Configurations(facts);
  return {
    id,
    primary,
    subnetId: primarySubnetId(facts),
    privateAddresses: configurations.flatMap(({ address }) => address ?? []),
    publicAddresses: configurations
      .map(({ publicIpId }) => publicIps.get(keyOf(publicIpId ?? undefined))?.ipAddress ?? "")
      .filter(isIpv4),
  };
}

function byId<Listed extends { readonly id?: string }>(
  listed: readonly Listed[],
): ReadonlyMap<string, Listed> {
  return new Map(listed.map((item) => [keyOf(item.id), item]));
}

function keyOf(id: string | undefined): string {
  return id?.toLowerCase() ?? "";
}
