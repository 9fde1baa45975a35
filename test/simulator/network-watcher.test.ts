import type { VerificationIPFlowParameters } from "@azure/arm-network";
import { describe, expect, it } from "vitest";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import type { Simulator } from "../../local/simulator/simulator.ts";
import { aClock, aFleet, arm, clientsFor, errorCode, readLog, simulate } from "./harness.ts";

const GROUP = "NetworkWatcherRG";
const WATCHER = "NetworkWatcher_westeurope";

/** A subnet whose NSG lets RDP in from one prefix, and a NIC whose own NSG closes one port. */
function aGuardedFleet(changes: Partial<ScenarioInput> = {}): ScenarioInput {
  return aFleet({
    network: {
      subnets: [
        { name: "snet-a", prefixes: ["10.40.1.0/24"], securityGroup: "nsg-subnet" },
        { name: "snet-open", prefixes: ["10.40.2.0/24"] },
      ],
    },
    securityGroups: [
      {
        name: "nsg-subnet",
        rules: [
          {
            name: "rdp-from-office",
            priority: 200,
            access: "Allow",
            source: "198.51.100.0/24",
            ports: ["3389"],
          },
          {
            name: "no-mail",
            priority: 210,
            direction: "Outbound",
            access: "Deny",
            destination: "Internet",
            ports: ["25"],
          },
        ],
      },
      {
        name: "nsg-nic",
        rules: [
          { name: "no-smb", priority: 100, access: "Deny", ports: ["445"] },
          { name: "rdp-at-nic", priority: 110, access: "Allow", ports: ["3389"] },
        ],
      },
    ],
    vms: [
      {
        name: "vm-guarded",
        nics: [{ securityGroup: "nsg-nic", ipConfigurations: [{ address: "10.40.1.4" }] }],
      },
      {
        name: "vm-open",
        nics: [{ subnet: "snet-open", ipConfigurations: [{ address: "10.40.2.4" }] }],
      },
      {
        name: "vm-router",
        nics: [
          { ipForwarding: true, ipConfigurations: [{ address: "10.40.1.8" }] },
          { subnet: "snet-open", ipConfigurations: [{ address: "10.40.2.8" }] },
        ],
      },
    ],
    ...changes,
  });
}

function aFlow(
  simulator: Simulator,
  changes: Partial<VerificationIPFlowParameters> & { vm?: string } = {},
): VerificationIPFlowParameters {
  const { vm = "vm-guarded", ...rest } = changes;
  return {
    targetResourceId: idOf(simulator, "Microsoft.Compute/virtualMachines", vm),
    direction: "Inbound",
    protocol: "TCP",
    localIPAddress: "10.40.1.4",
    localPort: "3389",
    remoteIPAddress: "198.51.100.7",
    remotePort: "*",
    ...rest,
  };
}

function idOf(simulator: Simulator, type: string, name: string): string {
  return `/subscriptions/${simulator.subscriptionId}/resourceGroups/rg-fleet/providers/${type}/${name}`;
}

function pathTo(simulator: Simulator, rest = ""): string {
  return `/subscriptions/${simulator.subscriptionId}/resourceGroups/${GROUP}/providers/Microsoft.Network/networkWatchers/${WATCHER}${rest}`;
}

