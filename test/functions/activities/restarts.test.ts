import { describe, expect, it } from "vitest";

import {
  readResetImpact,
  readRestartFacts,
  takeRestart,
} from "../../../functions/activities/restarts.ts";
import type { Services } from "../../../functions/services.ts";
import type { ScenarioInput } from "../../../local/simulator/scenario/scenario.ts";
import { AzureRequestError } from "../../../shared/domain/errors.ts";
import { requireResourceId, NIC_TYPE } from "../../../shared/domain/resource-id.ts";
import type { RestartFacts } from "../../../shared/domain/restart.ts";
import type { IncidentStore } from "../../../shared/incidents/store.ts";
import { aVm, simulatedAzure, type SimulatedAzure } from "../../azure/simulated-azure.ts";
import { anIncident, aNic, VM_ID } from "../../builders.ts";
import { anEntry } from "../../incidents/ledger-entry.ts";
import { aStore } from "./a-store.ts";
import { someServices } from "./services.ts";

interface Place {
  readonly simulated: SimulatedAzure;
  readonly store: IncidentStore;
  /** Asks for the facts of vm-till, which fell silent so many minutes ago. */
  readonly ask: (parts?: { minutes?: number; unread?: boolean }) => Promise<RestartFacts>;
}

async function aPlace(more: Partial<ScenarioInput> = {}, roundMinutes = 0): Promise<Place> {
  const simulated = await simulatedAzure({
    vms: [aVm("vm-till", "10.40.2.4"), aVm("vm-desk", "10.40.2.5")],
    ...more,
  });
  const store = await aStore();
  const given = someServices({ azure: simulated.azure, store });
  const settings = { ...given.settings, probeRoundMinutes: roundMinutes };
  const services: Services = { ...given, settings };
  return {
    simulated,
    store,
    async ask({ minutes = 1, unread = true } = {}) {
      const facts = await simulated.facts("vm-till");
      const nicId = facts.nics[0]?.id ?? "";
      return await readRestartFacts({ facts, nicId, silentSince: ago(minutes), unread }, services);
    },
  };
}

function ago(minutes: number): string {
  return new Date(Date.now() - minutes * 60_000).toISOString();
}

async function writeNic({ azure, nicId }: SimulatedAzure): Promise<void> {
  const { subscriptionId, resourceGroup, name } = requireResourceId(nicId("nic-till"), NIC_TYPE);
  const { networkInterfaces } = await azure.network(subscriptionId);
  const nic = await networkInterfaces.get(resourceGroup, name);
  await networkInterfaces.createOrUpdate(resourceGroup, name, nic);
}

