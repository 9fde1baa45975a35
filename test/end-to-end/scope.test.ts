import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { anAlert } from "../signals/payloads.ts";
import { Fleet } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";
import { settledSignal } from "./shown-signals.ts";

const PATIENT = {
  REMEDIATOR_PROBE_COUNT: "2",
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1.5",
  REMEDIATOR_GUEST_READ_SECONDS: "30",
  REMEDIATOR_GUEST_SWITCH_SECONDS: "30",
  REMEDIATOR_SNAPSHOT_TIMEOUT_SECONDS: "30",
  REMEDIATOR_DEAD_MAN_SECONDS: "60",
};
const READ = "runCommand.post read-guest";
const SWITCH = "runCommand.post switch-to-dhcp";

const acceptedSchema = z.object({ accepted: z.array(z.object({ signalId: z.string() })) });
const planSchema = z.object({
  plan: z.object({ kind: z.string(), remedies: z.array(z.object({ kind: z.string() })) }),
});

/** A VM that an alert names, and what becomes of it. */
interface ScopeRow {
  readonly title: string;
  readonly vm: VmInput;
  readonly outcome: string;
  /** Requests that write, in the order of their names. */
  readonly writes: readonly string[];
  /** Said in the outcome's message, next step or remarks. */
  readonly says: string;
}

const UNTOUCHED = { writes: [] };
const READ_ONLY = { writes: [READ, "snapshot.delete", "snapshot.put"] };

const ROWS: readonly ScopeRow[] = [
  {
    title: "a VM without the tag",
    vm: aBrokenVm("vm-untagged", 20, { tags: {} }),
    outcome: "refused not-opted-in",
    says: "REMEDIATOR_SCOPE",
    ...UNTOUCHED,
  },
  {
    title: "a VM that is opted out",
    vm: aBrokenVm("vm-out", 21, { tags: { "Static-IP-Remediator": "OFF" } }),
    outcome: "refused opted-out",
    says: "static-ip-remediator: off",
    ...UNTOUCHED,
  },
  {
    title: "a deallocated VM",
    vm: aBrokenVm("vm-deallocated", 22, { power: "deallocated" }),
    outcome: "refused vm-not-running",
    says: "Start the VM",
    ...UNTOUCHED,
  },
  {
    title: "a VM with an ephemeral OS disk",
    vm: aBrokenVm("vm-ephemeral", 23, { osDisk: "ephemeral" }),
    outcome: "refused ephemeral-os-disk",
    says: "no snapshot of it can be taken",
    ...UNTOUCHED,
  },
  {
    title: "a VM with an unmanaged OS disk",
    vm: aBrokenVm("vm-unmanaged", 24, { osDisk: "unmanaged" }),
    outcome: "refused unmanaged-os-disk",
    says: "Take a snapshot of the page blob",
    ...UNTOUCHED,
  },
  {
    title: "a VM that forwards packets",
    vm: forwarding(aBrokenVm("vm-router", 25)),
    outcome: "refused role-ip-forwarding",
    says: "network appliance",
    ...UNTOUCHED,
  },
  {
    title: "a domain controller",
    vm: aBrokenVm("vm-dc", 26, { guest: { roles: ["domainController"] } }),
    outcome: "refused role-domain-controller",
    says: "a domain controller",
    ...READ_ONLY,
  },
  {
    title: "a cluster node",
    vm: aBrokenVm("vm-node", 27, { guest: { roles: ["clusterNode"] } }),
    outcome: "refused role-cluster-node",
    says: "a cluster node",
    ...READ_ONLY,
  },
  {
    title: "a VM which another run holds",
    vm: aBrokenVm("vm-held", 28),
    outcome: "refused other-run",
    says: "inc-of-another-host",
    ...READ_ONLY,
  },
  {
    title: "a VM whose address is right and whose RDP is silent",
    vm: { ...aHealthyVm("vm-silent", 29), guest: { rdpListening: false } },
    outcome: "needsHuman rdp-silent-address-right",
    says: "TermService",
    writes: ["runCommand.post look-further", READ, "snapshot.patch", "snapshot.put"],
  },
  {
    title: "a VM whose address is right, with no route to it",
    vm: aHealthyVm("vm-far", 30),
    outcome: "healthy healthy",
    says: "RDP was not proven from here (no-route",
    ...READ_ONLY,
  },
  {
    title: "a VM whose address is right behind a rule that denies RDP",
    vm: behindRule(aHealthyVm("vm-denied", 31)),
    outcome: "refused nsg",
    says: "Rule no-rdp of NSG nsg-denied denies the probe",
    ...READ_ONLY,
  },
];