describe("Network Watcher", () => {
  it("is one per subscription, in the group that Azure makes for it", async () => {
    const simulator = await simulate();
    const { network } = clientsFor(simulator);

    const listed = [];
    for await (const watcher of network.networkWatchers.listAll()) {
      listed.push(watcher.id);
    }
    const read = await network.networkWatchers.get(GROUP, WATCHER);

    expect(listed).toEqual([pathTo(simulator)]);
    expect(read).toMatchObject({ id: pathTo(simulator), location: "westeurope" });
    await expect(network.networkWatchers.get("rg-fleet", WATCHER)).rejects.toMatchObject({
      statusCode: 404,
      code: "ResourceNotFound",
    });
  });

  it("leaves its group to watchers only", async () => {
    const simulator = await simulate();
    const vm = `/subscriptions/${simulator.subscriptionId}/resourceGroups/${GROUP}/providers/Microsoft.Compute/virtualMachines/vm-good-01`;

    const answer = await arm(simulator, vm);

    expect([answer.status, errorCode(answer)]).toEqual([404, "ResourceGroupNotFound"]);
  });

  it.each([
    ["both groups allow it", {}, "Allow", "securityRules/rdp-at-nic"],
    [
      "it comes from elsewhere",
      { remoteIPAddress: "203.0.113.9" },
      "Deny",
      "defaultSecurityRules/DenyAllInBound",
    ],
    [
      "the subnet lets it in, the NIC does not",
      { remoteIPAddress: "10.40.1.9", localPort: "445" },
      "Deny",
      "securityRules/no-smb",
    ],
    [
      "it stays within the network",
      { remoteIPAddress: "10.40.2.9", localPort: "80" },
      "Allow",
      "defaultSecurityRules/AllowVnetInBound",
    ],
    [
      "a load balancer probes",
      { remoteIPAddress: "168.63.129.16", localPort: "80" },
      "Allow",
      "defaultSecurityRules/AllowAzureLoadBalancerInBound",
    ],
    [
      "it comes from a private address of no network here",
      { remoteIPAddress: "10.99.0.1" },
      "Deny",
      "defaultSecurityRules/DenyAllInBound",
    ],
    [
      "the protocol is another one",
      { protocol: "UDP" },
      "Deny",
      "defaultSecurityRules/DenyAllInBound",
    ],
    [
      "it goes out to the Internet",
      { direction: "Outbound", localPort: "*", remotePort: "443" },
      "Allow",
      "defaultSecurityRules/AllowInternetOutBound",
    ],
    [
      "it goes out to a port that a rule closes",
      { direction: "Outbound", localPort: "*", remotePort: "25" },
      "Deny",
      "securityRules/no-mail",
    ],
    [
      "it goes out to a private address of no network here",
      { direction: "Outbound", localPort: "*", remotePort: "25", remoteIPAddress: "10.99.0.1" },
      "Deny",
      "defaultSecurityRules/DenyAllOutBound",
    ],
  ])("judges a packet by the rules where %s", async (_what, changes, access, ruleName) => {
    const simulator = await simulate(aGuardedFleet());
    const { network } = clientsFor(simulator);

    const verdict = await network.networkWatchers.verifyIPFlow(
      GROUP,
      WATCHER,
      aFlow(simulator, changes),
    );

    expect(verdict).toEqual({ access, ruleName });
  });

  it("names no rule where no security group is", async () => {
    const simulator = await simulate(aGuardedFleet());
    const { network } = clientsFor(simulator);
    const flow = aFlow(simulator, { vm: "vm-open", localIPAddress: "10.40.2.4" });

    const verdict = await network.networkWatchers.verifyIPFlow(GROUP, WATCHER, flow);

    expect(verdict.access).toBe("Allow");
    expect(verdict.ruleName).toBeUndefined();
  });

  it("answers with 202 and where the verdict will be", async () => {
    const clock = aClock();
    const simulator = await simulate(aGuardedFleet(), { now: clock.now, latency: "demo" });
    const path = pathTo(simulator, "/ipFlowVerify").toUpperCase();

    const answer = await arm(simulator, path, { method: "POST", body: aFlow(simulator) });
    const result = (answer.headers.get("Location") ?? "").replace(simulator.armEndpoint, "");
    const early = await arm(simulator, result);
    clock.forward(10);
    const late = await arm(simulator, result);

    expect([answer.status, early.status, late.status]).toEqual([202, 202, 200]);
    expect(late.body).toEqual({ access: "Allow", ruleName: "securityRules/rdp-at-nic" });
    expect((await readLog(simulator)).requests[0]).toMatchObject({
      operation: "networkWatcher.verifyIpFlow",
      vm: "vm-guarded",
    });
  });

  it("must be told which NIC, where one of several forwards", async () => {
    const simulator = await simulate(aGuardedFleet());
    const { network } = clientsFor(simulator);
    const flow = aFlow(simulator, { vm: "vm-router", remoteIPAddress: "203.0.113.9" });
    async function verdictOn(nic: string): Promise<unknown> {
      const targetNicResourceId = idOf(simulator, "Microsoft.Network/networkInterfaces", nic);
      return await network.networkWatchers.verifyIPFlow(GROUP, WATCHER, {
        ...flow,
        targetNicResourceId,
      });
    }

    const verdicts = [await verdictOn("nic-router"), await verdictOn("nic-router-2")];

    expect(verdicts).toMatchObject([{ access: "Deny" }, { access: "Allow" }]);
    await expect(network.networkWatchers.verifyIPFlow(GROUP, WATCHER, flow)).rejects.toMatchObject({
      statusCode: 400,
    });
    await expect(verdictOn("nic-guarded")).rejects.toMatchObject({ statusCode: 404 });
  });

  it.each([
    [{ localPort: "rdp" }, 400, "InvalidRequestFormat"],
    [{ protocol: "ICMP" }, 400, "InvalidRequestFormat"],
    [{ remoteIPAddress: "2001:db8::1" }, 400, "InvalidRequestFormat"],
    [{ vm: "vm-none" }, 404, "ResourceNotFound"],
  ])("refuses %j", async (changes, status, code) => {
    const simulator = await simulate(aGuardedFleet());

    const answer = await arm(simulator, pathTo(simulator, "/ipFlowVerify"), {
      method: "POST",
      body: aFlow(simulator, changes),
    });

    expect([answer.status, errorCode(answer)]).toEqual([status, code]);
  });
});
