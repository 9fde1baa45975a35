import { describe, expect, it } from "vitest";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import type { Probe } from "../../shared/domain/facts.ts";
import { readAzureFacts } from "../../shared/facts/azure-facts.ts";
import { explainSilence } from "../../shared/facts/explain-silence.ts";
import { probeNic } from "../../shared/facts/probe.ts";
import { aBrokenVm, aVm, NOW, simulatedAzure } from "../azure/simulated-azure.ts";
import type { SimulatedAzure } from "../azure/simulated-azure.ts";

const TILL = aBrokenVm("vm-till", "10.40.2.7");
const DESK = aVm("vm-desk", "10.40.2.8");

function settings(simulated: SimulatedAzure, control: string | null = null) {
  return { port: 3389, timeoutSeconds: 0.6, proxy: simulated.endpoint, control, source: null };
}

async function explain(
  simulated: SimulatedAzure,
  control: string | null = null,
  address: string | null = "10.40.2.7",
): Promise<Probe> {
  const facts = await simulated.facts("vm-till");
  const target = { nicId: null, address };
  return await explainSilence(simulated.azure, facts, target, settings(simulated, control));
}

function withRule(rule: object): Partial<ScenarioInput> {
  return {
    network: {
      subnets: [{ name: "apps", prefixes: ["10.40.2.0/24"], securityGroup: "nsg-apps" }],
    },
    securityGroups: [
      {
        name: "nsg-apps",
        rules: [{ name: "lockdown", priority: 200, access: "Deny", ports: ["3389"], ...rule }],
      },
    ],
  };
}

describe("one probe of a NIC", () => {
  it("is answered by a VM that is well, without a further request to Azure", async () => {
    const simulated = await simulatedAzure({ vms: [DESK] });
    const facts = await simulated.facts("vm-desk");

    const answer = await probeNic(simulated.azure, facts, null, settings(simulated));

    expect(answer).toMatchObject({ kind: "answers", address: "10.40.2.8" });
    expect(await simulated.operations()).toEqual([
      "vm.get",
      "nic.get",
      "subnet.get",
      "proxy.connect",
    ]);
  });

  it("is not answered by a VM with a wrong address", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const facts = await simulated.facts("vm-till");

    const answer = await probeNic(simulated.azure, facts, null, settings(simulated));

    expect(answer).toMatchObject({ kind: "no-answer", address: "10.40.2.7" });
  });

  it("asks the public address when the private one is silent, and only then", async () => {
    const simulated = await simulatedAzure({
      vms: [
        aVm("vm-desk", "10.40.2.8", {
          nics: [{ ipConfigurations: [{ address: "10.40.2.8", publicAddress: "203.0.113.8" }] }],
        }),
      ],
      faults: [{ kind: "dropProbe", operation: "proxy.connect" }],
    });
    const facts = await simulated.facts("vm-desk");

    const second = await probeNic(simulated.azure, facts, null, settings(simulated));
    const third = await probeNic(simulated.azure, facts, null, settings(simulated));

    expect(second).toMatchObject({ kind: "answers", address: "203.0.113.8" });
    expect(third).toMatchObject({ kind: "answers", address: "10.40.2.8" });
    const operations = await simulated.operations();
    expect(operations.filter((operation) => operation === "publicIp.get")).toHaveLength(1);
  });

  it("asks the NIC that is named", async () => {
    const simulated = await simulatedAzure({
      vms: [
        aVm("vm-desk", "10.40.2.8", {
          nics: [
            { ipConfigurations: [{ address: "10.40.2.8" }] },
            { ipConfigurations: [{ address: "10.40.2.18" }] },
          ],
        }),
      ],
    });
    const facts = await simulated.facts("vm-desk");
    const nicId = facts.nics[1]?.id.toUpperCase() ?? "";

    const answer = await probeNic(simulated.azure, facts, nicId, settings(simulated));

    expect(answer.address).toBe("10.40.2.18");
  });
});

