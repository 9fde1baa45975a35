import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Delivery } from "./deliveries.ts";
import { Fleet } from "./fleet.ts";
import { noProcessMemory, processMemory } from "./host-memory.ts";
import { BROKEN, deliverAll, fiftyVms, inAnyOrder, PATIENT, WELL } from "./many-deliveries.ts";
import { SWEEP_SECONDS, settledSignal, type ShownSignal } from "./shown-signals.ts";
import { startSimulatorProcess } from "./simulator-process.ts";

/** How often something is told in all, and how often of that after every outcome. */
const TOLD = 1000;
const TOLD_LATE = TOLD / 5;
/** Longest wait for the outcomes, for machines that do much else. */
const OUTCOME_SECONDS = 180;
/** Methods of requests that change nothing and visit no guest; probes are CONNECTs. */
const READS = new Set(["GET", "CONNECT"]);
/** What the host may hold at most, in MB. */
const MOST_MB = 300;

/** Set DELIVERIES_SEED to the seed of a failure to see its order again. */
const seed = Number(process.env["DELIVERIES_SEED"] ?? Date.now() % 1_000_000);
const told = `seed ${seed}`;

describe(`${TOLD} deliveries about 50 VMs, repeated, late and out of order (${told})`, () => {
  let fleet: Fleet;
  const signals = new Map<string, ShownSignal>();
  const ignoredAs = new Map<string, string>();

  beforeAll(
    async () => {
      fleet = await Fleet.on(await startSimulatorProcess(fiftyVms()), PATIENT);
      const deliveries = inAnyOrder(fleet, TOLD, seed);
      await deliver(deliveries.slice(0, -TOLD_LATE));
      for (const vm of BROKEN) {
        await fleet.outcomeOf(vm, OUTCOME_SECONDS);
      }
      await deliver(deliveries.slice(-TOLD_LATE));
      for (const { signalIds, ignoredAs: reason } of deliveries) {
        if (reason !== null) {
          signalIds.forEach((id) => ignoredAs.set(id, reason));
        }
        for (const id of signalIds.filter((known) => !signals.has(known))) {
          signals.set(id, await settledSignal(fleet, id));
        }
      }
    },
    (OUTCOME_SECONDS + 60 + SWEEP_SECONDS) * 1000,
  );

  afterAll(async () => {
    await fleet.close();
  });

  it.each(BROKEN)("heal the broken %s once: one incident, one snapshot, one switch", async (vm) => {
    const incidents = await fleet.incidents(vm);
    const { effects, requests } = await fleet.log(vm);

    expect({
      told,
      outcomes: incidents.map(({ outcome }) => outcome?.kind),
      snapshots: effects.filter(({ kind }) => kind === "snapshotCreated").length,
      snapshotRequests: requests.filter(({ operation }) => operation === "snapshot.put").length,
      switches: effects.filter(({ kind }) => kind === "dhcpSwitched").length,
    }).toEqual({ told, outcomes: ["healed"], snapshots: 1, snapshotRequests: 1, switches: 1 });
  });

  it(`leave the ${WELL.length} healthy ones alone: no incident, no guest visit, no write`, async () => {
    const { effects, requests } = await fleet.log();
    const incidents = await fleet.incidents();

    const touched = WELL.filter(
      (vm) =>
        incidents.some(({ vmName }) => vmName === vm) ||
        effects.some((effect) => effect.vm === vm) ||
        requests.some(({ vm: name, method }) => name === vm && !READS.has(method)),
    );
    expect({ told, touched }).toEqual({ told, touched: [] });
  });

  it.skipIf(noProcessMemory() !== "")(
    `leave the host's memory below ${MOST_MB} MB at its peak${noProcessMemory()}`,
    () => {
      const { peakMb } = processMemory(fleet.hostPid);

      expect(peakMb).toBeLessThan(MOST_MB);
    },
  );

  it("leave every signal taken by its VM's incident, or ignored with the reason", async () => {
    const incidents = await fleet.incidents();
    const strays = [...signals.values()].filter((signal) => {
      const incident = incidents.find(({ vmId }) => vmId === signal.vmId);
      const expected = ignoredAs.get(signal.id);
      if (expected !== undefined) {
        return signal.reason !== expected;
      }
      return signal.state === "taken"
        ? signal.incidentId !== incident?.id
        : signal.reason !== (incident === undefined ? "healthy" : "cool-down");
    });

    expect({ told, strays }).toEqual({ told, strays: [] });
    expect(new Set([...signals.values()].map(({ state }) => state))).toEqual(
      new Set(["taken", "ignored"]),
    );
  });

  async function deliver(deliveries: readonly Delivery[]): Promise<void> {
    await deliverAll(fleet, deliveries, ({ title }, answer) => {
      expect({ told, title, answer }).toMatchObject({ answer: { status: 202 } });
    });
  }
});