describe.concurrent("what is left alone", () => {
  let fleet: Fleet;
  let observer: Fleet;

  beforeAll(async () => {
    [fleet, observer] = await Promise.all([
      Fleet.start(
        aScenario(
          [
            ...ROWS.map(({ vm }) => vm),
            twoAddresses("vm-two", 40),
            aBrokenVm("vm-dry", 42),
            aBrokenVm("vm-blind", 43),
            aBrokenVm("vm-again", 44),
            aBrokenVm("vm-out-asked", 45, { tags: { "static-ip-remediator": "off" } }),
            aBrokenVm("vm-asked", 46, { tags: {} }),
          ],
          {
            faults: [{ kind: "noRoute", vm: "vm-far", count: "always" }],
            securityGroups: [
              {
                name: "nsg-denied",
                rules: [{ name: "no-rdp", priority: 100, access: "Deny", ports: ["3389"] }],
              },
            ],
          },
        ),
        PATIENT,
      ),
      Fleet.start(aScenario([aBrokenVm("vm-watched", 10), aHealthyVm("vm-neighbour", 11)]), {
        ...PATIENT,
        REMEDIATOR_MODE: "observe",
      }),
    ]);
    await holdByAnotherRun("vm-held");
    await Promise.all(ROWS.map(async ({ vm }) => await alert(fleet, vm.name)));
  });

  afterAll(async () => {
    await Promise.all([fleet.close(), observer.close()]);
  });

  it.each(ROWS)("$title: $outcome", async ({ vm, outcome, writes, says }) => {
    const incident = await fleet.outcomeOf(vm.name);

    const { kind, code, message, nextStep, remarks } = outcomeIn(incident);
    expect(`${kind} ${code}`).toBe(outcome);
    expect([message, nextStep, ...remarks].join("\n")).toContain(says);
    expect(incident.ledger).toEqual([]);
    expect(await writesTo(fleet, vm.name)).toEqual(writes);
    expect(await changesOf(fleet, vm.name)).toEqual([]);
  });

  it("a VM that is opted out, against the operator too", async () => {
    const signal = await settledSignal(fleet, await fleet.heal("vm-out-asked"));

    expect(signal.state).toBe("taken");
    expect(outcomeIn(await closed(fleet, signal.incidentId))).toMatchObject({
      kind: "refused",
      code: "opted-out",
    });
    expect(await writesTo(fleet, "vm-out-asked")).toEqual([]);
  });

  it("a VM without the tag, until an operator asks", async () => {
    const signal = await settledSignal(fleet, await fleet.heal("vm-asked"));

    expect(outcomeIn(await closed(fleet, signal.incidentId))).toMatchObject({ kind: "healed" });
  });

  it("several IP configurations that are static by right", async () => {
    const signal = await settledSignal(fleet, await alert(fleet, "vm-two"));

    expect(signal).toMatchObject({ state: "ignored", reason: "healthy" });
    expect(await fleet.incidents("vm-two")).toEqual([]);

    const asked = await settledSignal(fleet, await fleet.heal("vm-two"));

    expect(outcomeIn(await closed(fleet, asked.incidentId))).toMatchObject({
      kind: "healthy",
      code: "static-multi-address",
    });
    expect(await writesTo(fleet, "vm-two")).toEqual([READ]);
    expect(await changesOf(fleet, "vm-two")).toEqual([]);
  });

  it("everything in an operator's dry run, which tells the plan", async () => {
    const signal = await settledSignal(fleet, await fleet.heal("vm-dry", { dryRun: true }));

    const incident = await closed(fleet, signal.incidentId);
    expect(incident.mode).toBe("dryRun");
    expect(outcomeIn(incident)).toMatchObject({ kind: "refused", code: "dry-run" });
    expect(await planOf(fleet, incident.id)).toEqual(["guestDhcp"]);
    expect(await writesTo(fleet, "vm-dry")).toEqual([READ]);
    expect(await changesOf(fleet, "vm-dry")).toEqual([]);
  });

  it("Windows too in a dry run that reads no guest", async () => {
    const asked = { dryRun: true, readGuest: false };
    const signal = await settledSignal(fleet, await fleet.heal("vm-blind", asked));

    expect(outcomeIn(await closed(fleet, signal.incidentId))).toMatchObject({
      kind: "needsHuman",
      code: "guest-unreadable",
    });
    expect(await writesTo(fleet, "vm-blind")).toEqual([]);
  });

  it("everything while the mode is observe, which tells the plan, also if an operator asks", async () => {
    await alert(observer, "vm-watched");

    const incident = await observer.outcomeOf("vm-watched");

    expect(outcomeIn(incident)).toMatchObject({ kind: "refused", code: "observe" });
    expect(await planOf(observer, incident.id)).toEqual(["guestDhcp"]);
    expect(await writesTo(observer, "vm-watched")).toEqual([READ]);
    expect(await changesOf(observer, "vm-watched")).toEqual([]);

    const asked = await settledSignal(observer, await observer.heal("vm-watched"));

    expect(outcomeIn(await closed(observer, asked.incidentId))).toMatchObject({ code: "observe" });
    expect(await changesOf(observer, "vm-watched")).toEqual([]);
  });

  it("a VM that was changed a short while ago, unless an operator asks", async () => {
    await alert(fleet, "vm-again");
    expect(outcomeIn(await fleet.outcomeOf("vm-again"))).toMatchObject({ kind: "healed" });
    await fleet.admin("/vms/vm-again/guest", {
      static: { addresses: ["10.40.1.144/23"], gateway: "10.40.0.1" },
    });

    const second = await settledSignal(fleet, await alert(fleet, "vm-again"));

    expect(second).toMatchObject({ state: "ignored", reason: "cool-down" });
    expect(await fleet.incidents("vm-again")).toHaveLength(1);

    const asked = await settledSignal(fleet, await fleet.heal("vm-again"));

    expect(outcomeIn(await closed(fleet, asked.incidentId))).toMatchObject({ kind: "healed" });
    const writes = await writesTo(fleet, "vm-again");
    expect(writes.filter((write) => write === SWITCH)).toHaveLength(2);
  });

  /** Somebody else's host took a snapshot of the VM's OS disk a moment ago, and is still at work. */
  async function holdByAnotherRun(vm: string): Promise<void> {
    const vmId = fleet.vmId(vm);
    const disk = await osDiskOf(vmId);
    const snapshots = vmId.replace(/virtualMachines\/.*$/u, "snapshots");
    const answer = await arm(`${snapshots}/sir-other`, {
      location: "westeurope",
      tags: { createdBy: "static-ip-remediator", incidentId: "inc-of-another-host" },
      sku: { name: "Standard_ZRS" },
      properties: {
        incremental: true,
        creationData: { createOption: "Copy", sourceResourceId: disk },
      },
    });
    expect(answer.status).toBeLessThan(300);
    await fetch(`${fleet.simulator.armEndpoint}/_simulator/log`, { method: "DELETE" });
  }

  async function osDiskOf(vmId: string): Promise<string> {
    const body: unknown = await (await arm(vmId)).json();
    const vmSchema = z.object({
      properties: z.object({
        storageProfile: z.object({
          osDisk: z.object({ managedDisk: z.object({ id: z.string() }) }),
        }),
      }),
    });
    return vmSchema.parse(body).properties.storageProfile.osDisk.managedDisk.id;
  }

  async function arm(id: string, body?: unknown): Promise<Response> {
    const { armEndpoint, token } = fleet.simulator;
    return await fetch(`${armEndpoint}${id}?api-version=2025-01-01`, {
      method: body === undefined ? "GET" : "PUT",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
});

let alerts = 0;

/** Sends a fired alert of its own on a VM; gives its signal's id. */
async function alert(fleet: Fleet, vm: string): Promise<string> {
  alerts += 1;
  const body = anAlert({ alertId: `/alerts/${alerts}`, alertTargetIDs: [fleet.vmId(vm)] });
  const answer = await fleet.api("/api/alerts", body);
  const [accepted] = acceptedSchema.parse(answer.body).accepted;
  return accepted?.signalId ?? "";
}

type Incident = Awaited<ReturnType<Fleet["incidents"]>>[number];

/** Waits until the incident of that id is closed. */
async function closed(fleet: Fleet, incidentId: string | undefined): Promise<Incident> {
  return await fleet.until(`the end of ${incidentId}`, 45, async () => {
    const found = await fleet.incident(incidentId ?? "");
    return found.closedAt === null ? null : found;
  });
}

function outcomeIn({ outcome }: Incident): NonNullable<Incident["outcome"]> {
  if (outcome === null) {
    throw new Error("The incident has no outcome.");
  }
  return outcome;
}

/** Kinds of the remedies that an incident's plan names. */
async function planOf(fleet: Fleet, incidentId: string): Promise<readonly string[]> {
  const { body } = await fleet.api(`/api/incidents/${incidentId}`);
  return planSchema.parse(body).plan.remedies.map(({ kind }) => kind);
}

/** Requests about a VM that are no reads, in the order of their names. */
async function writesTo(fleet: Fleet, vm: string): Promise<readonly string[]> {
  const { requests } = await fleet.log(vm);
  return (
    requests
      .filter(({ method }) => method !== "GET" && method !== "CONNECT")
      // Asked for by POST and HEAD, and only read.
      .filter(({ operation }) => operation !== "vm.bootDiagnostics" && operation !== "blob.get")
      .map(({ operation, script }) => [operation, script ?? ""].join(" ").trim())
      .toSorted()
  );
}

/** What happened to a VM and its guest, snapshots left out. */
async function changesOf(fleet: Fleet, vm: string): Promise<readonly string[]> {
  const { effects } = await fleet.log(vm);
  return effects.map(({ kind }) => kind).filter((kind) => !kind.startsWith("snapshot"));
}

/** A VM with two IP configurations, which Windows has as static addresses. */
function twoAddresses(name: string, n: number): VmInput {
  const addresses = [`10.40.0.${n}`, `10.40.0.${n + 1}`];
  return {
    ...aHealthyVm(name, n),
    nics: [
      {
        ipConfigurations: addresses.map((address) => ({ address, allocation: "Static" as const })),
        adapter: {
          static: { addresses: addresses.map((address) => `${address}/23`), gateway: "10.40.0.1" },
        },
      },
    ],
  };
}

function forwarding(vm: VmInput): VmInput {
  return { ...vm, nics: vm.nics.map((nic) => ({ ...nic, ipForwarding: true })) };
}

function behindRule(vm: VmInput): VmInput {
  return { ...vm, nics: vm.nics.map((nic) => ({ ...nic, securityGroup: "nsg-denied" })) };
}
