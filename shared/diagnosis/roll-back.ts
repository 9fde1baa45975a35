import { z } from "zod";

import { isLinkLocal } from "../domain/addresses.ts";
import type { Refusal } from "../domain/diagnosis.ts";
import type {
  AzureFacts,
  GuestAdapter,
  GuestAddress,
  GuestReading,
  NicFacts,
} from "../domain/facts.ts";
import type { LedgerEntry } from "../domain/incident.ts";
import { ipv4Configurations } from "../domain/ip-configurations.ts";
import { refusalByGuest } from "./refusal-by-guest.ts";
import { situationOf } from "./situation.ts";

/** What a rollback depends on. */
export interface RollbackInput {
  readonly azure: AzureFacts;
  readonly guest: GuestReading;
  /** What the incident left changed, newest first. */
  readonly entries: readonly LedgerEntry[];
  /** The rollback's own incident. */
  readonly incidentId: string;
}

/** One thing that a rollback puts back; `entryId`: the ledger's entry which it takes back. */
export type RollbackStep =
  | {
      readonly kind: "static";
      readonly entryId: string;
      readonly nic: NicFacts;
      /** As it is now, on DHCP. */
      readonly adapter: GuestAdapter;
      readonly addresses: readonly GuestAddress[];
      readonly gateways: readonly string[];
      readonly message: string;
    }
  | {
      readonly kind: "allocation";
      readonly entryId: string;
      readonly nic: NicFacts;
      /** Of all IPv4 configurations. */
      readonly allocations: readonly Allocation[];
      readonly message: string;
    };

interface Allocation {
  readonly name: string;
  readonly address: string;
  readonly method: "Static" | "Dynamic";
}

/** What is to be put back, in its order; or why nothing may be. */
export type RollbackDecision =
  | { readonly kind: "steps"; readonly steps: readonly RollbackStep[]; readonly message: string }
  | ({ readonly kind: "refused" } & Refusal);

type Step = RollbackStep | ({ readonly kind: "refused" } & Refusal) | null;

const savedAdapter = z.object({
  adapter: z.object({
    dhcp: z.literal(false),
    addresses: z.array(z.object({ ip: z.string(), prefixLength: z.number() })),
    gateways: z.array(z.string()),
  }),
});

const savedNic = z.object({
  nic: z.object({
    ipConfigurations: z.array(
      z.object({
        name: z.string(),
        privateIPAddress: z.string(),
        privateIPAllocationMethod: z.enum(["Static", "Dynamic"]),
        privateIPAddressVersion: z.string().default("IPv4"),
      }),
    ),
  }),
});

/** Remedies that leave nothing which could be put back: what they set is Azure's own, and stays. */
const NOTHING_LEFT: ReadonlySet<LedgerEntry["remedy"]> = new Set([
  "serialConsole",
  "nicReset",
  "renewLease",
  "ghostAdapters",
]);

/**
 * Decides how an incident's changes are taken back. Everything has to be as the heal left it, and nothing is put back
 * that would cut the VM off: Windows gets only addresses which Azure's NIC has now.
 */
export function decideRollback(input: RollbackInput): RollbackDecision {
  const { guest, incidentId } = input;
  if (guest.kind === "unreadable") {
    return refused(
      "guest-unreadable",
      `Windows could not be read. ${guest.message}`,
      "Make Windows readable, its VM agent above all; then ask again. Without that nobody knows what would be put back onto what.",
    );
  }
  const refusal = refusalByGuest(guest, incidentId);
  if (refusal !== null) {
    return { kind: "refused", ...refusal };
  }
  const steps: RollbackStep[] = [];
  for (const entry of input.entries) {
    const step = stepOf(entry, input);
    if (step?.kind === "refused") {
      return step;
    }
    steps.push(...(step === null ? [] : [step]));
  }
  return steps.length === 0
    ? refused(
        "nothing-to-roll-back",
        "Everything is as it was before the heal already.",
        "Nothing: there is nothing to be put back.",
      )
    : { kind: "steps", steps, message: steps.map(({ message }) => message).join(" ") };
}

function stepOf(entry: LedgerEntry, { azure, guest }: RollbackInput): Step {
  if (NOTHING_LEFT.has(entry.remedy)) {
    return null;
  }
  const nic = azure.nics.find(({ id }) => id.toLowerCase() === entry.nicId.toLowerCase());
  if (nic === undefined) {
    return refused(
      "rollback-drifted",
      `The VM has the NIC ${entry.nicId} no more.`,
      "Nothing: what the heal changed is gone with the NIC.",
    );
  }
  if (entry.remedy === "guestDhcp") {
    return staticStep(entry, nic, guest);
  }
  return entry.remedy === "pinAddress" ? allocationStep(entry, nic, guest) : byHand(entry);
}

