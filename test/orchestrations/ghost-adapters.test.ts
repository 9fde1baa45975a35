import { setTimeout as pause } from "node:timers/promises";

import type { OrchestrationContext, Task } from "durable-functions";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import * as further from "../../functions/activities/further.ts";
import * as incidents from "../../functions/activities/incidents.ts";
import { tellOfGhosts } from "../../functions/orchestrations/remedies/ghost-adapters.ts";
import { beginRun, type Run } from "../../functions/orchestrations/run.ts";
import type { Services } from "../../functions/services.ts";
import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { AzureRequestError } from "../../shared/domain/errors.ts";
import type { IncidentStore } from "../../shared/incidents/store.ts";
import { readSettings, type Allowance } from "../../shared/settings.ts";
import { purposeOf } from "../../shared/signals/purpose.ts";
import { aVm, simulatedAzure, type SimulatedAzure } from "../azure/simulated-azure.ts";
import { anIncident, aSignal } from "../builders.ts";
import { aStore } from "../functions/activities/a-store.ts";
import { someServices } from "../functions/activities/services.ts";

interface Scheduled {
  /** Null: a timer. */
  readonly name: keyof typeof ACTIVITIES | null;
  readonly input: unknown;
}

type Activity = (input: never, services: Services) => Promise<unknown>;

const ACTIVITIES = {
  startGhosts: further.startGhosts as Activity,
  pollGhosts: further.pollGhosts as Activity,
  writeLedger: incidents.writeLedger as Activity,
};

const state = z.object({
  vms: z.array(
    z.object({
      guest: z.object({
        adapters: z.array(z.object({ name: z.string() })),
        ghosts: z.array(z.object({ name: z.string() })),
      }),
    }),
  ),
});

/** A VM whose NIC was changed twice, so that Windows remembers two adapters; and a run that has healed it. */
async function afterResets(
  allowed: readonly Allowance[],
  more: Partial<ScenarioInput> = {},
): Promise<{ simulated: SimulatedAzure; run: Run; services: Services; store: IncidentStore }> {
  const simulated = await simulatedAzure({ vms: [aVm("vm-till", "10.40.2.7")], ...more });
  await simulated.admin("POST", "/nics/nic-till", { address: "10.40.2.8" });
  await simulated.admin("POST", "/nics/nic-till", { address: "10.40.2.7" });
  const store = await aStore();
  const services = someServices({ azure: simulated.azure, store });
  const run = aRun(simulated.vmId("vm-till"), allowed);
  run.facts = await simulated.facts("vm-till");
  await store.openIncident(anIncident({ id: run.incidentId, vmId: run.vmId }));
  return { simulated, run, services, store };
}

function aRun(vmId: string, allowed: readonly Allowance[]): Run {
  const df = {
    instanceId: "heal-1",
    get currentUtcDateTime() {
      return new Date();
    },
    newGuid: () => "0b7c1e52-0000-0000-0000-000000000000",
    setCustomStatus: () => undefined,
    callActivity: (name: string, input: unknown) => ({ name, input }),
    createTimer: () => ({ name: null, input: null }),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the parts of the context that are used
  const context = { df } as unknown as OrchestrationContext;
  const purpose = purposeOf([aSignal()]);
  if (purpose === null) {
    throw new Error("One signal must have a purpose.");
  }
  const { probe, ...rest } = readSettings({
    REMEDIATOR_MODE: "heal",
    REMEDIATOR_GUEST_READ_SECONDS: "2",
    REMEDIATOR_POLL_SECONDS: "0.05",
    REMEDIATOR_RETRY_SECONDS: "0.05",
  });
  const probing = {
    probeCount: probe.count,
    probeWindowSeconds: probe.windowSeconds,
    consoleLogin: false,
  };
  const run = beginRun(context, vmId, { purpose, settings: { ...rest, ...probing, allowed } });
  const snapshot = {
    snapshotId: "s",
    snapshotName: "s",
    createdAt: run.openedAt,
    expiresAt: run.openedAt,
    state: "complete",
  } as const;
  run.backup = { kind: "complete", record: snapshot };
  return run;
}

/** Runs the story as the engine would, with the real activities. */
async function drive(
  story: Generator<Task, readonly string[], unknown>,
  services: Services,
): Promise<readonly string[]> {
  let step = story.next();
  while (step.done !== true) {
    step = story.next(await resultOf(step.value, services));
  }
  return step.value;
}

async function resultOf(task: unknown, services: Services): Promise<unknown> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the context above makes them
  const { name, input } = task as Scheduled;
  if (name === null) {
    await pause(20);
    return null;
  }
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the catalogue types both ends
    return { ok: true, value: await ACTIVITIES[name](input as never, services) };
  } catch (error) {
    if (error instanceof AzureRequestError) {
      const { code, message, nextStep, retryable, retryAfterSeconds } = error;
      return { ok: false, failure: { code, message, nextStep, retryable, retryAfterSeconds } };
    }
    throw error;
  }
}

