import type { NetworkInterface, NetworkInterfaceIPConfiguration } from "@azure/arm-network";

import type { Azure } from "../../azure/clients.ts";
import { readWholeNic } from "../../azure/network-interfaces.ts";
import type { NicFacts } from "../../domain/facts.ts";
import { primaryAddress } from "../../domain/ip-configurations.ts";
import { checkAddress } from "./address-availability.ts";
import { allocationOf, configurationOf } from "./nic-standing.ts";
import type { ResetRecord } from "./reset-record.ts";
import { networkAddress, swapAddresses } from "./swap-address.ts";

/** What a reset is begun with. */
export interface ResetQuestion {
  /** As it was diagnosed, with its subnet. */
  readonly nic: NicFacts;
  /** Addresses that Windows holds wrongly. */
  readonly avoid: readonly string[];
}

/** Whether a NIC can be reset, by what Azure says of it now. */
export type ResetStart =
  | { readonly kind: "possible"; readonly record: ResetRecord }
  /** The NIC is not the one that was diagnosed. */
  | { readonly kind: "stale"; readonly code: string; readonly message: string }
  | { readonly kind: "untouched"; readonly code: string; readonly message: string };

/**
 * Reads the whole NIC before its reset. Reads only.
 * @throws AzureRequestError if Azure does not tell.
 */
export async function beginReset(azure: Azure, question: ResetQuestion): Promise<ResetStart> {
  const { nic } = question;
  const read = await readWholeNic(azure, nic.id);
  if (read === null || stillUpdating(read)) {
    return changed(nic);
  }
  const [only, second] = ipv4Of(read);
  if (only === undefined) {
    return changed(nic);
  }
  return second === undefined ? startOf(question, read, only) : several(nic);
}

function startOf(
  { nic, avoid }: ResetQuestion,
  read: NetworkInterface,
  { name, privateIPAddress, privateIPAllocationMethod }: NetworkInterfaceIPConfiguration,
): ResetStart {
  if (name === undefined || privateIPAddress === undefined) {
    return changed(nic);
  }
  if (privateIPAddress !== primaryAddress(nic)) {
    return changed(nic);
  }
  const prefixes = nic.subnet?.prefixes ?? [];
  if (prefixes.length === 0) {
    return withoutSubnet(nic);
  }
  const allocation = allocationOf(privateIPAllocationMethod);
  const original = { address: privateIPAddress, allocation };
  const record = { nic: { ...read }, configuration: name, original, prefixes, avoid, written: [] };
  return { kind: "possible", record };
}

/**
 * Free addresses of all prefixes of the NIC's subnet that may stand in for its own. Reads only.
 * @throws AzureRequestError if Azure does not tell.
 */
export async function findSwapAddresses(
  azure: Azure,
  nicId: string,
  record: ResetRecord,
): Promise<readonly string[]> {
  const nic = await readWholeNic(azure, nicId);
  const subnetId =
    nic === null ? undefined : configurationOf(nic, record.configuration)?.subnet?.id;
  if (subnetId === undefined) {
    return [];
  }
  const offers: string[] = [];
  for (const prefix of record.prefixes) {
    offers.push(...(await checkAddress(azure, subnetId, networkAddress(prefix))).offered);
  }
  return swapAddresses(record, offers);
}

function ipv4Of(nic: NetworkInterface): readonly NetworkInterfaceIPConfiguration[] {
  const all = nic.ipConfigurations ?? [];
  return all.filter(({ privateIPAddressVersion }) => privateIPAddressVersion !== "IPv6");
}

/** A write that is under way may change anything, its address included. */
function stillUpdating(nic: NetworkInterface): boolean {
  return nic.provisioningState?.toLowerCase() === "updating";
}

function changed(nic: NicFacts): ResetStart {
  const message = `NIC ${nic.name} is not as it was diagnosed: somebody has changed it, or is at it just now.`;
  return { kind: "stale", code: "nic-changed-meanwhile", message };
}

function withoutSubnet(nic: NicFacts): ResetStart {
  const message = `Azure does not tell the subnet of NIC ${nic.name}, so there is no address to swap with.`;
  return { kind: "untouched", code: "subnet-unknown", message };
}

/** Source: virtual-network-network-interface-addresses, the note on several IP configurations. */
function several(nic: NicFacts): ResetStart {
  const message = `NIC ${nic.name} has several IP configurations: after a reset all of them would have to be set in Windows by hand.`;
  return { kind: "untouched", code: "several-ip-configurations", message };
}
