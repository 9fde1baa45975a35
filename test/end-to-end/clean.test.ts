import { readdirSync, rmSync } from "node:fs";
import path from "node:path";

import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import type { Incident } from "../../shared/domain/incident.ts";
import { openSqliteStore } from "../../shared/incidents/sqlite/sqlite-store.ts";
import { anIncident } from "../builders.ts";
import { anEntry } from "../incidents/ledger-entry.ts";
import { Fleet } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";
import { addressOf, readNic } from "./shown-nics.ts";

/** A busy machine may answer late; a VM that restarts is up at once. */
const PATIENT = {
  REMEDIATOR_ALLOW: "restarts",
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1",
  REMEDIATOR_SETTLE_SECONDS: "6",
};
const LONG_AGO = "2025-01-01T00:00:00.000Z";

const stateSchema = z.object({
  snapshots: z.array(z.object({ name: z.string(), tags: z.record(z.string(), z.string()) })),
});
const heldSchema = z.object({ id: z.number(), state: z.string() });

describe("the cleaner of a host", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.close();
  });

  async function start(vms: readonly VmInput[], more: Partial<ScenarioInput> = {}): Promise<void> {
    fleet = await Fleet.start(aScenario([...vms, aHealthyVm("vm-control", 250)], more), PATIENT);
  }

  async function clean(): Promise<void> {
    await fetch(`${fleet.url}/admin/functions/clean`, { method: "POST" });
  }

  async function snapshots(): Promise<readonly string[]> {
    const { snapshots: shown } = stateSchema.parse(await fleet.admin("/state"));
    return shown.map(({ name }) => name);
  }

  /** Puts incidents on record as an earlier host would have. */
  async function remember(...incidents: readonly Incident[]): Promise<void> {
    const store = await openSqliteStore(path.join(fleet.folder, "incidents.db"));
    for (const incident of incidents) {
      await store.openIncident(incident);
    }
    await store.close();
  }

  it("deletes what is needless and what a person let expire, and leaves what is needed or foreign", async () => {
    const vms = [
      aBrokenVm("vm-refused", 10, { guest: { roles: ["domainController"] } }),
      aBrokenVm("vm-expired", 11),
      aBrokenVm("vm-kept", 12),
    ];
    await start(vms, {
      faults: [
        {
          kind: "error",
          operation: "snapshot.delete",
          vm: "vm-refused",
          status: 403,
          code: "AuthorizationFailed",
        },
      ],
    });
    await fleet.admin("/subscriptions", { kind: "alerts", url: `${fleet.url}/api/alerts` });
    for (const vm of ["vm-refused", "vm-expired", "vm-kept"]) {
      await fleet.admin("/alerts", { vm });
    }
    const [refused, expired, kept] = await Promise.all(
      ["vm-refused", "vm-expired", "vm-kept"].map(async (vm) => await fleet.outcomeOf(vm)),
    );
    await putSnapshot("sir-foreign", { incidentId: "inc-elsewhere", expiresOn: LONG_AGO });
    await tagSnapshot(await nameOf("vm-expired"), {
      incidentId: expired?.id ?? "",
      expiresOn: LONG_AGO,
    });

    await clean();
    await fleet.until("the deletions", 30, async () =>
      (await snapshots()).length === 2 ? true : null,
    );

    expect(refused?.outcome?.kind).toBe("refused");
    expect(kept?.outcome?.kind).toBe("healed");
    expect((await snapshots()).map((name) => name.replace(/-[0-9a-f]{16}$/u, ""))).toEqual(
      expect.arrayContaining(["sir-vm-kept", "sir-foreign"]),
    );
    await fleet.until("the record of it", 20, async () => {
      const { body } = await fleet.api(`/api/incidents/${expired?.id}`);
      const shown = z.object({ backup: z.object({ state: z.string() }) }).parse(body);
      return shown.backup.state === "deleted" ? true : null;
    });
  });

  async function nameOf(vm: string): Promise<string> {
    return (await snapshots()).find((name) => name.startsWith(`sir-${vm}-`)) ?? "";
  }

  async function arm(name: string, method: string, body: object): Promise<void> {
    const { armEndpoint, token } = fleet.simulator;
    const id = fleet
      .vmId("x")
      .replace("virtualMachines/x", `snapshots/${name}?api-version=2024-03-02`);
    const answer = await fetch(`${armEndpoint}${id}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(answer.ok).toBe(true);
  }

  async function tagSnapshot(name: string, tags: object): Promise<void> {
    await arm(name, "PATCH", { tags: { createdBy: "static-ip-remediator", ...tags } });
  }

  async function putSnapshot(name: string, tags: object): Promise<void> {
    const sourceResourceId = fleet.vmId("x").replace("virtualMachines/x", "disks/vm-kept-os");
    await arm(name, "PUT", {
      location: "westeurope",
      tags: { createdBy: "static-ip-remediator", ...tags },
      properties: { creationData: { createOption: "Copy", sourceResourceId } },
    });
  }

  it("closes incidents without an end whose runs are gone, and forgets what is old", async () => {
    await start([]);
    const vmId = fleet.vmId("vm-control").toLowerCase();
    const lost = anIncident({
      id: "inc-lost",
      vmId,
      openedAt: LONG_AGO,
      ledger: [anEntry({ state: "open", undo: "Put that back." })],
    });
    const young = anIncident({ id: "inc-young", vmId, openedAt: new Date().toISOString() });
    const old = anIncident({ id: "inc-old", vmId, openedAt: LONG_AGO, closedAt: LONG_AGO });
    await remember(lost, young, old);

    await clean();
    const closed = await fleet.until("the lost incident's end", 30, async () => {
      const incident = await fleet.incident("inc-lost");
      return incident.closedAt === null ? null : incident;
    });
    await fleet.until("the old incident's end", 30, async () =>
      (await fleet.api("/api/incidents/inc-old")).status === 404 ? true : null,
    );

    expect(closed.outcome).toMatchObject({ kind: "needsHuman", code: "run-lost" });
    expect(closed.outcome?.nextStep).toContain("Put that back.");
    expect((await fleet.incident("inc-young")).closedAt).toBeNull();
    expect(await snapshots()).toEqual([]);
  });

  it("leaves incidents alone whose runs go on", async () => {
    await start([aBrokenVm("vm-a", 10)]);
    const before = heldSchema.parse(
      await fleet.admin("/holds", { operation: "snapshot.put", when: "after", vm: "vm-a" }),
    );
    await fleet.heal("vm-a");
    await fetch(`${fleet.simulator.armEndpoint}/_simulator/holds/${before.id}?wait=40`);
    const [open] = await fleet.incidents("vm-a");
    const id = open?.id ?? "";

    await clean();
    await fleet.until("a round of cleaning", 30, async () => {
      const route = "/runtime/webhooks/durabletask/instances/clean-up";
      const { body } = await fleet.api(route);
      // There is none yet while the round has not begun.
      const shown = z.object({ runtimeStatus: z.literal("Completed") }).safeParse(body);
      return shown.success ? true : null;
    });
    const meanwhile = await fleet.incident(id);
    await fleet.clearHolds();
    const { outcome } = await fleet.outcomeOf("vm-a");

    expect(meanwhile.closedAt).toBeNull();
    expect(outcome?.kind).toBe("healed");
  });

  it("starts the run that puts a NIC back which a lost run left in the middle of a reset", async () => {
    await start([aBrokenVm("vm-a", 10, { guest: { taskRegistration: false } })]);
    const hold = heldSchema.parse(
      await fleet.admin("/holds", { operation: "nic.put", when: "after", vm: "vm-a" }),
    );
    await fleet.heal("vm-a");
    await fetch(`${fleet.simulator.armEndpoint}/_simulator/holds/${hold.id}?wait=60`);
    const [swapped] = addressOf(await readNic(fleet, "vm-a"));
    await fleet.killHost();
    await fleet.clearHolds();
    for (const file of readdirSync(fleet.folder).filter((name) => !name.startsWith("incidents."))) {
      rmSync(path.join(fleet.folder, file), { recursive: true, force: true });
    }
    await fleet.startHost();

    await clean();
    await fleet.until("the NIC's own address", 60, async () =>
      addressOf(await readNic(fleet, "vm-a"))[0] === "10.40.0.10" ? true : null,
    );

    expect(swapped).not.toBe("10.40.0.10");
    await fleet.until("the ledger's end", 30, async () => {
      const [incident] = await fleet.incidents("vm-a");
      const states = (incident?.ledger ?? [])
        .filter(({ remedy }) => remedy === "nicReset")
        .map(({ state }) => state);
      return states.join() === "undone" ? true : null;
    });
  });
});
