import { once } from "node:events";
import { createServer } from "node:http";
import type { Duplex } from "node:stream";

import { expect, it, onTestFinished } from "vitest";

import { probeTurns } from "../../../functions/activities/probe-turns.ts";
import type { Services } from "../../../functions/services.ts";
import type { InventoryVm } from "../../../shared/facts/inventory-vm.ts";
import { readInventory } from "../../../shared/facts/inventory.ts";
import type { IncidentStore } from "../../../shared/incidents/store.ts";
import {
  aBrokenVm,
  aVm,
  simulatedAzure,
  type SimulatedAzure,
} from "../../azure/simulated-azure.ts";
import { anIncident } from "../../builders.ts";
import { aListedNic, aListedVm } from "../../facts/listed-vm.ts";
import { aStore } from "./a-store.ts";
import { someServices } from "./services.ts";

const ON = { tags: { "static-ip-remediator": "on" } };
const DENIED = {
  name: "nsg-denied",
  rules: [{ name: "no-rdp", priority: 100, access: "Deny" as const, ports: ["3389"] }],
};
const WELL = aVm("vm-well", "10.40.2.4", ON);

/** A world, and rounds of one minute in it, each of which has the newest inventory. */
interface Rounds {
  readonly simulated: SimulatedAzure;
  readonly store: IncidentStore;
  /** One more round; gives the names of the VMs for which a signal was raised. */
  readonly next: () => Promise<readonly string[]>;
  /** Silent rounds that are counted, by name of the VM. */
  readonly counted: () => Promise<Readonly<Record<string, number>>>;
}

async function startRounds(scenario: Parameters<typeof simulatedAzure>[0]): Promise<Rounds> {
  const simulated = await simulatedAzure(scenario);
  const store = await aStore();
  const { azure, endpoint } = simulated;
  const services = withRounds(
    someServices({ azure, store, inventory: async () => await readInventory(azure) }),
    { proxy: endpoint, minutes: 1 },
  );
  let minute = Math.floor(Date.now() / 60_000);
  return {
    simulated,
    store,
    next: async () => {
      minute += 1;
      const { raised } = await probeTurns({ minute, after: null }, services, () => undefined);
      return raised.map(nameOf);
    },
    counted: async () =>
      Object.fromEntries(
        (await store.silences()).map((silence) => [nameOf(silence.vmId), silence.rounds]),
      ),
  };
}

function withRounds(
  services: Services,
  { proxy, minutes }: { readonly proxy: string; readonly minutes: number },
): Services {
  const probe = { ...services.settings.probe, proxy, timeoutSeconds: 1 };
  return { ...services, settings: { ...services.settings, probe, probeRoundMinutes: minutes } };
}

function nameOf(vmId: string): string {
  return vmId.slice(vmId.lastIndexOf("/") + 1);
}

it("counts a silent VM that opted in, and raises its signal in the third round", async () => {
  const { next, counted, store, simulated } = await startRounds({
    vms: [WELL, aBrokenVm("vm-broken", "10.40.2.5", ON), aBrokenVm("vm-other", "10.40.2.6")],
  });

  const raised = [await next(), await next(), await next()];

  expect(raised).toEqual([[], [], ["vm-broken"]]);
  expect(await counted()).toEqual({ "vm-broken": 0 });
  expect(await store.pendingSignals(simulated.vmId("vm-broken"))).toHaveLength(1);
});

it("probes nobody who is stopped, opted out or not opted in", async () => {
  const { next, simulated } = await startRounds({
    vms: [
      WELL,
      aVm("vm-stopped", "10.40.2.5", { ...ON, power: "deallocated" }),
      aVm("vm-out", "10.40.2.6", { tags: { "static-ip-remediator": "off" } }),
      aVm("vm-not-asked", "10.40.2.7"),
    ],
  });

  await next();

  const { requests } = await simulated.log();
  const asked = requests.filter(({ method }) => method === "CONNECT").map(({ vm }) => vm);
  expect(asked).toEqual(["vm-well"]);
});

it("counts from one again after an answer", async () => {
  const { next, counted, simulated } = await startRounds({
    vms: [WELL, aBrokenVm("vm-broken", "10.40.2.5", ON)],
  });
  await next();
  await next();
  await simulated.admin("POST", "/vms/vm-broken/guest", { dhcp: true });
  await next();
  const afterAnswer = await counted();
  await simulated.admin("POST", "/vms/vm-broken/guest", {
    static: { addresses: ["10.40.2.99/24"], gateway: "10.40.2.1" },
  });

  expect([await next(), await next(), await next()]).toEqual([[], [], ["vm-broken"]]);
  expect(afterAnswer).toEqual({});
});

