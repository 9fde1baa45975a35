import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import type { VmInput } from "../end-to-end/scenarios.ts";
import { aNeighbour } from "./machine.ts";
import { vmIdOf, type Stage } from "./stage.ts";

/** Something that goes wrong, or is special, around the reset of a NIC. */
export interface Disturbance {
  readonly name: string;
  readonly stage: Stage;
}

const SUBSCRIPTION = "5a1e0c2e-9b1d-4f6e-8c3a-7d2b5e9f1a64";
const VM = "vm-1";

type Configuration = Partial<VmInput["nics"][number]["ipConfigurations"][number]>;

interface Special {
  readonly configuration?: Configuration;
  readonly nic?: Partial<VmInput["nics"][number]>;
  readonly scenario?: Partial<ScenarioInput>;
  /** Default: one VM that answers. */
  readonly beside?: readonly VmInput[];
  readonly killed?: true;
}

/** The true fault, agent silent and no console to be had, so that only a NIC reset heals it; with something special. */
export const DISTURBANCES: readonly Disturbance[] = [
  disturbed("killed after the swap is written, Static", { killed: true, ...isStatic() }),
  disturbed("killed after the swap is written, Dynamic", { killed: true }),
  disturbed("the second write fails in Azure", {
    ...isStatic(),
    scenario: {
      faults: [
        {
          kind: "failOperation",
          operation: "nic.put",
          vm: VM,
          nth: 2,
          code: "CanceledAndSupersededDueToAnotherOperation",
        },
      ],
    },
  }),
  disturbed("Dynamic gives another address", { scenario: { dynamicKeepsAddress: false } }),
  disturbed("the NIC keeps its MAC address", { ...isStatic(), scenario: { keepMac: true } }),
  disturbed("the first of two prefixes is full", {
    ...isStatic(),
    scenario: withPrefixes("10.60.0.0/29", "10.60.1.0/24"),
    beside: [aNeighbour("beside-1", "10.60.0.5"), aNeighbour("beside-2", "10.60.0.6")],
    configuration: { address: "10.60.0.4", allocation: "Static" },
  }),
  disturbed("every prefix is full", {
    ...isStatic(),
    scenario: withPrefixes("10.60.0.0/29"),
    beside: [aNeighbour("beside-1", "10.60.0.5"), aNeighbour("beside-2", "10.60.0.6")],
    configuration: { address: "10.60.0.4", allocation: "Static" },
  }),
  disturbed("somebody takes the swap address first", {
    ...isStatic(),
    scenario: {
      faults: [{ kind: "humanNicChange", operation: "vnet.checkAddress", vm: "beside-1" }],
    },
  }),
  disturbed("in a pool and a NAT rule of a load balancer", {
    configuration: {
      allocation: "Static",
      loadBalancerPools: ["lb-front/pool-a"],
      natRules: ["lb-front/rdp-1"],
    },
  }),
  disturbed("with all that a careless writer loses", {
    configuration: {
      allocation: "Static",
      publicAddress: "203.0.113.20",
      applicationSecurityGroups: ["asg-web", "asg-ops"],
    },
    nic: {
      tags: { owner: "till team" },
      securityGroup: "nsg-full",
      acceleratedNetworking: true,
      auxiliaryMode: "MaxConnections",
      dnsServers: ["10.60.0.9"],
    },
    scenario: { securityGroups: [{ name: "nsg-full" }] },
  }),
];

function isStatic(): Special {
  return { configuration: { allocation: "Static" } };
}

function withPrefixes(...prefixes: readonly string[]): Partial<ScenarioInput> {
  return { network: { subnets: [{ name: "fleet", prefixes: [...prefixes] }] } };
}

function disturbed(name: string, special: Special): Disturbance {
  const { beside = [aNeighbour("beside-1", "10.60.0.5")], scenario, killed } = special;
  return {
    name,
    stage: {
      scenario: {
        network: { subnets: [{ name: "fleet", prefixes: ["10.60.0.0/24"] }] },
        serialConsoleDisabled: true,
        vms: [aSilentVm(special), ...beside],
        ...scenario,
      },
      vms: [{ name: VM, id: vmIdOf(SUBSCRIPTION, VM) }],
      ...(killed === undefined ? {} : { killedAfterNicWrite: true }),
    },
  };
}

function aSilentVm({ configuration, nic }: Special): VmInput {
  return {
    name: VM,
    tags: { "static-ip-remediator": "on", "static-ip-remediator-restart": "on" },
    nics: [
      {
        ipConfigurations: [{ address: "10.60.0.10", ...configuration }],
        adapter: { static: { addresses: ["10.60.0.77/24"], gateway: "10.60.0.1" } },
        ...nic,
      },
    ],
  };
}
