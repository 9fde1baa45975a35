import type { Refusal } from "../domain/diagnosis.ts";
import type { AzureFacts, LockFacts, VmFacts } from "../domain/facts.ts";
import { liesIn } from "../domain/resource-id.ts";
import { isOutage, platformInWords } from "./platform.ts";
import { tagOf } from "./tag.ts";

/** What the settings say of which VMs may be touched. */
export interface Policy {
  /** Ids of subscriptions, resource groups or VMs whose VMs count as opted in, beside the tag. */
  readonly scope: readonly string[];
}

/** The tag by which a VM's owner opts in (`on`) or out (`off`). */
export const OPT_TAG = "static-ip-remediator";

interface Check {
  readonly code: string;
  readonly applies: (azure: AzureFacts, policy: Policy, operator: boolean) => boolean;
  readonly message: (azure: AzureFacts) => string;
  readonly nextStep: string;
}

/** In the order in which they are tested: what can never change first. */
const CHECKS: readonly Check[] = [
  {
    code: "not-windows",
    applies: ({ vm }) => vm.osType !== "Windows",
    message: ({ vm }) => `VM ${vm.name} does not run Windows, as far as Azure says.`,
    nextStep: "Nothing to do here: only Windows VMs are healed.",
  },
  {
    code: "scale-set-instance",
    applies: ({ vm }) => vm.inScaleSet,
    message: ({ vm }) => `VM ${vm.name} is an instance of a scale set.`,
    nextStep: "Reimage or replace the instance through its scale set.",
  },
  {
    code: "opted-out",
    applies: ({ vm }) => optTag(vm) === "off",
    message: ({ vm }) => `VM ${vm.name} has the tag ${OPT_TAG}: off.`,
    nextStep: `If it may be healed after all, remove the tag ${OPT_TAG} or set it to on, and ask again.`,
  },
  {
    code: "not-opted-in",
    applies: ({ vm }, policy, operator) => !operator && !isOptedIn(vm, policy),
    message: ({ vm }) => `VM ${vm.name} is not opted in: no tag ${OPT_TAG}: on, and in no scope.`,
    nextStep: `Set the tag ${OPT_TAG} to on, or add the VM, its resource group or its subscription to REMEDIATOR_SCOPE; or ask for this heal yourself.`,
  },
  {
    code: "vm-not-running",
    applies: ({ vm }) => vm.powerState !== "running",
    message: ({ vm }) =>
      `VM ${vm.name} is not running (power state: ${vm.powerState}), which explains its silence.`,
    nextStep: "Start the VM if it should run; ask again if it then stays silent.",
  },
  {
    code: "ephemeral-os-disk",
    applies: ({ vm }) => vm.osDisk.kind === "ephemeral",
    message: ({ vm }) =>
      `VM ${vm.name} has an ephemeral OS disk: no snapshot of it can be taken, so there is no way back.`,
    nextStep: "Correct the address by hand over the serial console, or reimage the VM.",
  },
  {
    code: "unmanaged-os-disk",
    applies: ({ vm }) => vm.osDisk.kind === "unmanaged",
    message: ({ vm }) =>
      `VM ${vm.name} has an unmanaged OS disk: this program takes snapshots of managed disks only.`,
    nextStep:
      "Take a snapshot of the page blob, then correct the address by hand over the serial console.",
  },
  {
    code: "role-ip-forwarding",
    applies: ({ nics }) => nics.some(({ ipForwarding }) => ipForwarding),
    message: ({ vm, nics }) =>
      `VM ${vm.name} forwards IP packets (NIC ${names(nics)}), so it is a network appliance and left alone.`,
    nextStep: "Let the appliance's owner compare its addresses in Windows with those in Azure.",
  },
  {
    code: "read-only-lock",
    applies: ({ locks }) => readOnlyLocks(locks).length > 0,
    message: ({ vm, locks }) =>
      `VM ${vm.name} cannot be healed: ${readOnlyLocks(locks).map(lockInWords).join("; ")}.`,
    nextStep:
      "Remove the lock and ask again. Or correct the address by hand over the serial console: that changes Windows only, which no lock forbids.",
  },
  {
    code: "platform-outage",
    applies: ({ platform }) => platform !== null && isOutage(platform),
    message: ({ vm, platform }) =>
      `VM ${vm.name} has trouble that is Azure's own, not the fault that this program heals. ${platformInWords(platform)}`,
    nextStep:
      "Look at the VM's page 'Resource health' in the portal, and wait until Azure says Available; ask again if the VM then stays silent.",
  },
];

/** Why this VM must not be touched by what Azure says of it; null if it may be. An operator's request counts as opt-in. */
export function outOfScope(azure: AzureFacts, policy: Policy, operator: boolean): Refusal | null {
  const check = CHECKS.find(({ applies }) => applies(azure, policy, operator));
  return check === undefined
    ? null
    : { code: check.code, message: check.message(azure), nextStep: check.nextStep };
}

/** Whether a VM is opted in, by its tag or by the scope, and not opted out by its tag. */
export function isOptedIn(vm: Pick<VmFacts, "id" | "tags">, { scope }: Policy): boolean {
  const tag = optTag(vm);
  return tag === "on" || (tag !== "off" && inScope(vm.id, scope));
}

function optTag(vm: Pick<VmFacts, "tags">): string | null {
  return tagOf(vm, OPT_TAG);
}

function inScope(vmId: string, scope: readonly string[]): boolean {
  return scope
    .map((entry) => entry.trim().toLowerCase().replace(/\/+$/u, ""))
    .filter((entry) => entry !== "")
    .map((entry) => (entry.startsWith("/") ? entry : `/subscriptions/${entry}`))
    .some((entry) => liesIn(vmId, entry));
}

function names(nics: AzureFacts["nics"]): string {
  return nics
    .filter(({ ipForwarding }) => ipForwarding)
    .map(({ name }) => name)
    .join(", ");
}

function readOnlyLocks(locks: AzureFacts["locks"]): readonly LockFacts[] {
  return (locks ?? []).filter(({ level }) => level === "ReadOnly");
}

function lockInWords({ name, scope }: LockFacts): string {
  return `the ReadOnly lock "${name}" on ${scope} forbids every change there, the snapshot before one included`;
}