/** Without any check of what it would do, nothing is put back: a person has to know that the VM can bear it. */
function byHand({ intent, undo }: LedgerEntry): Step {
  return refused("rollback-by-hand", `This program does not take this back: ${intent}`, undo);
}

function staticStep(entry: LedgerEntry, nic: NicFacts, guest: GuestReading): Step {
  const saved = savedAdapter.safeParse(entry.before).data?.adapter;
  const addresses = (saved?.addresses ?? []).filter(({ ip }) => !isLinkLocal(ip));
  if (saved === undefined || addresses.length === 0) {
    return byHand(entry);
  }
  const { adapter, state } = situationOf(nic, guest);
  if (adapter === null || state !== "dhcpOn") {
    return refused(
      "rollback-drifted",
      `Windows is not as the heal left it: NIC ${nic.name} has no adapter there that uses DHCP.`,
      `Look at it: remediator diagnose VM_ID. To put it back by hand: ${entry.undo}`,
    );
  }
  const { gateways } = saved;
  return isSafe(nic, { ...adapter, dhcp: false, addresses, gateways })
    ? {
        kind: "static",
        entryId: entry.id,
        nic,
        adapter,
        addresses,
        gateways,
        message: `"${adapter.name}" gets static ${listed(addresses)} again.`,
      }
    : cutOff(nic, addresses, gateways);
}

/** Whether Azure would deliver to a Windows like that: all of Azure's addresses, and the right way out. */
function isSafe(nic: NicFacts, adapter: GuestAdapter): boolean {
  const facts = {
    readAt: "",
    bootedAt: null,
    computerName: "",
    dhcpService: { state: "running", startMode: "automatic" },
    roles: null,
    deadManTasks: [],
    adapters: [adapter],
  } as const;
  const { relation, route } = situationOf(nic, { kind: "read", facts, netshText: null });
  return (relation === "equal" || relation === "superset") && route === "right";
}

function cutOff(
  nic: NicFacts,
  addresses: readonly GuestAddress[],
  gateways: readonly string[],
): Step {
  const azure = ipv4Configurations(nic).flatMap(({ address }) => address ?? []);
  const way = gateways.length === 0 ? "without a gateway" : `by way of ${gateways.join(", ")}`;
  return refused(
    "would-cut-off",
    `Azure gave NIC ${nic.name} ${azure.join(", ")}; with static ${listed(addresses)} ${way} in Windows the VM would be cut off again.`,
    "If that address is the one that you want, give it to the NIC in Azure: Windows then gets it by DHCP. To have it static as well, ask again after that.",
  );
}

function allocationStep(entry: LedgerEntry, nic: NicFacts, guest: GuestReading): Step {
  const allocations = savedAllocations(entry);
  if (allocations === null) {
    return byHand(entry);
  }
  const byHandStep = `Look at the NIC in Azure. To put it back by hand: ${entry.undo}`;
  if (guest.kind !== "read" || guest.facts.roles === null) {
    const message = "Windows' role is not known, so nothing is done that may restart it.";
    return refused("rollback-role-unknown", message, byHandStep);
  }
  const now = ipv4Configurations(nic);
  if (addressesOf(allocations) !== addressesOf(now)) {
    const message = `NIC ${nic.name} is not as the heal left it: its addresses in Azure are others now.`;
    return refused("rollback-drifted", message, byHandStep);
  }
  const methods = new Map(now.map(({ name, allocation }) => [name, allocation]));
  if (allocations.every(({ name, method }) => methods.get(name) === method)) {
    return null;
  }
  const message = allocationText(nic, allocations);
  return { kind: "allocation", entryId: entry.id, nic, allocations, message };
}

function savedAllocations({ before }: LedgerEntry): readonly Allocation[] | null {
  const saved = savedNic.safeParse(before).data?.nic.ipConfigurations;
  return (
    saved
      ?.filter(({ privateIPAddressVersion }) => privateIPAddressVersion !== "IPv6")
      .map(({ name, privateIPAddress, privateIPAllocationMethod }) => ({
        name,
        address: privateIPAddress,
        method: privateIPAllocationMethod,
      })) ?? null
  );
}

function allocationText(nic: NicFacts, allocations: readonly Allocation[]): string {
  const parts = allocations.map(({ address, method }) => `${address} ${method}`);
  return `NIC ${nic.name} gets ${parts.join(", ")} again in Azure; whether that restarts the VM is not confirmed.`;
}

function addressesOf(
  configurations: readonly { readonly name: string; readonly address: string | null }[],
): string {
  return configurations
    .map(({ name, address }) => `${name} ${address ?? ""}`)
    .toSorted()
    .join(", ");
}

function listed(addresses: readonly GuestAddress[]): string {
  return addresses.map(({ ip, prefixLength }) => `${ip}/${prefixLength}`).join(", ");
}

function refused(
  code: string,
  message: string,
  nextStep: string,
): { readonly kind: "refused" } & Refusal {
  return { kind: "refused", code, message, nextStep };
}
