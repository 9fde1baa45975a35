import type { NetworkInterface, NetworkInterfaceIPConfiguration } from "@azure/arm-network";

import type { Azure } from "../../azure/clients.ts";
import { readWholeNic, startNicWrite } from "../../azure/network-interfaces.ts";
import { AzureRequestError } from "../../domain/errors.ts";
import { checkAddress } from "./address-availability.ts";
import { configurationOf, standingOf } from "./nic-standing.ts";
import { isSameTarget, type ResetRecord, type ResetTarget } from "./reset-record.ts";

/** What asking for a write of a NIC gave. */
export type NicWriteStart =
  | {
      readonly kind: "started";
      readonly operation: string;
      readonly retryAfterSeconds: number | null;
    }
  /** The NIC is as it should be: an earlier try did it. */
  | { readonly kind: "already" }
  /** Somebody has the address. */
  | { readonly kind: "taken"; readonly message: string }
  /** Somebody else changed the NIC: nothing was written, theirs stays. */
  | { readonly kind: "changed"; readonly message: string }
  /** Azure said no. */
  | { readonly kind: "refused"; readonly code: string; readonly message: string };

/** What a write of a NIC is to do. */
export interface NicWrite {
  readonly nicId: string;
  readonly record: ResetRecord;
  readonly target: ResetTarget;
}

/**
 * Gives a NIC its target address: reads it whole, compares it with what the reset expects, and sends it back whole with
 * that one address changed, on the condition that nobody has written it since. Run twice it changes nothing more.
 * @throws AzureRequestError for transient trouble only, `retryable`; the write may have reached Azure all the same.
 */
export async function writeNic(azure: Azure, write: NicWrite): Promise<NicWriteStart> {
  const { nicId, record, target } = write;
  const nic = await readWholeNic(azure, nicId);
  if (nic === null) {
    return { kind: "changed", message: "The NIC does not exist any more." };
  }
  const standing = standingOf(record, nic);
  const isThere = isSameTarget(target, { ...standing, address: standing.address ?? "" });
  if (isThere && standing.state !== "failed") {
    return { kind: "already" };
  }
  const isFirst = standing.place === "original" && !isSameTarget(target, record.original);
  if (standing.place === "foreign" || (isFirst && standing.changes.length > 0)) {
    return { kind: "changed", message: describeChange(standing.address, standing.changes) };
  }
  return await send(azure, nic, { ...write, checks: standing.address !== target.address });
}

async function send(
  azure: Azure,
  nic: NetworkInterface,
  write: NicWrite & { readonly checks: boolean },
): Promise<NicWriteStart> {
  const { nicId, record, target, checks } = write;
  const subnetId = configurationOf(nic, record.configuration)?.subnet?.id;
  if (nic.etag === undefined || subnetId === undefined) {
    const message = "Azure gave the NIC no ETag, or no subnet, so it cannot be written safely.";
    return { kind: "refused", code: "no-etag", message };
  }
  try {
    if (checks && !(await checkAddress(azure, subnetId, target.address)).available) {
      return { kind: "taken", message: `Azure says that ${target.address} is not free.` };
    }
    const body = withTarget(nic, record.configuration, target);
    return { kind: "started", ...(await startNicWrite(azure, nicId, body, nic.etag)) };
  } catch (error) {
    if (error instanceof AzureRequestError && !error.retryable) {
      return refusalOf(error);
    }
    throw error;
  }
}

function withTarget(
  nic: NetworkInterface,
  configuration: string,
  target: ResetTarget,
): NetworkInterface {
  const own = configurationOf(nic, configuration);
  const ipConfigurations = (nic.ipConfigurations ?? []).map((entry) =>
    entry === own ? readdressed(entry, target) : entry,
  );
  return { ...nic, ipConfigurations };
}

function readdressed(
  entry: NetworkInterfaceIPConfiguration,
  { address, allocation }: ResetTarget,
): NetworkInterfaceIPConfiguration {
  return { ...entry, privateIPAddress: address, privateIPAllocationMethod: allocation };
}

/** Source of the address's code: bosh-azure-cpi-release #765. */
function refusalOf(error: AzureRequestError): NicWriteStart {
  const { code, message, azureCode, nextStep } = error;
  if (code === "changed-meanwhile") {
    return { kind: "changed", message };
  }
  return /^PrivateIPAddress(?:IsAllocated|InUse|IsReserved)/iu.test(azureCode ?? "")
    ? { kind: "taken", message }
    : { kind: "refused", code, message: [message, nextStep].filter(Boolean).join(" ") };
}

function describeChange(address: string | null, changes: readonly string[]): string {
  const parts = changes.length === 0 ? "" : ` Changed: ${changes.slice(0, 5).join(", ")}.`;
  return `Somebody else has changed the NIC; it has ${address ?? "no address"}.${parts}`;
}
