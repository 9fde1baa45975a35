import {
  readAzureFacts as read,
  readSubnets as readAll,
  vmState,
} from "../../shared/facts/azure-facts.ts";
import { explainSilence as explain } from "../../shared/facts/explain-silence.ts";
import { readHindrances as hindrancesOf } from "../../shared/facts/hindrances.ts";
import { probeNic } from "../../shared/facts/probe.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue } from "./catalogue.ts";

type In<Name extends keyof ActivityCatalogue> = ActivityCatalogue[Name]["input"];
type Out<Name extends keyof ActivityCatalogue> = Promise<ActivityCatalogue[Name]["output"]>;

/** The VM and its NICs, as Azure has them. Reads only. */
export async function readAzureFacts(
  { vmId }: In<"readAzureFacts">,
  { azure }: Services,
): Out<"readAzureFacts"> {
  return await read(await azure(), vmId, new Date().toISOString());
}

/** The same facts with their subnets. Reads only. */
export async function readSubnets(
  { facts }: In<"readSubnets">,
  { azure }: Services,
): Out<"readSubnets"> {
  return await readAll(await azure(), facts);
}

/** Locks in the way of a heal, and the health of Azure's platform under the VM. Reads only. */
export async function readHindrances(
  { facts }: In<"readHindrances">,
  { azure }: Services,
): Out<"readHindrances"> {
  return await hindrancesOf(await azure(), facts);
}

/** Whether the VM runs with a ready agent, and when that last reported. Reads only. */
export async function readVmState(
  { vmId }: In<"readVmState">,
  { azure }: Services,
): Out<"readVmState"> {
  const state = await vmState(await azure(), vmId);
  const running = state.kind === "found" && state.powerState === "running";
  const up = running && state.agentReady;
  return { running, up, agentReportedAt: state.kind === "found" ? state.agentReportedAt : null };
}

/** One RDP negotiation with the VM. Changes nothing. */
export async function probe(
  { facts, nicId }: In<"probe">,
  { azure, settings }: Services,
): Out<"probe"> {
  return await probeNic(await azure(), facts, nicId, settings.probe);
}

/** Why enough probes were not answered: is the VM silent, or can that not be told from here? Reads only. */
export async function explainSilence(
  { facts, nicId, address }: In<"explainSilence">,
  { azure, settings }: Services,
): Out<"explainSilence"> {
  const target = { nicId, address, confirmed: true };
  return await explain(await azure(), facts, target, settings.probe);
}
