import type { NetworkInterface, NetworkInterfaceIPConfiguration } from "@azure/arm-network";

import { normalizeMac } from "../../domain/addresses.ts";
import { changedParts } from "../../domain/changed-parts.ts";
import { isSameTarget, type ResetRecord, type ResetTarget } from "./reset-record.ts";

/** Where a NIC stands in its reset, by its address and allocation. */
export type NicPlace =
  /** As before the reset. */
  | "original"
  /** The original address, Static although it was Dynamic; written so by us. */
  | "kept"
  /** A swap address of ours. */
  | "swap"
  /** Dynamic again, written so by us, and Azure gave it another address. */
  | "moved"
  /** Somebody else's doing. */
  | "foreign";

/** How a NIC is found in the middle of a reset. */
export interface NicStanding {
  readonly place: NicPlace;
  readonly address: string | null;
  readonly allocation: "Static" | "Dynamic";
  /** `AA-BB-CC-DD-EE-FF`; null if Azure shows none. */
  readonly mac: string | null;
  /** `updating`: Azure is still at work on a write; `failed`: the last write failed. */
  readonly state: "settled" | "updating" | "failed";
  /** What differs from before beside address and allocation, as paths. */
  readonly changes: readonly string[];
}

/** Compares a NIC with what it was before the reset, and with what the reset wrote. */
export function standingOf(record: ResetRecord, nic: NetworkInterface): NicStanding {
  const configuration = configurationOf(nic, record.configuration);
  const address = configuration?.privateIPAddress ?? null;
  const allocation = allocationOf(configuration?.privateIPAllocationMethod);
  const own = `ipConfigurations[${record.configuration.toLowerCase()}]`;
  const ours = new Set([`${own}.privateIPAddress`, `${own}.privateIPAllocationMethod`]);
  return {
    place: address === null ? "foreign" : placeOf(record, { address, allocation }),
    address,
    allocation,
    mac: nic.macAddress === undefined ? null : normalizeMac(nic.macAddress),
    state: stateOf(nic),
    changes: changedParts(record.nic, nic).filter((path) => !ours.has(path)),
  };
}

/** The NIC's IP configuration of that name. */
export function configurationOf(
  nic: NetworkInterface,
  name: string,
): NetworkInterfaceIPConfiguration | undefined {
  return nic.ipConfigurations?.find((entry) => entry.name?.toLowerCase() === name.toLowerCase());
}

/** Whatever is not Static counts as Dynamic. */
export function allocationOf(method: string | undefined): ResetTarget["allocation"] {
  return method === "Static" ? "Static" : "Dynamic";
}

function placeOf({ original, written }: ResetRecord, now: ResetTarget): NicPlace {
  if (isSameTarget(now, original)) {
    return "original";
  }
  if (now.allocation === "Dynamic") {
    return written.some(({ allocation }) => allocation === "Dynamic") ? "moved" : "foreign";
  }
  if (!written.some((target) => isSameTarget(target, now))) {
    return "foreign";
  }
  return now.address === original.address ? "kept" : "swap";
}

const UPDATING = new Set(["updating", "creating", "deleting"]);
const FAILED = new Set(["failed", "canceled"]);

function stateOf({ provisioningState }: NetworkInterface): NicStanding["state"] {
  const state = provisioningState?.toLowerCase() ?? "";
  if (UPDATING.has(state)) {
    return "updating";
  }
  return FAILED.has(state) ? "failed" : "settled";
}