it("neither counts nor forgets where the silence is explained", async () => {
  const { next, counted, simulated } = await startRounds({
    vms: [
      WELL,
      aBrokenVm("vm-broken", "10.40.2.5", ON),
      {
        ...aVm("vm-denied", "10.40.2.6", ON),
        nics: [{ ipConfigurations: [{ address: "10.40.2.6" }], securityGroup: "nsg-denied" }],
      },
      aVm("vm-deaf", "10.40.2.7", { ...ON, guest: { rdpListening: false } }),
      {
        ...aBrokenVm("vm-router", "10.40.2.8", ON),
        nics: [
          {
            ipConfigurations: [{ address: "10.40.2.8" }],
            ipForwarding: true,
            adapter: { static: { addresses: ["10.40.2.98/24"], gateway: "10.40.2.1" } },
          },
        ],
      },
    ],
    securityGroups: [DENIED],
  });
  await next();
  await simulated.admin("POST", "/faults", { kind: "noRoute", vm: "vm-broken", nth: 1 });
  await next();

  expect(await counted()).toEqual({ "vm-broken": 1 });
  expect([await next(), await next()]).toEqual([[], ["vm-broken"]]);
});

it("asks Azure nothing about VMs in a network to which there is no way", async () => {
  const { next, counted, simulated } = await startRounds({
    vms: [aVm("vm-one", "10.40.2.4", ON), aVm("vm-two", "10.40.2.5", ON)],
    faults: [{ kind: "dropProbe", count: "always" }],
  });

  await next();

  const { requests } = await simulated.log();
  expect(await counted()).toEqual({});
  expect(requests.filter(({ operation }) => operation === "vm.get")).toEqual([]);
});

it("goes on with the others where Azure does not tell of one", async () => {
  const { next, counted } = await startRounds({
    vms: [WELL, aBrokenVm("vm-broken", "10.40.2.5", ON), aBrokenVm("vm-hidden", "10.40.2.6", ON)],
    faults: [{ kind: "throttle", operation: "vm.get", vm: "vm-hidden", count: "always" }],
  });

  await next();

  expect(await counted()).toEqual({ "vm-broken": 1 });
});

it("asks Azure nothing about a long silence that people know of", async () => {
  const { next, counted, simulated, store } = await startRounds({
    vms: [WELL, aBrokenVm("vm-broken", "10.40.2.5", ON)],
  });
  const vmId = simulated.vmId("vm-broken");
  await store.openIncident(anIncident({ vmId, openedAt: new Date().toISOString() }));
  const raised = [await next(), await next(), await next()];
  const { requests: before } = await simulated.log();

  raised.push(await next());

  const { requests } = await simulated.log();
  expect(raised.flat()).toEqual([]);
  expect(await counted()).toEqual({ "vm-broken": 3 });
  expect(requests.slice(before.length).filter(({ operation }) => operation === "vm.get")).toEqual(
    [],
  );
});

it("forgets the silence of a VM that opted out", async () => {
  const { next, counted, simulated } = await startRounds({
    vms: [WELL, aBrokenVm("vm-broken", "10.40.2.5", ON)],
  });
  await next();
  const before = await counted();
  const tags = { "static-ip-remediator": "off" };
  await simulated.admin("PATCH", "/vms/vm-broken", { tags });

  await next();

  expect(before).toEqual({ "vm-broken": 1 });
  expect(await counted()).toEqual({});
});

it("does nothing at all while rounds are off", async () => {
  const off = withRounds(someServices({}), { proxy: "http://127.0.0.1:9", minutes: 0 });

  const answer = await probeTurns({ minute: 1, after: null }, off, () => undefined);

  expect(answer).toEqual({ raised: [], after: null, roundMinutes: 0 });
});

it("has at most 16 connections open at once, and comes to all of 50 VMs", async () => {
  const proxy = await aSilentProxy();
  const vms = Array.from({ length: 50 }, (_, n): InventoryVm => {
    const nic = aListedNic(`nic-${n}`, { privateAddresses: [`10.40.2.${n + 4}`] });
    return aListedVm(`vm-${n}`, { ...ON, nics: [nic] });
  });
  const inventory = { readAt: new Date().toISOString(), vms, unseen: [] };
  const services = withRounds(
    someServices({
      store: await aStore(),
      inventory: async () => await Promise.resolve(inventory),
    }),
    { proxy: proxy.url, minutes: 1 },
  );

  let after: string | null = null;
  do {
    ({ after } = await probeTurns({ minute: 1, after }, services, () => undefined));
  } while (after !== null);

  expect(proxy.asked.size).toBe(50);
  expect(proxy.most()).toBe(16);
});

/** A CONNECT proxy that never answers, and counts who is there at once. */
async function aSilentProxy(): Promise<{
  readonly url: string;
  readonly asked: ReadonlySet<string>;
  readonly most: () => number;
}> {
  const server = createServer();
  const asked = new Set<string>();
  const open = new Set<Duplex>();
  let most = 0;
  server.on("connect", (request, socket: Duplex) => {
    asked.add(request.url ?? "");
    open.add(socket);
    most = Math.max(most, open.size);
    socket.on("error", () => undefined);
    socket.on("end", () => socket.destroy());
    socket.on("close", () => open.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return { url: `http://127.0.0.1:${port ?? 0}`, asked, most: () => most };
}
