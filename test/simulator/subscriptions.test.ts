import { createServer, request } from "node:http";

import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { parseScenario } from "../../local/simulator/scenario/scenario.ts";
import type { Simulator } from "../../local/simulator/simulator.ts";
import {
  aClock,
  addFault,
  admin,
  aFleet,
  arm,
  effectKinds,
  errorCode,
  outputOf,
  readLog,
  simulate,
  startCommand,
  switchScript,
  vmView,
} from "./harness.ts";

const MAIN = "5a1e0c2e-9b1d-4f6e-8c3a-7d2b5e9f1a64";
const SECOND = "0b8f6a3d-2c5e-4d7f-9a1b-6e3c8d2f4a75";
const GROUP = `/subscriptions/${SECOND}/resourceGroups/rg-fleet`;
const VM = `${GROUP}/providers/Microsoft.Compute/virtualMachines/vm-branch-01`;
const NIC = `${GROUP}/providers/Microsoft.Network/networkInterfaces/nic-branch-01`;
const DISK = `${GROUP}/providers/Microsoft.Compute/disks/vm-branch-01-os`;

/** A cut-off VM with an address that a main VM has too, one in another network, one in a network like the main one's. */
function aBranch(): NonNullable<ScenarioInput["subscriptions"]>[number] {
  return {
    id: SECOND,
    name: "Branches",
    location: "northeurope",
    network: { subnets: [{ name: "snet-b", prefixes: ["10.40.1.0/24", "10.60.1.0/24"] }] },
    vms: [
      {
        name: "vm-branch-01",
        agentSurvivesWrongAddress: true,
        nics: [
          {
            ipConfigurations: [{ address: "10.40.1.4" }],
            adapter: { static: { addresses: ["10.40.1.77/24"], gateway: "10.40.1.1" } },
          },
        ],
      },
      { name: "vm-branch-02", nics: [{ ipConfigurations: [{ address: "10.60.1.5" }] }] },
      { name: "vm-branch-03", nics: [{ ipConfigurations: [{ address: "10.40.1.50" }] }] },
    ],
  };
}

function twoSubscriptions(changes: Partial<ScenarioInput> = {}): ScenarioInput {
  return { ...aFleet(), subscriptions: [aBranch()], ...changes };
}

const list = z.object({
  value: z.array(z.looseObject({ id: z.string() })),
  nextLink: z.string().optional(),
});

async function idsAt(simulator: Simulator, path: string): Promise<string[]> {
  return list.parse((await arm(simulator, path)).body).value.map(({ id }) => id);
}

/** The simulator as the tools of the harness see it when they speak of the further subscription. */
function branchOf(simulator: Simulator): Simulator {
  return { ...simulator, subscriptionId: SECOND };
}

/** The status of a CONNECT that is answered. */
async function connect(simulator: Simulator, target: string): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    const call = request(simulator.armEndpoint, { method: "CONNECT", path: target });
    call.once("connect", (response, socket) => {
      socket.destroy();
      resolve(response.statusCode);
    });
    call.once("error", reject).end();
  });
}

