import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { decodeNicEvents } from "../../shared/signals/nic-events.ts";
import { aNicWrite, aWriteData, anAlert } from "../signals/payloads.ts";
import { Fleet, type ShownIncident } from "./fleet.ts";
import { aBrokenVm, aScenario } from "./scenarios.ts";
import {
  eventGridPath,
  nicIdOf,
  readSignal,
  settledSignal,
  SWEEP_SECONDS,
  type ShownSignal,
} from "./shown-signals.ts";

const PATIENT = {
  REMEDIATOR_PROBE_COUNT: "2",
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1",
  REMEDIATOR_GUEST_READ_SECONDS: "30",
  REMEDIATOR_GUEST_SWITCH_SECONDS: "30",
  REMEDIATOR_SNAPSHOT_TIMEOUT_SECONDS: "30",
  REMEDIATOR_DEAD_MAN_SECONDS: "60",
};
/** Runs under way at the same time. */
const AT_ONCE = 10;
/** VMs for each kind of signal: more than a heal makes requests. */
const VMS = 40;
/** A run that a NIC write starts asks for the NIC's VM first, and then how that does. */
const MORE_AFTER_WRITE = 2;
/** No run makes so many requests. */
const NEVER = 1000;

type Kind = "alert" | "NIC write" | "heal" | "dry run";
const KINDS: readonly Kind[] = ["alert", "NIC write", "heal", "dry run"];

const acceptedSchema = z.object({ accepted: z.array(z.object({ signalId: z.string() })) });
const holdSchema = z.object({ id: z.number(), state: z.string() });

/** What became of a run's own signal and of the one that came at its n-th request; `late`: the run had ended by then. */
interface Injected {
  readonly vm: string;
  readonly nth: number;
  readonly late: boolean;
  readonly first: ShownSignal;
  readonly second: ShownSignal;
  /** Oldest first. */
  readonly incidents: readonly ShownIncident[];
}

