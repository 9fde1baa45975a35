import { isOptedIn, outOfScope } from "../../shared/diagnosis/out-of-scope.ts";
import { AzureRequestError } from "../../shared/domain/errors.ts";
import type { Probe } from "../../shared/domain/facts.ts";
import { inParallel } from "../../shared/domain/in-parallel.ts";
import type { Silence } from "../../shared/domain/silence.ts";
import { readAzureFacts } from "../../shared/facts/azure-facts.ts";
import { explainSilence } from "../../shared/facts/explain-silence.ts";
import type { InventoryVm } from "../../shared/facts/inventory-vm.ts";
import {
  probeListed,
  ROUND_SOCKETS,
  turnsAfter,
  type RoundAnswer,
  type RoundTime,
} from "../../shared/facts/probe-round.ts";
import { probeTargets } from "../../shared/facts/probe.ts";
import type { IncidentStore } from "../../shared/incidents/store.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue, Tell } from "./catalogue.ts";
import { countSilentRound, isLeftToPeople } from "./silences.ts";

/** How old the lists of VMs may be, in seconds: Azure is asked for them every five minutes, not every minute. */
const OLDEST_LISTS = 300;

/** Explaining a silence opens up to four connections: to the VM, and to three others of its subnet. */
const EXPLAINED_AT_ONCE = ROUND_SOCKETS / 4;

/** A call, as the VMs of a minute take turns. */
interface Turns {
  readonly services: Services;
  readonly records: IncidentStore;
  readonly time: RoundTime;
  /** VMs that were silent before, by id in lower case. */
  readonly silences: ReadonlyMap<string, Silence>;
  readonly tell: Tell;
}

/**
 * Probes a few of the opted-in VMs whose turn it is, counts those which are silent, and raises the signals of those which
 * were for long. Key: VM and minute, in which a silent round counts once.
 */
export async function probeTurns(
  { minute, after }: ActivityCatalogue["probeTurns"]["input"],
  services: Services,
  tell: Tell,
): Promise<ActivityCatalogue["probeTurns"]["output"]> {
  const { probeRoundMinutes: roundMinutes, scope, probe } = services.settings;
  if (roundMinutes === 0) {
    return { raised: [], after: null, roundMinutes };
  }
  const time = { minute, roundMinutes };
  const { vms } = await services.inventory(OLDEST_LISTS);
  const optedIn = vms.filter((vm) => isOptedIn(vm, { scope }));
  const asked = turnsAfter(after, optedIn, time);
  const answers = await probeListed(asked, vms, probe);
  const records = await services.store();
  const silences = await silencesOf(records, optedIn);
  const turns = { services, records, time, silences, tell };
  const raised = await inParallel(asked, EXPLAINED_AT_ONCE, async (vm) => {
    const answer = answers[asked.indexOf(vm)] ?? "unknown";
    return (await takeTurn(turns, vm, answer)) ? [keyOf(vm)] : [];
  });
  const last = asked.length < ROUND_SOCKETS ? undefined : asked.at(-1);
  return { raised: raised.flat(), after: last === undefined ? null : keyOf(last), roundMinutes };
}

/** The known silences; those of VMs that are gone, or not opted in any more, are forgotten. */
async function silencesOf(
  records: IncidentStore,
  vms: readonly InventoryVm[],
): Promise<ReadonlyMap<string, Silence>> {
  const ids = new Set(vms.map(keyOf));
  const known = await records.silences();
  const gone = known.map(({ vmId }) => vmId).filter((vmId) => !ids.has(vmId));
  if (gone.length > 0) {
    await records.endSilences(gone);
  }
  return new Map(known.map((silence) => [silence.vmId, silence]));
}

/** Counts what a VM said; whether a signal was raised for it. */
async function takeTurn(turns: Turns, vm: InventoryVm, answer: RoundAnswer): Promise<boolean> {
  const { records, time, silences } = turns;
  const vmId = keyOf(vm);
  const silence = silences.get(vmId);
  const said = answer === "no-answer" ? await explained(turns, vm, silence) : answer;
  if (said === "answers" && silence !== undefined) {
    await records.endSilences([vmId]);
  }
  return said === "silent" && (await countSilentRound(records, vmId, time));
}

/** Whether a VM that did not answer is silent; one that people know of is not asked about again. */
async function explained(
  { services, records, time, tell }: Turns,
  { id }: InventoryVm,
  silence: Silence | undefined,
): Promise<Probe["kind"]> {
  if (silence !== undefined && (await isLeftToPeople(records, silence, time))) {
    return "unknown";
  }
  try {
    return await explain(id, services);
  } catch (error) {
    if (error instanceof AzureRequestError) {
      // One VM must not keep those after it from their turns; it has its next one in the next round.
      tell("silenceNotExplained", { vmId: id, code: error.code, message: error.message });
      return "unknown";
    }
    throw error;
  }
}

/** With fresh facts: the lists may be minutes old, and the VM stopped, opted out or readdressed since. */
async function explain(vmId: string, { azure, settings }: Services): Promise<Probe["kind"]> {
  const read = await readAzureFacts(await azure(), vmId, new Date().toISOString());
  if (read.kind === "not-found" || outOfScope(read.facts, settings, false) !== null) {
    return "unknown";
  }
  const address = probeTargets(read.facts, null).privateAddress;
  const target = { nicId: null, address };
  return (await explainSilence(await azure(), read.facts, target, settings.probe)).kind;
}

function keyOf(vm: InventoryVm): string {
  return vm.id.toLowerCase();
}
