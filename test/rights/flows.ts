import { z } from "zod";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import type { Fleet, ShownIncident } from "../end-to-end/fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "../end-to-end/scenarios.ts";
import type { RightGroup } from "./role.ts";

/** What one deployment is asked to do, with the groups of rights that its settings want and no others. */
export interface Flow {
  readonly name: string;
  readonly groups: readonly RightGroup[];
  /** Those of them of which it uses each right. */
  readonly proves: readonly RightGroup[];
  readonly settings: Readonly<Record<string, string>>;
  readonly scenario: ScenarioInput;
  /** Gives how each VM's run has to end. */
  readonly play: (fleet: Fleet) => Promise<readonly ShownIncident[]>;
  /** Kinds of those ends, in the same order. */
  readonly ends: readonly string[];
}

/** A busy machine may answer late. */
export const PATIENT = {
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1",
  REMEDIATOR_SETTLE_SECONDS: "4",
  REMEDIATOR_GUEST_READ_SECONDS: "8",
  REMEDIATOR_GUEST_SWITCH_SECONDS: "12",
  REMEDIATOR_SNAPSHOT_TIMEOUT_SECONDS: "30",
};
/** Where the simulator's proxy stands in the virtual network: Network Watcher is asked about probes from there. */
const SOURCE = { REMEDIATOR_PROBE_SOURCE: "10.255.255.250" };
const LONGEST_SECONDS = 120;
const INSTANCES = "/runtime/webhooks/durabletask";

const statusSchema = z.object({ runtimeStatus: z.string() });

/** The true fault, on a VM whose agent never comes back. */
function aLostVm(name: string, n: number): VmInput {
  return aBrokenVm(name, n, { agent: false, agentSurvivesWrongAddress: false });
}

function aSeenVm(name: string, n: number): VmInput {
  const vm = aBrokenVm(name, n);
  const [nic] = vm.nics;
  const ipConfigurations = [{ address: `10.40.0.${n}`, publicAddress: `203.0.113.${n}` }];
  return { ...vm, nics: [{ ...nic, ipConfigurations, securityGroup: "nsg-quay" }] };
}

const LOOKING: Flow = {
  name: "looks only",
  groups: ["read", "guest"],
  proves: ["read", "guest"],
  settings: {
    ...SOURCE,
    REMEDIATOR_MODE: "observe",
    REMEDIATOR_PROBE_ROUND_MINUTES: "1",
  },
  scenario: aScenario(
    [aSeenVm("vm-broken", 10), aLostVm("vm-lost", 11), aHealthyVm("vm-control", 250)],
    { securityGroups: [{ name: "nsg-quay" }] },
  ),
  async play(fleet) {
    const minute = Math.floor(Date.now() / 60_000) + 60;
    await fleet.api(`${INSTANCES}/orchestrators/probeMinute/probe-minute`, { minute });
    const ends = await alerted(fleet, "vm-broken", "vm-lost");
    await clean(fleet);
    return ends;
  },
  ends: ["refused", "needsHuman"],
};

const HEALING: Flow = {
  name: "heals inside Windows",
  groups: ["read", "guest", "heal"],
  proves: ["heal"],
  settings: {},
  scenario: aScenario(
    [
      aBrokenVm("vm-keys", 10, { diskEncryptionSet: "des-quay" }),
      aBrokenVm("vm-stuck", 11),
      aBrokenVm("vm-domain", 12, { guest: { roles: ["domainController"] } }),
      aHealthyVm("vm-control", 250),
    ],
    {
      keepMac: true,
      faults: [{ kind: "busySlot", operation: "runCommand.post", vm: "vm-stuck", count: "always" }],
    },
  ),
  async play(fleet) {
    const ends = await alerted(fleet, "vm-keys", "vm-stuck", "vm-domain");
    await clean(fleet);
    return [...ends, await rolledBack(fleet, ends[0])];
  },
  ends: ["healed", "healed", "refused", "rolledBack"],
};

