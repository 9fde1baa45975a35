import { requireResourceId, VM_TYPE } from "../../shared/domain/resource-id.ts";
import type { UnreadFacts } from "../../shared/domain/restart.ts";
import type { Silence } from "../../shared/domain/silence.ts";
import { readResetImpact as impactOf } from "../../shared/facts/reset-impact.ts";
import { readLastStart, readNicLog, type LogReading } from "../../shared/facts/restart-signs.ts";
import { silentTogether, togetherSince } from "../../shared/incidents/silent-together.ts";
import { writesByOthers } from "../../shared/incidents/writes-by-others.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue } from "./catalogue.ts";

type In<Name extends keyof ActivityCatalogue> = ActivityCatalogue[Name]["input"];
type Out<Name extends keyof ActivityCatalogue> = Promise<ActivityCatalogue[Name]["output"]>;

/** A NIC that somebody else wrote less than this ago may be in the middle of that other reset. */
const OTHERS_SECONDS = 3600;

/** How many of a VM's newest incidents are looked at for own writes of its NICs. */
const RECENT = 20;

const MINUTE_MS = 60_000;

/** What decides whether a VM may be restarted now. Reads only. */
export async function readRestartFacts(
  input: In<"readRestartFacts">,
  services: Services,
): Out<"readRestartFacts"> {
  const { facts, nicId, silentSince } = input;
  const now = new Date().toISOString();
  const records = await services.store();
  const seconds = Math.max(OTHERS_SECONDS, services.settings.unreadUptimeSeconds);
  const azure = await services.azure();
  const nicLog = await readNicLog(azure, { facts, nicId, now, seconds });
  const incidents = await records.listIncidents({ vmId: facts.vm.id, limit: RECENT });
  const rounds = await records.silences();
  const known = [
    ...(await records.silentVms(togetherSince(silentSince, now))),
    ...rounds.map(({ vmId, firstMinute }) => ({ vmId, since: instantOf(firstMinute) })),
  ];
  const together = silentTogether(known, { vmId: facts.vm.id, since: silentSince, now });
  return {
    silentTogether: together,
    writesByOthers:
      nicLog.records === null ? null : writesByOthers(nicLog.records, incidents, nicId),
    notTold: nicLog.notTold,
    unread: input.unread
      ? await unreadFacts(input, services, { now, seconds, nicLog, rounds })
      : null,
  };
}

/** Takes one of the subscription's restarts for an incident. Key: the incident's id; it has one at most. */
export async function takeRestart(
  { incidentId, vmId }: In<"takeRestart">,
  { store }: Services,
): Out<"takeRestart"> {
  const { subscriptionId } = requireResourceId(vmId, VM_TYPE);
  const now = new Date().toISOString();
  return await (await store()).takeRestart({ incidentId, subscriptionId, now });
}

/** Where a NIC's address stands in security rules. Reads only. */
export async function readResetImpact(
  { nic }: In<"readResetImpact">,
  { azure }: Services,
): Out<"readResetImpact"> {
  return await impactOf(await azure(), nic);
}

async function unreadFacts(
  { facts, nicId, silentSince }: In<"readRestartFacts">,
  { azure, settings }: Services,
  seen: {
    readonly now: string;
    readonly seconds: number;
    readonly nicLog: LogReading;
    readonly rounds: readonly Silence[];
  },
): Promise<UnreadFacts> {
  const { now, seconds, nicLog, rounds } = seen;
  const question = { facts, nicId, now, seconds };
  const { newest, notTold, platform } = await readLastStart(await azure(), question, nicLog);
  const roundMinutes = settings.probeRoundMinutes;
  const starts = [silentSince, silentInRounds(rounds, facts.vm.id, { roundMinutes, now })];
  const ages = starts.map((instant) => (instant === null ? 0 : ageOf(instant, now)));
  const silentSeconds = Math.max(...ages);
  if (notTold !== "") {
    return { silentSeconds, upSeconds: null, lastStart: notTold, platform };
  }
  const upSeconds = newest === null ? seconds : ageOf(newest.at, now);
  return { silentSeconds, upSeconds, lastStart: newest?.what ?? "", platform };
}

/** Since when probe rounds found a VM silent without a break; rounds that ended long ago say nothing of now. */
function silentInRounds(
  rounds: readonly Silence[],
  vmId: string,
  { roundMinutes, now }: { readonly roundMinutes: number; readonly now: string },
): string | null {
  const found = rounds.find((silence) => silence.vmId === vmId.toLowerCase());
  const newest = found === undefined ? null : instantOf(found.lastMinute);
  const fresh = newest !== null && ageOf(newest, now) <= 2 * roundMinutes * 60;
  return found !== undefined && fresh ? instantOf(found.firstMinute) : null;
}

function instantOf(minute: number): string {
  return new Date(minute * MINUTE_MS).toISOString();
}

function ageOf(instant: string, now: string): number {
  return Math.max(0, (Date.parse(now) - Date.parse(instant)) / 1000);
}