async function guestOf(simulated: SimulatedAzure): Promise<{ adapters: string; ghosts: string }> {
  const [vm] = state.parse(await simulated.admin("GET", "/state")).vms;
  return { adapters: names(vm?.guest.adapters), ghosts: names(vm?.guest.ghosts) };
}

function names(devices: readonly { readonly name: string }[] = []): string {
  return devices.map(({ name }) => name).join(", ");
}

async function ledgerOf(run: Run, store: IncidentStore): Promise<readonly string[]> {
  const incident = await store.getIncident(run.incidentId);
  return (incident?.ledger ?? []).map(({ remedy, state: ended }) => `${remedy} ${ended}`);
}

describe("ghosts after a NIC reset", () => {
  it("are told and left where the settings do not allow their removal", async () => {
    const { simulated, run, services, store } = await afterResets([]);

    const remarks = await drive(tellOfGhosts(run), services);

    expect(remarks).toEqual([
      expect.stringMatching(
        /^There are 2 adapters that Windows remembers: "Microsoft Hyper-V Network Adapter", "Microsoft Hyper-V Network Adapter #2"\..*REMEDIATOR_ALLOW=ghosts/u,
      ),
    ]);
    expect(await guestOf(simulated)).toEqual({
      adapters: "Ethernet 3",
      ghosts: "Ethernet, Ethernet 2",
    });
    expect(await ledgerOf(run, store)).toEqual([]);
  });

  it("are removed where they are allowed, each with its intent in the ledger before", async () => {
    const { simulated, run, services, store } = await afterResets(["ghosts"]);
    const atRemoval: (readonly string[])[] = [];
    const story = tellOfGhosts(run);
    let step = story.next();
    while (step.done !== true) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the context above makes them
      const { name } = step.value as unknown as Scheduled;
      if (name === "startGhosts") {
        atRemoval.push(await ledgerOf(run, store));
      }
      step = story.next(await resultOf(step.value, services));
    }

    expect(step.value).toEqual([expect.stringContaining("Removed from Windows")]);
    expect(await guestOf(simulated)).toEqual({ adapters: "Ethernet 3", ghosts: "" });
    expect(atRemoval).toEqual([[], ["ghostAdapters open", "ghostAdapters open"]]);
    expect(await ledgerOf(run, store)).toEqual(["ghostAdapters done", "ghostAdapters done"]);
    const { effects } = await simulated.log();
    expect(effects.filter(({ kind }) => kind === "ghostRemoved")).toHaveLength(2);
  });

  it.each([
    [
      "the run only looks",
      (run: Run) => ({ ...run, purpose: { ...run.purpose, mode: "dryRun" as const } }),
    ],
    ["the backup is not complete", (run: Run) => ({ ...run, backup: null })],
  ])("are left where %s", async (_what, changed) => {
    const { simulated, run, services } = await afterResets(["ghosts"]);

    await drive(tellOfGhosts(changed(run)), services);

    expect((await guestOf(simulated)).ghosts).toBe("Ethernet, Ethernet 2");
  });

  it("that Windows does not let go stay, and are told", async () => {
    const { run, services, store } = await afterResets(["ghosts"], {
      faults: [
        {
          kind: "guestTrouble",
          operation: "runCommand.post",
          script: "remove-ghosts",
          what: ["removeDevice"],
          count: "always",
        },
      ],
    });

    const remarks = await drive(tellOfGhosts(run), services);

    expect(remarks).toEqual([expect.stringContaining("There are 2 adapters left")]);
    expect(await ledgerOf(run, store)).toEqual([
      "ghostAdapters untouched",
      "ghostAdapters untouched",
    ]);
  });

  it("whose removal gives no answer are unknown in the ledger, and fail nothing", async () => {
    const { run, services, store } = await afterResets(["ghosts"], {
      faults: [{ kind: "stuck", operation: "runCommand.post", script: "remove-ghosts", nth: 2 }],
    });

    const remarks = await drive(tellOfGhosts(run), services);

    expect(remarks).toEqual([expect.stringContaining("did not answer in time")]);
    expect(await ledgerOf(run, store)).toEqual(["ghostAdapters unknown", "ghostAdapters unknown"]);
  });

  it("that cannot be listed are a remark", async () => {
    const { run, services } = await afterResets(["ghosts"], {
      faults: [
        {
          kind: "error",
          operation: "runCommand.post",
          status: 403,
          code: "AuthorizationFailed",
          count: "always",
        },
      ],
    });

    expect(await drive(tellOfGhosts(run), services)).toEqual([
      expect.stringContaining("could not be settled"),
    ]);
  });
});

it("says nothing where Windows remembers none", async () => {
  const simulated = await simulatedAzure({ vms: [aVm("vm-till", "10.40.2.7")] });
  const services = someServices({ azure: simulated.azure, store: await aStore() });

  const run = aRun(simulated.vmId("vm-till"), ["ghosts"]);

  expect(await drive(tellOfGhosts(run), services)).toEqual([]);
});