describe("what decides about a restart", () => {
  it("of a calm VM speaks for it", async () => {
    const { ask } = await aPlace();

    const facts = await ask({ minutes: 16 });

    expect(facts).toMatchObject({ silentTogether: 1, writesByOthers: [], notTold: "" });
    expect(facts.unread).toMatchObject({ platform: { state: "Available" } });
    expect(facts.unread?.silentSeconds).toBeGreaterThanOrEqual(960);
    expect(facts.unread?.upSeconds).toBeGreaterThan(20 * 60);
  });

  it("asks Azure less where Windows was read", async () => {
    const { ask, simulated } = await aPlace();
    const before = (await simulated.operations()).length;

    const facts = await ask({ unread: false });

    const asked = (await simulated.operations()).slice(before);
    expect(facts.unread).toBeNull();
    expect(asked.filter((name) => name !== "subnet.get")).toEqual([
      "vm.get",
      "nic.get",
      "activityLog.list",
    ]);
  });

  it.each([
    ["POST", "/vms/vm-till/power", { state: "restarted" }, ""],
    ["POST", "/nics/nic-till", {}, "microsoft.network/networkinterfaces/write"],
    ["PATCH", "/vms/vm-till", { tags: {} }, "microsoft.compute/virtualmachines/write"],
  ])("shows that the VM may have started just now: %s %s %j", async (method, path, body, what) => {
    const { ask, simulated } = await aPlace();
    await simulated.admin(method, path, body);

    const { unread } = await ask();

    expect(unread?.upSeconds).toBeLessThan(60);
    expect(unread?.lastStart).toContain(what);
  });

  it("sees a start by the VM's own time where the log is slow", async () => {
    const { ask, simulated } = await aPlace({ activityLogDelaySeconds: 600 });
    await simulated.admin("POST", "/vms/vm-till/power", { state: "restarted" });

    const { unread } = await ask();

    expect(unread?.upSeconds).toBeLessThan(60);
    expect(unread?.lastStart).toBe("Azure's last operation on it");
  });

  it("shows a platform that has trouble, as it is now", async () => {
    const { ask, simulated } = await aPlace();
    await simulated.admin("PATCH", "/vms/vm-till", { health: { state: "Degraded" } });

    expect((await ask()).unread?.platform?.state).toBe("Degraded");
  });

  it("shows who else wrote the NIC, another tool with the same identity included", async () => {
    const { ask, simulated } = await aPlace();
    await simulated.admin("POST", "/nics/nic-till", {});
    await writeNic(simulated);

    const facts = await ask({ unread: false });

    expect(facts.writesByOthers).toHaveLength(2);
  });

  it("does not count a write that stands in our own ledger", async () => {
    const { ask, simulated, store } = await aPlace();
    const nicId = simulated.nicId("nic-till");
    const entry = anEntry({ remedy: "nicReset", nicId, openedAt: ago(1) });
    await store.openIncident(anIncident({ vmId: simulated.vmId("vm-till") }));
    await store.writeLedger("incident-0001", entry);
    await writeNic(simulated);

    expect((await ask({ unread: false })).writesByOthers).toEqual([]);
  });

  it("is not known where Azure does not let the log be read, which is said", async () => {
    const { ask } = await aPlace({
      role: { actions: ["*"], notActions: ["Microsoft.Insights/*"] },
    });

    const facts = await ask();

    expect(facts.writesByOthers).toBeNull();
    expect(facts.notTold).toContain("Cannot read the Activity Log of nic-till (403");
    expect(facts.unread?.upSeconds).toBeNull();
  });

  it("is asked for again where Azure has trouble that passes", async () => {
    const { ask } = await aPlace({ faults: [{ kind: "error", operation: "activityLog.list" }] });

    await expect(ask()).rejects.toThrow(AzureRequestError);
    expect((await ask()).writesByOthers).toEqual([]);
  });

  it("counts VMs of other incidents and of probe rounds that fell silent at the same time", async () => {
    const { ask, store } = await aPlace();
    for (const n of [1, 2, 3]) {
      const vmId = `${VM_ID}-${n}`;
      const times = { openedAt: ago(2), silentSince: ago(2) };
      await store.openIncident(anIncident({ id: `incident-${n}`, vmId, ...times }));
    }
    await store.countSilentRound(`${VM_ID}-4`, Math.floor(Date.now() / 60_000) - 3);
    await store.countSilentRound(`${VM_ID}-5`, Math.floor(Date.now() / 60_000) - 90);

    expect((await ask()).silentTogether).toBe(5);
  });

  it.each([
    ["counts silent probe rounds before the run's own first probe", [31, 16, 1], 31],
    ["does not count rounds that ended long ago", [60, 45], 1],
  ])("%s", async (_title, minutes, expected) => {
    const { ask, simulated, store } = await aPlace({}, 15);
    for (const minute of minutes) {
      const at = Math.floor(Date.now() / 60_000) - minute;
      await store.countSilentRound(simulated.vmId("vm-till"), at);
    }

    const { unread } = await ask();

    expect(Math.floor((unread?.silentSeconds ?? 0) / 60)).toBe(expected);
  });
});

it("takes a restart of the VM's subscription, once for an incident", async () => {
  const store = await aStore();
  await store.openIncident(anIncident({ id: "incident-1" }));
  const services = someServices({ store });

  const first = await takeRestart(
    { incidentId: "incident-1", vmId: VM_ID.toLowerCase() },
    services,
  );
  const again = await takeRestart({ incidentId: "incident-1", vmId: VM_ID }, services);
  const other = await takeRestart({ incidentId: "incident-2", vmId: VM_ID }, services);

  expect([first, again]).toEqual([{ kind: "taken" }, { kind: "taken" }]);
  expect(other).toEqual({ kind: "busy", incidentId: "incident-1" });
});

it("finds nothing that a reset would break where there is no security group", async () => {
  const { azure, facts } = await simulatedAzure({ vms: [aVm("vm-till", "10.40.2.4")] });
  const [nic = aNic()] = (await facts("vm-till")).nics;

  expect(await readResetImpact({ nic }, someServices({ azure }))).toEqual({
    nicId: nic.id,
    rules: [],
    records: [],
    unread: [],
  });
});