describe("one more signal, at each request of a run", () => {
  let fleet: Fleet;
  let requests = 0;

  beforeAll(async () => {
    const vms = KINDS.flatMap((kind) => Array.from({ length: VMS }, (_, n) => vmOf(kind, n)));
    fleet = await Fleet.start(
      aScenario(["vm-counted", ...vms].map((vm, n) => aBrokenVm(vm, 10 + n))),
      PATIENT,
    );
    await send("alert", "vm-counted");
    await fleet.outcomeOf("vm-counted");
    ({ length: requests } = (await fleet.log("vm-counted")).requests);
    if (requests + MORE_AFTER_WRITE >= VMS) {
      throw new Error(`A heal makes ${requests} requests: more VMs are needed.`);
    }
  });

  afterAll(async () => {
    await fleet.close();
  });

  it(
    "is answered by the run if it is an alert, or falls into the cool-down",
    async () => {
      const all = await injectAtEach("alert");

      for (const { first, second, incidents } of all) {
        expect(incidents).toHaveLength(1);
        expect([first.incidentId, "cool-down"]).toContain(second.incidentId ?? second.reason);
      }
      expectSome(all, ({ second }) => second.state === "taken");
      expectSome(all, ({ second, late }) => second.reason === "cool-down" && late);
    },
    60_000 + SWEEP_SECONDS * 1000,
  );

  it(
    "is answered by the run if it is a NIC write from before the facts were read",
    async () => {
      const all = await injectAtEach("NIC write");

      for (const { first, second, incidents } of all) {
        expect(incidents).toHaveLength(1);
        expect([first.incidentId, "cool-down"]).toContain(second.incidentId ?? second.reason);
      }
      expectSome(all, ({ second }) => second.state === "taken");
      expectSome(all, ({ second, late }) => second.reason === "cool-down" && !late);
    },
    60_000 + SWEEP_SECONDS * 1000,
  );

  it(
    "is answered by the run if it is an operator's, or by a run of its own",
    async () => {
      const all = await injectAtEach("heal");

      for (const { first, second, incidents } of all) {
        expect(second.state).toBe("taken");
        const outcomes = incidents.map(({ outcome }) => outcome?.kind);
        const own = second.incidentId !== first.incidentId;
        expect(outcomes).toEqual(own ? ["healed", "healthy"] : ["healed"]);
      }
      expectSome(all, ({ first, second }) => second.incidentId === first.incidentId);
      expectSome(all, ({ first, second, late }) => second.incidentId !== first.incidentId && late);
    },
    60_000 + SWEEP_SECONDS * 1000,
  );

  it(
    "gets a run of its own if it is a dry run",
    async () => {
      const all = await injectAtEach("dry run");

      for (const { first, second, incidents } of all) {
        expect(incidents.map(({ id }) => id)).toEqual([first.incidentId, second.incidentId]);
        expect(incidents.map(({ mode, outcome }) => `${mode} ${outcome?.kind}`)).toEqual([
          "heal healed",
          "dryRun healthy",
        ]);
      }
    },
    60_000 + SWEEP_SECONDS * 1000,
  );

  /** One run for each request that a run makes, and one whose second signal comes when it has ended; each gets its second signal there. */
  async function injectAtEach(kind: Kind): Promise<readonly Injected[]> {
    const last = requests + (kind === "NIC write" ? MORE_AFTER_WRITE : 0);
    const waiting = [...Array.from({ length: last }, (_, index) => index + 1), NEVER];
    const all: Injected[] = [];
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let nth = waiting.shift(); nth !== undefined; nth = waiting.shift()) {
          all.push(await injectAt(kind, nth, vmOf(kind, waiting.length)));
        }
      }),
    );
    for (const { vm, first, incidents } of all) {
      const { effects } = await fleet.log(vm);
      const kinds = effects.map((effect) => effect.kind);
      expect({
        vm,
        first: first.incidentId,
        snapshots: kinds.filter((effect) => effect === "snapshotCreated").length,
        switches: kinds.filter((effect) => effect === "dhcpSwitched").length,
      }).toEqual({ vm, first: incidents[0]?.id, snapshots: 1, switches: 1 });
    }
    expectSome(all, ({ late }) => !late);
    return all;
  }

  async function injectAt(kind: Kind, nth: number, vm: string): Promise<Injected> {
    const hold = holdSchema.parse(await fleet.admin("/holds", { vm, nth, when: "before" }));
    const first = await send(kind === "NIC write" ? kind : "alert", vm);
    const late = !(await isReached(hold.id, first));
    if (late) {
      // Otherwise an operator's own request, which reads the VM, would be held.
      await release(hold.id);
    }
    const second = await send(kind, vm);
    await release(hold.id);
    const settled = {
      first: await settledSignal(fleet, first),
      second: await settledSignal(fleet, second),
    };
    for (const { incidentId } of Object.values(settled)) {
      await fleet.until(`the end of ${incidentId}`, 60, async () => await isOver(incidentId));
    }
    const incidents = await fleet.incidents(vm);
    return { vm, nth, late, ...settled, incidents: incidents.toReversed() };
  }

  async function release(hold: number): Promise<void> {
    await fleet.admin(`/holds/${hold}/release`, {});
  }

  /** Waits until the run stands at the held request; false if the signal's run ended without one. */
  async function isReached(hold: number, signalId: string): Promise<boolean> {
    return await fleet.until(`hold ${hold}`, 60, async () => {
      const { state } = holdSchema.parse(await fleet.admin(`/holds/${hold}?wait=0.2`));
      if (state !== "waiting") {
        return true;
      }
      const signal = await readSignal(fleet, signalId);
      const over = signal?.state === "taken" && (await isOver(signal.incidentId)) === true;
      return over ? false : null;
    });
  }

  /** Whether the incident of that id is closed, if there is one; null: not yet. */
  async function isOver(incidentId: string | undefined): Promise<true | null> {
    const incident = incidentId === undefined ? null : await fleet.incident(incidentId);
    return incident !== null && incident.closedAt === null ? null : true;
  }

  /** Sends a signal of its own about a VM; gives its id. */
  async function send(kind: Kind, vm: string): Promise<string> {
    sent += 1;
    switch (kind) {
      case "alert": {
        const body = anAlert({ alertId: `/alerts/${sent}`, alertTargetIDs: [fleet.vmId(vm)] });
        const answer = await fleet.api("/api/alerts", body);
        return acceptedSchema.parse(answer.body).accepted[0]?.signalId ?? "";
      }
      case "NIC write": {
        const resourceUri = nicIdOf(fleet, vm);
        const event = aNicWrite({ id: `write-${sent}`, data: aWriteData({ resourceUri }) });
        await fleet.api(eventGridPath("nicChanged"), [event]);
        const [decoded] = decodeNicEvents(event, { receivedAt: "", ownIdentity: null });
        return decoded?.signal.id ?? "";
      }
      case "heal":
        return await fleet.heal(vm);
      case "dry run":
        return await fleet.heal(vm, { dryRun: true });
    }
  }
});

let sent = 0;

function vmOf(kind: Kind, n: number): string {
  return `vm-${kind.replace(" ", "-").toLowerCase()}-${n}`;
}

/** At least one of them is like this: the places at which signals came were spread as the test wants. */
function expectSome(all: readonly Injected[], isSo: (one: Injected) => boolean): void {
  expect(all.filter(isSo)).not.toEqual([]);
}