const AT_THE_CONSOLE: Flow = {
  name: "heals at the serial console",
  groups: ["read", "guest", "heal", "console"],
  proves: ["console"],
  settings: { REMEDIATOR_ALLOW: "console" },
  scenario: aScenario([aLostVm("vm-lost", 10), aHealthyVm("vm-control", 250)]),
  play: async (fleet) => await alerted(fleet, "vm-lost"),
  ends: ["healed"],
};

/** Its NIC has all to which a NIC's write is linked, and its Windows registers no dead-man task: nothing but a reset helps. */
function aLinkedVm(name: string, n: number): VmInput {
  const [nic] = aBrokenVm(name, n).nics;
  return aBrokenVm(name, n, {
    guest: { taskRegistration: false },
    nics: [
      {
        ...nic,
        securityGroup: "nsg-quay",
        ipConfigurations: [
          {
            address: `10.40.0.${n}`,
            // A Dynamic one would be written, and the VM restarted, once more.
            allocation: "Static",
            publicAddress: `203.0.113.${n}`,
            applicationSecurityGroups: ["asg-web"],
            loadBalancerPools: ["lb-quay/pool-a"],
            natRules: ["lb-quay/rdp-20"],
            gatewayPools: ["gateway-quay/pool-a"],
          },
        ],
      },
    ],
  });
}

const WRITING_NICS: Flow = {
  name: "writes NICs",
  groups: ["read", "guest", "heal", "nic"],
  proves: ["nic"],
  settings: { REMEDIATOR_ALLOW: "restarts,restarts-pooled" },
  scenario: aScenario(
    [aLinkedVm("vm-linked", 20), aBrokenVm("vm-pinned", 21), aHealthyVm("vm-control", 250)],
    {
      securityGroups: [{ name: "nsg-quay" }],
      privateDnsZones: [
        { name: "corp.example", records: [{ name: "till", addresses: ["10.40.0.20"] }] },
      ],
    },
  ),
  async play(fleet) {
    await fleet.heal("vm-pinned", { pinAddress: true });
    const [linked] = await alerted(fleet, "vm-linked");
    const pinned = await fleet.outcomeOf("vm-pinned", LONGEST_SECONDS);
    return linked === undefined ? [pinned] : [linked, pinned];
  },
  ends: ["healed", "healed"],
};

/** Everything for which the deployed identity has rights in the subscriptions that it watches. */
export const FLOWS: readonly Flow[] = [LOOKING, HEALING, AT_THE_CONSOLE, WRITING_NICS];

async function alerted(fleet: Fleet, ...vms: readonly string[]): Promise<readonly ShownIncident[]> {
  await fleet.admin("/subscriptions", { kind: "alerts", url: `${fleet.url}/api/alerts` });
  for (const vm of vms) {
    await fleet.admin("/alerts", { vm });
  }
  return await Promise.all(vms.map(async (vm) => await fleet.outcomeOf(vm, LONGEST_SECONDS)));
}

/** Lets the cleaner have a round, and waits for it. */
async function clean(fleet: Fleet): Promise<void> {
  await fetch(`${fleet.url}/admin/functions/clean`, { method: "POST" });
  await fleet.until("the cleaner's end", LONGEST_SECONDS, async () => {
    const { status, body } = await fleet.api(`${INSTANCES}/instances/clean-up`);
    return status === 200 && statusSchema.parse(body).runtimeStatus === "Completed" ? true : null;
  });
}

/** Azure's NIC gets the address that Windows had, and an operator takes the heal back. */
async function rolledBack(fleet: Fleet, healed: ShownIncident | undefined): Promise<ShownIncident> {
  const { id, vmName } = healed ?? { id: "", vmName: "" };
  await fleet.admin(`/nics/${vmName.replace("vm-", "nic-")}`, { address: "10.40.1.10" });
  await fleet.api(`/api/incidents/${id}/rollback`, {});
  return await fleet.until("the rollback's outcome", LONGEST_SECONDS, async () => {
    const [newest] = await fleet.incidents(vmName);
    return newest !== undefined && newest.id !== id && newest.closedAt !== null ? newest : null;
  });
}