describe("an address that does not answer", () => {
  it("is silent where another VM of its subnet replies", async () => {
    const simulated = await simulatedAzure({ vms: [TILL, DESK] });

    const probe = await explain(simulated);

    expect(probe).toMatchObject({ kind: "silent", address: "10.40.2.7" });
    expect(probe.detail).toContain("10.40.2.8 replies");
  });

  it("is silent where the control target of the settings replies", async () => {
    const simulated = await simulatedAzure({ vms: [TILL, DESK] });

    const probe = await explain(simulated, "10.40.2.8:3389");

    expect(probe).toMatchObject({ kind: "silent" });
    const operations = await simulated.operations();
    expect(operations.filter((operation) => operation === "nic.get")).toHaveLength(1);
  });

  it("is unknown where nothing else there could be asked", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });

    expect(await explain(simulated)).toMatchObject({ kind: "unknown", code: "no-control" });
  });

  it("is not compared with another NIC of the same VM", async () => {
    const [nic] = TILL.nics;
    const simulated = await simulatedAzure({
      vms: [
        {
          ...TILL,
          nics: [
            ...(nic === undefined ? [] : [nic]),
            { ipConfigurations: [{ address: "10.40.2.17" }] },
          ],
        },
      ],
    });

    expect(await explain(simulated)).toMatchObject({ kind: "unknown", code: "no-control" });
  });

  it("is unknown where nothing else there answers either", async () => {
    const simulated = await simulatedAzure({
      vms: [TILL, aVm("vm-desk", "10.40.2.8", { power: "deallocated" })],
    });

    expect(await explain(simulated)).toMatchObject({ kind: "unknown", code: "no-control" });
  });

  it("is unknown where the control target is silent, although a neighbour would answer", async () => {
    const simulated = await simulatedAzure({ vms: [TILL, DESK] });

    const probe = await explain(simulated, "10.40.2.200:3389");

    expect(probe).toMatchObject({ kind: "unknown", code: "no-control" });
  });

  it("asks three neighbours at most", async () => {
    const neighbours = [11, 12, 13, 14, 15].map((last) => aVm(`vm-${last}`, `10.40.2.${last}`));
    const simulated = await simulatedAzure({ vms: [TILL, ...neighbours] });

    await explain(simulated);

    const operations = await simulated.operations();
    expect(operations.filter((operation) => operation === "proxy.connect")).toHaveLength(4);
  });

  it.each([
    ["everything", { source: "*" }],
    ["the virtual network", { source: "VirtualNetwork" }],
    ["a prefix that may hold the prober", { source: "10.0.0.0/8" }],
  ])("is unknown where an NSG denies %s", async (_what, rule) => {
    const simulated = await simulatedAzure({ vms: [TILL, DESK], ...withRule(rule) });

    const probe = await explain(simulated);

    expect(probe).toMatchObject({ kind: "unknown", code: "nsg" });
    expect(probe.detail).toContain("lockdown");
    expect(probe.detail).toContain("nsg-apps");
  });

  it("is unknown where the NIC's own NSG denies, whatever the subnet's says", async () => {
    const { securityGroups } = withRule({});
    const [nic] = TILL.nics;
    const simulated = await simulatedAzure({
      vms: [
        {
          ...TILL,
          nics: [
            { ...nic, ipConfigurations: nic?.ipConfigurations ?? [], securityGroup: "nsg-apps" },
          ],
        },
        DESK,
      ],
      ...(securityGroups === undefined ? {} : { securityGroups }),
    });

    expect(await explain(simulated)).toMatchObject({ kind: "unknown", code: "nsg" });
  });

  it("is silent where an NSG denies only others", async () => {
    const simulated = await simulatedAzure({
      vms: [TILL, DESK],
      ...withRule({ source: "Internet" }),
    });

    expect(await explain(simulated)).toMatchObject({ kind: "silent" });
  });

  it("is unknown where the NSG may not be read, and says which right is missing", async () => {
    const simulated = await simulatedAzure({
      vms: [TILL, DESK],
      ...withRule({ source: "Internet" }),
      faults: [
        {
          kind: "error",
          operation: "nsg.get",
          status: 403,
          code: "AuthorizationFailed",
          message:
            "The client 'a' with object id 'b' does not have authorization to perform action 'Microsoft.Network/networkSecurityGroups/read' over scope '/s'.",
        },
      ],
    });

    const probe = await explain(simulated);

    expect(probe).toMatchObject({ kind: "unknown", code: "nsg" });
    expect(probe.detail).toContain("Grant the identity of this program");
  });

  it("is unknown where no route leads to it", async () => {
    const simulated = await simulatedAzure({
      vms: [TILL, DESK],
      faults: [{ kind: "noRoute", operation: "proxy.connect", vm: "vm-till" }],
    });

    expect(await explain(simulated)).toMatchObject({ kind: "unknown", code: "no-route" });
  });

  it("is unknown where there is no address", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });

    expect(await explain(simulated, null, null)).toMatchObject({ code: "no-address" });
  });

  it("is silent where it refuses: the refusal came from the VM", async () => {
    const simulated = await simulatedAzure({
      vms: [aVm("vm-till", "10.40.2.7", { guest: { rdpListening: false } })],
    });

    expect(await explain(simulated)).toMatchObject({ kind: "silent" });
  });

  it("answers after all where the answer came late", async () => {
    const simulated = await simulatedAzure({ vms: [aVm("vm-till", "10.40.2.7")] });

    expect(await explain(simulated)).toMatchObject({ kind: "answers", address: "10.40.2.7" });
  });

  it("is asked again later where Azure is in trouble", async () => {
    const simulated = await simulatedAzure({
      vms: [TILL, DESK],
      ...withRule({ source: "Internet" }),
      faults: [{ kind: "throttle", operation: "nsg.get", retryAfterSeconds: 5 }],
    });

    await expect(explain(simulated)).rejects.toMatchObject({ retryable: true, status: 429 });
  });
});

it("reads the subnet where the facts do not hold it yet", async () => {
  const simulated = await simulatedAzure({ vms: [TILL, DESK] });
  const { azure, vmId } = simulated;
  const reading = await readAzureFacts(azure, vmId("vm-till"), NOW);
  if (reading.kind === "not-found") {
    throw new Error(reading.message);
  }
  const target = { nicId: null, address: "10.40.2.7" };

  const probe = await explainSilence(azure, reading.facts, target, settings(simulated));

  expect(probe).toMatchObject({ kind: "silent" });
});
