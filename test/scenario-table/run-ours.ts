import { setTimeout as pause } from "node:timers/promises";

import { z } from "zod";

import { incidentSchema, incidentsSchema } from "../../local/cli/host/host-schema.ts";
import { Fleet } from "../end-to-end/fleet.ts";
import { recordedRights, type Recorded } from "../rights/recorded.ts";
import { observe, type Doing, type Observed } from "./doing.ts";
import { minutesOfRun } from "./duration.ts";
import type { Stage } from "./stage.ts";

/** What the table's VMs' owners allow, and short waits; a busy machine may answer late. */
const SETTINGS = {
  REMEDIATOR_ALLOW: "console,restarts,restarts-unread",
  REMEDIATOR_PROBE_COUNT: "2",
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: "3",
  REMEDIATOR_GUEST_READ_SECONDS: "8",
  REMEDIATOR_GUEST_SWITCH_SECONDS: "20",
  REMEDIATOR_SNAPSHOT_TIMEOUT_SECONDS: "30",
  REMEDIATOR_SETTLE_SECONDS: "4",
  REMEDIATOR_UNREAD_SILENCE_SECONDS: "1",
};

const LONGEST_RUN_SECONDS = 160;
const LOOK_MS = 150;

const held = z.object({ id: z.number(), state: z.string() });

/** What was done on a stage, and the rights that it took. */
export interface OurRun extends Pick<Recorded, "rights" | "forbidden"> {
  readonly doings: readonly Doing[];
}

/** An operator asks for every VM of the stage at once, on one host with the deployed role; says what became of each. */
export async function runOurs(stage: Stage): Promise<OurRun> {
  const fleet = await Fleet.start(stage.scenario, SETTINGS);
  try {
    const observed = await observe(fleet.simulator.armEndpoint);
    const hold = stage.killedAfterNicWrite === true ? await holdNicWrite(fleet) : null;
    await Promise.all(
      stage.vms.map(async ({ id }) => {
        await fleet.api("/api/heal", { vmId: id });
      }),
    );
    await untilClosed(fleet, stage.vms.length, hold);
    const doings = await Promise.all(
      stage.vms.map(async ({ name }) => await doingOf(fleet, name, observed)),
    );
    return { doings, ...(await recordedRights(fleet.simulator.armEndpoint)) };
  } finally {
    await fleet.close();
  }
}

async function holdNicWrite(fleet: Fleet): Promise<number> {
  return held.parse(await fleet.admin("/holds", { operation: "nic.put", when: "after" })).id;
}

/** Waits for all outcomes; the host dies at the held request, if it comes, and starts again. */
async function untilClosed(fleet: Fleet, count: number, hold: number | null): Promise<void> {
  let awaited = hold;
  await fleet.until(`${count} outcomes`, LONGEST_RUN_SECONDS, async () => {
    await pause(LOOK_MS);
    if (
      awaited !== null &&
      held.parse(await fleet.admin(`/holds/${awaited}`)).state === "reached"
    ) {
      awaited = null;
      await fleet.killHost();
      await fleet.clearHolds();
      await fleet.startHost();
    }
    return (await incidentsOf(fleet)).filter(({ closedAt }) => closedAt !== null).length === count
      ? true
      : null;
  });
}

async function incidentsOf(fleet: Fleet): Promise<z.output<typeof incidentsSchema>["incidents"]> {
  return incidentsSchema.parse((await fleet.api("/api/incidents?limit=500")).body).incidents;
}

async function doingOf(fleet: Fleet, vm: string, observed: Observed): Promise<Doing> {
  const [found, second] = (await incidentsOf(fleet)).filter(({ vmName }) => vmName === vm);
  if (found === undefined || second !== undefined) {
    throw new Error(`${vm} has not exactly one incident.`);
  }
  const { body } = await fleet.api(`/api/incidents/${found.id}`);
  const { outcome, diagnoses, ledger, steps, probe } = incidentSchema.parse(body);
  const names = steps.map(({ name }) => name);
  const { requests: _, ...seen } = await observed.seen(vm);
  return {
    ...seen,
    outcome: outcome === null ? "none" : `${outcome.kind} ${outcome.code}`,
    diagnoses: diagnoses.map(({ kind }) => kind),
    remedies: ledger.map(({ remedy, state }) => `${remedy} ${state}`),
    minutes: minutesOfRun({
      steps: names,
      isAnswered: probe?.kind === "answers",
      isUnread: !steps
        .slice(0, names.indexOf("restartCheck"))
        .some(({ name, state }) => name === "guestRead" && state === "done"),
      awaitsSilence: ledger.length === 0 || names.includes("consoleRead"),
    }),
  };
}
