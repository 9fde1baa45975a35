import { azureAddressSet } from "../domain/address-set.ts";
import type { Diagnosis, DiagnosisKind, RemedyKind } from "../domain/diagnosis.ts";
import type { AzureFacts, GuestFacts, NicFacts } from "../domain/facts.ts";
import { ipv4Configurations } from "../domain/ip-configurations.ts";
import { consoleShowsFault } from "./console-shows-fault.ts";
import { resetRefusal, type ResetInput } from "./reset-refusal.ts";

/** What the diagnosis table says of one NIC, before policy and what this version can do. */
export type Treatment =
  | { readonly kind: "leave" }
  | { readonly kind: "human" }
  /** In the order in which they are tried, at least one. */
  | { readonly kind: "remedies"; readonly remedies: readonly RemedyKind[] };

/** What a treatment depends on beside the verdict. */
export interface TreatmentInput extends ResetInput {
  /** Remedies which this version has and the settings allow. */
  readonly available: readonly RemedyKind[];
  /** NICs whose static address this incident's own ledger shows that we set. */
  readonly setByUs: readonly string[];
}

/** The plan column of the diagnosis table. */
const PLAN: Readonly<Record<DiagnosisKind, "leave" | "human" | readonly RemedyKind[]>> = {
  "extra-addresses": "human",
  "static-multi-address": "leave",
  "static-multi-mismatch": ["setAddresses"],
  "static-matching": "leave",
  "static-wrong-route": ["guestDhcp", "serialConsole", "nicReset"],
  "static-mismatch": ["guestDhcp", "serialConsole", "nicReset"],
  healthy: "leave",
  "lease-stale": ["renewLease", "nicReset"],
  "dhcp-failed": ["repairDhcpService", "renewLease", "nicReset"],
  "adapter-disabled": ["enableAdapter"],
  "adapter-missing": ["nicReset"],
  "guest-unreadable": ["serialConsole", "nicReset"],
};

/** Remedies that are scripts inside Windows. */
const INSIDE_WINDOWS: ReadonlySet<RemedyKind> = new Set([
  "guestDhcp",
  "setAddresses",
  "enableAdapter",
  "repairDhcpService",
  "renewLease",
]);

/** What to do about one NIC. Remedies that are not available or would do harm here are left out; none left: a human. */
export function treatmentOf(diagnosis: Diagnosis, input: TreatmentInput): Treatment {
  if (completesOurOwnChange(diagnosis, input)) {
    return { kind: "remedies", remedies: ["guestDhcp"] };
  }
  if (diagnosis.kind === "guest-unreadable" && input.probe.kind === "answers") {
    // Nobody is cut off, so nobody has to be called.
    return { kind: "leave" };
  }
  const planned = PLAN[diagnosis.kind];
  if (planned === "leave") {
    return { kind: "leave" };
  }
  if (planned === "human" || isForPeople(diagnosis, input.azure)) {
    return { kind: "human" };
  }
  const remedies = planned.filter(
    (remedy) => input.available.includes(remedy) && mayUse(remedy, diagnosis, input),
  );
  return remedies.length === 0 ? { kind: "human" } : { kind: "remedies", remedies };
}

/** Why a NIC reset that the table names, and the settings allow, is left out; null if it is not. */
export function leftOutReset(diagnosis: Diagnosis, input: TreatmentInput): string | null {
  const planned = PLAN[diagnosis.kind];
  return typeof planned === "object" &&
    planned.includes("nicReset") &&
    input.available.includes("nicReset")
    ? resetRefusal(diagnosis, input)
    : null;
}

/** A static address that we set ourselves, over the console, must not stay static: Azure may change it later. */
function completesOurOwnChange(diagnosis: Diagnosis, input: TreatmentInput): boolean {
  return (
    diagnosis.kind === "static-matching" &&
    input.available.includes("guestDhcp") &&
    input.setByUs.some((nicId) => sameId(nicId, diagnosis.nicId))
  );
}

/**
 * With several IP configurations Windows needs static addresses: DHCP would take the secondary ones away, and after a NIC
 * reset all of them must be set by hand (virtual-network-multiple-ip-addresses). Only setting them again is for us.
 */
function isForPeople(diagnosis: Diagnosis, azure: AzureFacts): boolean {
  const nic = nicOf(diagnosis, azure);
  return (
    nic === undefined ||
    (ipv4Configurations(nic).length > 1 && diagnosis.kind !== "static-multi-mismatch")
  );
}

function nicOf(diagnosis: Diagnosis, azure: AzureFacts): NicFacts | undefined {
  return azure.nics.find(({ id }) => sameId(id, diagnosis.nicId));
}

function mayUse(remedy: RemedyKind, diagnosis: Diagnosis, input: TreatmentInput): boolean {
  const { azure, guest } = input;
  if (remedy === "nicReset") {
    return resetRefusal(diagnosis, input) === null;
  }
  if (diagnosis.kind === "guest-unreadable") {
    return consoleShowsFault(diagnosis, { azure, guest });
  }
  // On another NIC than the primary one only scripts with their own undo are worth the risk: RDP and agent do not hang on it.
  if (!diagnosis.primaryNic && !INSIDE_WINDOWS.has(remedy)) {
    return false;
  }
  return guest.kind === "read" && mayRepair(remedy, nicOf(diagnosis, azure), guest.facts);
}

/** Whether a script inside Windows has what it needs; other remedies are not its question. */
function mayRepair(
  remedy: RemedyKind,
  nic: NicFacts | undefined,
  { dhcpService }: GuestFacts,
): boolean {
  if (remedy === "setAddresses") {
    return nic !== undefined && azureAddressSet(nic) !== null;
  }
  if (remedy === "repairDhcpService") {
    return dhcpService.startMode === "disabled" || dhcpService.state === "stopped";
  }
  // Where the service is repaired, its script waits for the lease itself.
  return remedy !== "renewLease" || dhcpService.state === "running";
}

function sameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