async function aReceiver(): Promise<{ url: string; received: unknown[] }> {
  const received: unknown[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      if (incoming.method === "POST") {
        received.push(JSON.parse(Buffer.concat(chunks).toString()));
      }
      response.setHeader("WebHook-Allowed-Origin", "eventgrid.azure.net").end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return { url: `http://127.0.0.1:${port}`, received };
}

describe("the list of subscriptions", () => {
  it("holds the main one and the further ones, in Azure's form", async () => {
    const simulator = await simulate(twoSubscriptions());

    const { body } = await arm(simulator, "/subscriptions");

    expect(body).toEqual({
      value: [
        expect.objectContaining({ subscriptionId: MAIN, displayName: "Subscription 1" }),
        {
          id: `/subscriptions/${SECOND}`,
          authorizationSource: "RoleBased",
          subscriptionId: SECOND,
          tenantId: "c4d8f0b2-6a37-4e1c-b5a9-0f3e7d618b25",
          displayName: "Branches",
          state: "Enabled",
        },
      ],
    });
  });

  it("comes in pages of the scenario's size", async () => {
    const simulator = await simulate(twoSubscriptions({ pageSize: 1 }));

    const first = list.parse((await arm(simulator, "/subscriptions")).body);
    const next = (first.nextLink ?? "").replace(simulator.armEndpoint, "");

    expect(first.value).toHaveLength(1);
    expect(await idsAt(simulator, next)).toEqual([`/subscriptions/${SECOND}`]);
  });

  it("is also read one by one, in any letter case", async () => {
    const simulator = await simulate(twoSubscriptions());

    const answer = await arm(simulator, `/subscriptions/${SECOND.toUpperCase()}`);

    expect(answer.body).toMatchObject({ subscriptionId: SECOND, displayName: "Branches" });
  });
});

describe("a resource", () => {
  it("is found in its own subscription only", async () => {
    const simulator = await simulate(twoSubscriptions());

    const there = await arm(simulator, VM);
    const elsewhere = await arm(simulator, VM.replace(SECOND, MAIN));

    expect(there.body).toMatchObject({ id: VM, location: "northeurope" });
    expect([elsewhere.status, errorCode(elsewhere)]).toEqual([404, "ResourceNotFound"]);
  });

  it.each([
    [`/subscriptions/${SECOND}/resourceGroups/rg-hub`, "ResourceGroupNotFound"],
    [VM.replace(SECOND, "11111111-2222-4333-8444-555555555555"), "SubscriptionNotFound"],
  ])("at %s is not found", async (path, code) => {
    const simulator = await simulate(twoSubscriptions());

    const answer = await arm(simulator, path);

    expect([answer.status, errorCode(answer)]).toEqual([404, code]);
  });

  it("stands in the lists of its own subscription only", async () => {
    const simulator = await simulate(twoSubscriptions());
    const nics = "providers/Microsoft.Network/networkInterfaces";

    expect(await idsAt(simulator, `/subscriptions/${SECOND}/${nics}`)).toEqual([
      NIC,
      NIC.replace("-01", "-02"),
      NIC.replace("-01", "-03"),
    ]);
    expect(await idsAt(simulator, `/subscriptions/${MAIN}/${nics}`)).toHaveLength(2);
  });
});

describe("a VM of a further subscription", () => {
  it("runs commands, and their operations are known in that subscription only", async () => {
    const simulator = await simulate(twoSubscriptions());

    const command = await startCommand(branchOf(simulator), ["hostname"], "vm-branch-01");
    const elsewhere = await arm(simulator, command.resultPath.replace(SECOND, MAIN));

    expect(command.statusPath).toContain("/locations/northeurope/");
    expect((await outputOf(simulator, command)).stdout.trim()).toBe("VM-BRANCH-01");
    expect([elsewhere.status, errorCode(elsewhere)]).toEqual([404, "OperationNotFound"]);
  });

  it("has its dead-man task restore the static address while nobody asks", async () => {
    const clock = aClock();
    const simulator = await simulate(twoSubscriptions(), { now: clock.now });
    const script = await switchScript(branchOf(simulator), {}, "vm-branch-01");
    await admin(simulator, "/vms/vm-branch-01", { method: "PATCH", body: { lease: "never" } });
    await addFault(simulator, { kind: "killScript", after: "switched" });
    await startCommand(branchOf(simulator), script, "vm-branch-01");

    clock.forward(601);

    const vm = await vmView(simulator, "vm-branch-01");
    expect(vm.guest).toMatchObject({ tasks: [], adapters: [{ dhcp: false }] });
    expect((await readLog(simulator)).effects).toContainEqual(
      expect.objectContaining({ kind: "staticRestored", by: "task", vm: "vm-branch-01" }),
    );
  });

  it("runs the command that was under way when it stopped once it is started again", async () => {
    const clock = aClock();
    const simulator = await simulate(twoSubscriptions(), { now: clock.now });
    const vm = "/vms/vm-branch-02";
    await admin(simulator, vm, { method: "PATCH", body: { agent: false } });
    const script = await switchScript(simulator);
    await startCommand(branchOf(simulator), script, "vm-branch-02");
    await admin(simulator, `${vm}/power`, { body: { state: "deallocated" } });
    const waiting = await vmView(simulator, "vm-branch-02");
    await admin(simulator, vm, { method: "PATCH", body: { agent: true } });

    await admin(simulator, `${vm}/power`, { body: { state: "running" } });

    expect(waiting.undelivered).toEqual(["switch-to-dhcp"]);
    expect(await vmView(simulator, "vm-branch-02")).toMatchObject({
      power: "running",
      agent: { ready: true },
      undelivered: [],
    });
  });

  it("restarts and takes its lease anew when its NIC's address is written", async () => {
    const simulator = await simulate(twoSubscriptions());
    const receiver = await aReceiver();
    await admin(simulator, "/subscriptions", {
      body: { kind: "eventGrid", url: receiver.url, schema: "cloudEvents" },
    });

    await admin(simulator, "/nics/nic-branch-02", { body: { address: "10.60.1.9" } });
    await expect.poll(() => receiver.received.length).toBe(1);

    const vm = await vmView(simulator, "vm-branch-02");
    expect(vm.guest.adapters[0]?.addresses).toEqual([{ ip: "10.60.1.9", prefixLength: 24 }]);
    expect(await effectKinds(simulator)).toContain("vmRestarted");
    expect(receiver.received[0]).toMatchObject({
      source: `/subscriptions/${SECOND}`,
      subject: NIC.replace("/resourceGroups/", "/resourcegroups/").replace("-01", "-02"),
      data: { subscriptionId: SECOND },
    });
  });

  it("has its snapshots in its own subscription", async () => {
    const simulator = await simulate(twoSubscriptions());
    const body = {
      location: "northeurope",
      properties: { creationData: { createOption: "Copy", sourceResourceId: DISK } },
    };

    const path = `${GROUP}/providers/Microsoft.Compute/snapshots/snap-1`;
    const put = await arm(simulator, path, { method: "PUT", body });

    const snapshots = "providers/Microsoft.Compute/snapshots";
    expect(put.status).toBe(202);
    expect(await idsAt(simulator, `/subscriptions/${SECOND}/${snapshots}`)).toEqual([path]);
    expect(await idsAt(simulator, `/subscriptions/${MAIN}/${snapshots}`)).toEqual([]);
  });

  it("is guarded by the locks of its own subscription only", async () => {
    const simulator = await simulate(
      twoSubscriptions({ subscriptions: [{ ...aBranch(), locks: [{ level: "ReadOnly" }] }] }),
    );

    const locked = await startCommand(branchOf(simulator), ["hostname"], "vm-branch-01");
    const free = await startCommand(simulator, ["hostname"]);

    expect([locked.answer.status, errorCode(locked.answer)]).toEqual([409, "ScopeLocked"]);
    expect(free.answer.status).toBe(202);
  });

  it("has its health told and its alerts sent with its own id", async () => {
    const simulator = await simulate(
      twoSubscriptions({ alerts: [{ vm: "vm-branch-01", kind: "heartbeat" }] }),
    );
    const receiver = await aReceiver();

    await admin(simulator, "/subscriptions", { body: { kind: "alerts", url: receiver.url } });
    await expect.poll(() => receiver.received.length).toBe(1);

    const health = "providers/Microsoft.ResourceHealth/availabilityStatuses/current";
    expect((await arm(simulator, `${VM}/${health}`)).body).toMatchObject({
      location: "northeurope",
    });
    expect(receiver.received[0]).toMatchObject({
      data: { essentials: { alertTargetIDs: [VM.toLowerCase()] } },
    });
  });

  it("is struck by faults that name it", async () => {
    const simulator = await simulate(twoSubscriptions());
    await addFault(simulator, { kind: "deleteVm", operation: "vm.get", vm: "vm-branch-01" });

    const before = await arm(simulator, VM);
    const after = await arm(simulator, VM);

    expect([before.status, after.status]).toEqual([200, 404]);
    expect(await effectKinds(simulator)).toEqual(["vmDeleted"]);
  });
});

describe("the CONNECT proxy", () => {
  it("reaches a VM of any subscription, and of two with one address the main subscription's", async () => {
    const simulator = await simulate(twoSubscriptions());
    await startCommand(simulator, await switchScript(simulator));
    await admin(simulator, "/log", { method: "DELETE" });

    const statuses = [
      await connect(simulator, "10.60.1.5:3389"),
      await connect(simulator, "10.40.1.50:3389"),
      await connect(simulator, "10.40.1.4:3389"),
    ];

    expect(statuses).toEqual([200, 200, 200]);
    expect((await readLog(simulator)).requests).toMatchObject([
      { vm: "vm-branch-02" },
      { vm: "vm-branch-03" },
      { vm: "vm-bad-01" },
    ]);
    expect((await vmView(simulator, "vm-branch-01")).rdp.kind).toBe("silent");
  });
});

describe("Azure's limits", () => {
  it("are counted for each subscription on its own, and for the list of subscriptions apart", async () => {
    const simulator = await simulate(twoSubscriptions({ throttling: "azure" }));

    await arm(simulator, `/subscriptions/${MAIN}`);
    await arm(simulator, `/subscriptions/${MAIN}`);
    const other = await arm(simulator, `/subscriptions/${SECOND}`);
    const none = await arm(simulator, "/subscriptions");

    expect(other.headers.get("x-ms-ratelimit-remaining-subscription-reads")).toBe("249");
    expect(none.headers.get("x-ms-ratelimit-remaining-tenant-reads")).toBe("249");
    expect(none.headers.get("x-ms-ratelimit-remaining-subscription-reads")).toBeNull();
  });
});

describe("a scenario with further subscriptions", () => {
  it.each([
    ["a VM's name twice", { vms: [aVm("vm-bad-01", "nic-x")] }, "vms: two have the same name"],
    ["a NIC's name twice", { vms: [aVm("vm-x", "NIC-Bad-01")] }, "nics: two have the same name"],
    ["a subscription's id twice", { id: MAIN }, "subscriptions: two have the same id"],
    [
      "a lock on the main subscription's VM",
      { locks: [{ level: "ReadOnly" as const, vm: "vm-bad-01" }] },
      "subscriptions.0.locks.0.vm: nothing here is named vm-bad-01",
    ],
    [
      "an address outside of its own subnets",
      { network: { subnets: [{ name: "a", prefixes: ["10.40.1.0/24"] }] } },
      "subscriptions.0.vms.1.nics.0.ipConfigurations.0.address: lies in no prefix of a",
    ],
  ])("is refused with %s", (_what, changes, message) => {
    const scenario = twoSubscriptions({ subscriptions: [{ ...aBranch(), ...changes }] });

    expect(() => parseScenario(scenario)).toThrow(message);
  });
});

function aVm(name: string, nic: string): ScenarioInput["vms"][number] {
  return { name, nics: [{ name: nic, ipConfigurations: [{ address: "10.40.1.8" }] }] };
}

describe("the simulator's own API", () => {
  it("names every subscription, and shows and finds their VMs by name", async () => {
    const simulator = await simulate(twoSubscriptions());

    const overview = await admin(simulator, "");
    await admin(simulator, "/vms/vm-branch-02/power", { body: { state: "stopped" } });

    expect(overview.body).toMatchObject({
      subscriptionId: MAIN,
      subscriptions: [
        { id: MAIN, name: "Subscription 1", resourceGroup: "rg-fleet" },
        { id: SECOND, name: "Branches", resourceGroup: "rg-fleet" },
      ],
    });
    expect(await vmView(simulator, "vm-branch-02")).toMatchObject({ power: "stopped" });
  });
});
