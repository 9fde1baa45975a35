import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import type { VmInput } from "../end-to-end/scenarios.ts";
import type { Combination } from "./combinations.ts";
import { WITHOUT_ADDRESS } from "./senseless.ts";

type Nic = VmInput["nics"][number];
type Adapter = NonNullable<Nic["adapter"]>;
type Subscription = NonNullable<ScenarioInput["subscriptions"]>[number];

/** The security group that keeps RDP out, and its rule. */
const NO_RDP = "no-rdp";

/**
 * A combination as a subscription of its own: its VM, one that answers beside it, and one security group. So no cap that
 * Azure's customers have per subscription, and no neighbour, ties one row of the table to another.
 */
export function subscriptionOf(combination: Combination, vm: string, n: number): Subscription {
  const net = `10.60.${n}`;
  return {
    id: `5a1e0c2e-9b1d-4f6e-8c3a-${`${n}`.padStart(12, "0")}`,
    network: { subnets: [{ name: "fleet", prefixes: [`${net}.0/24`] }] },
    securityGroups: [
      { name: NO_RDP, rules: [{ name: NO_RDP, priority: 100, access: "Deny", ports: ["3389"] }] },
    ],
    serialConsoleDisabled: combination.console === "off",
    vms: [machineOf(combination, vm, net), aNeighbour(`${vm}-beside`, `${net}.5`)],
  };
}

/** A VM on DHCP that answers. */
export function aNeighbour(name: string, address: string): VmInput {
  return { name, nics: [{ ipConfigurations: [{ address }] }] };
}

function machineOf(combination: Combination, name: string, net: string): VmInput {
  const { nics, agent, diagnosis, console } = combination;
  const ill = illNic(combination, net);
  const well: Nic = { ipConfigurations: [{ address: `${net}.20` }] };
  const cards = { one: [ill], "first of two": [ill, well], "second of two": [well, ill] }[nics];
  const [first, ...others] = cards;
  const hidden = combination.probe === "unknown" ? { securityGroup: NO_RDP } : {};
  return {
    name,
    tags: { "static-ip-remediator": "on", "static-ip-remediator-restart": "on" },
    // Without its address Windows' agent is silent anyway; where it is not, none is installed.
    agent: agent === "ready" || isCutOff(combination),
    agentSurvivesWrongAddress: agent === "ready",
    nics: [...(first === undefined ? [] : [{ ...first, ...hidden }]), ...others],
    guest: {
      elevated: diagnosis !== "guest-unreadable",
      rdpListening: combination.probe !== "silent" || isSilentByItself(combination),
      console: { front: console === "in use" ? "cmd" : "sac" },
      ...dhcpService(combination),
    },
  };
}

/** Whether the first NIC lacks its address, so that agent and RDP are silent. */
function isCutOff({ diagnosis, nics, probe }: Combination): boolean {
  const lacks = diagnosis === "static-multi-mismatch" && probe !== "answers";
  return nics !== "second of two" && (WITHOUT_ADDRESS.has(diagnosis) || lacks);
}

/** Whether the fault itself makes RDP silent. Otherwise nothing listens there. */
function isSilentByItself(combination: Combination): boolean {
  const { diagnosis, nics } = combination;
  return isCutOff(combination) || (diagnosis === "static-wrong-route" && nics !== "second of two");
}

/** The service is one for all NICs: with two of them only a lease that once did not come tells them apart. */
function dhcpService({ diagnosis, nics }: Combination): VmInput["guest"] {
  return diagnosis === "dhcp-failed" && nics === "one"
    ? { dhcpService: { state: "stopped", startMode: "disabled" } }
    : {};
}

/** Windows' side of the NIC in question, by its diagnosis. */
const ADAPTERS: Readonly<Record<Combination["diagnosis"], (place: Place) => Adapter>> = {
  "extra-addresses": ({ own, wrong, gateway }) => staticOf([...own, wrong], gateway),
  "static-multi-address": ({ own, gateway }) => staticOf(own, gateway),
  "static-multi-mismatch": ({ own, wrong, gateway, answers }) =>
    staticOf(answers ? own.slice(0, 1) : [wrong], gateway),
  "static-matching": ({ own, gateway }) => staticOf(own, gateway),
  "static-wrong-route": ({ own, gateway, answers }) =>
    answers || gateway === null
      ? staticOf(
          own.map((address) => address.replace("/24", "/26")),
          gateway,
        )
      : staticOf(own, gateway.replace(/1$/u, "254")),
  "static-mismatch": ({ wrong, gateway }) => staticOf([wrong], gateway),
  healthy: () => ({}),
  "lease-stale": ({ wrong }) => ({ heldLease: { address: wrong } }),
  "dhcp-failed": ({ alone }) => (alone ? {} : { heldLease: "never" }),
  "adapter-disabled": () => ({ enabled: false }),
  "adapter-missing": () => ({ present: false }),
  "guest-unreadable": () => ({}),
};

/** Addresses with their prefixes, and what else tells how a fault looks there. */
interface Place {
  readonly own: readonly string[];
  readonly wrong: string;
  /** Null on a second NIC. */
  readonly gateway: string | null;
  readonly alone: boolean;
  readonly answers: boolean;
}

function staticOf(addresses: readonly string[], gateway: string | null): Adapter {
  return { static: { addresses: [...addresses], gateway } };
}

function illNic(combination: Combination, net: string): Nic {
  const { addresses, allocation, diagnosis, nics, probe } = combination;
  const hosts = addresses === "one" ? [10] : [10, 11];
  return {
    ipConfigurations: hosts.map((host) => ({ address: `${net}.${host}`, allocation })),
    adapter: ADAPTERS[diagnosis]({
      own: hosts.map((host) => `${net}.${host}/24`),
      wrong: `${net}.77/24`,
      gateway: nics === "second of two" ? null : `${net}.1`,
      alone: nics === "one",
      answers: probe === "answers",
    }),
  };
}
