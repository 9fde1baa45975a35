import { azureAddressSet } from "../domain/address-set.ts";
import { isLinkLocal } from "../domain/addresses.ts";
import type { Diagnosis, DiagnosisKind, RemedyKind } from "../domain/diagnosis.ts";
import type { AzureFacts, GuestFacts, GuestReading, NicFacts, Probe } from "../domain/facts.ts";
import { ipv4Configurations } from "../domain/ip-configurations.ts";
import { unmatchedAdapters } from "./situation.ts";

/** What the diagnosis table says of one NIC, before policy and what this version can do. */
export type Treatment =
  | { readonly kind: "leave" }
  | { readonly kind: "human" }
  /** In the order in which they are tried, at least one. */
  | { readonly kind: "remedies"; readonly remedies: readonly RemedyKind[] };

/** What a treatment depends on beside the verdict. */
export interface TreatmentInput {
  readonly azure: AzureFacts;
  readonly guest: GuestReading;
  readonly probe: Probe;
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
  "guest-unreadable": "human",
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
  const planned = plannedFor(diagnosis, input);
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

function plannedFor(diagnosis: Diagnosis, input: TreatmentInput): (typeof PLAN)[DiagnosisKind] {
  return diagnosis.kind === "guest-unreadable" && consoleShowsFault(diagnosis, input)
    ? ["serialConsole"]
    : PLAN[diagnosis.kind];
}

/** Whether the serial console shows an address that is none of Azure's, and not the one that it should show. */
function consoleShowsFault(
  { azureAddresses, primaryNic }: Diagnosis,
  { azure, guest }: TreatmentInput,
): boolean {
  const console = guest.kind === "unreadable" ? guest.console : undefined;
  if (!primaryNic || console?.kind !== "listed") {
    return false;
  }
  const shown = console.addresses.map(({ ip }) => ip);
  const known = new Set(
    azure.nics.flatMap((nic) => ipv4Configurations(nic).map(({ address }) => address)),
  );
  return (
    !shown.some((ip) => azureAddresses.includes(ip)) &&
    shown.some((ip) => !known.has(ip) && !isLinkLocal(ip))
  );
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
  if (guest.kind === "unreadable") {
    return remedy === "serialConsole" && consoleShowsFault(diagnosis, input);
  }
  // On another NIC than the primary one only scripts with their own undo are worth the risk: RDP and agent do not hang on it.
  if (!diagnosis.primaryNic && !INSIDE_WINDOWS.has(remedy)) {
    return false;
  }
  if (!mayRepair(remedy, nicOf(diagnosis, azure), guest.facts)) {
    return false;
  }
  return remedy !== "nicReset" || mayReset(diagnosis, azure, guest.facts);
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

/** A NIC reset restarts Windows, and its new adapter needs DHCP. An adapter without a NIC may already be the missing one. */
function mayReset(diagnosis: Diagnosis, azure: AzureFacts, guest: GuestFacts): boolean {
  return (
    guest.roles !== null &&
    !dhcpServiceDisabled(guest) &&
    (diagnosis.kind !== "adapter-missing" ||
      unmatchedAdapters(azure.nics, guest.adapters).length === 0)
  );
}

function dhcpServiceDisabled({ dhcpService }: GuestFacts): boolean {
  return dhcpService.startMode === "disabled";
}

function sameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
