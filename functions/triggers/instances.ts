import { createHash } from "node:crypto";

import type { DurableClient } from "durable-functions";

import { type IndirectTarget, targetText } from "../../shared/domain/signal.ts";
import { services } from "../services.ts";

/** Instance id of a VM's heal: the same for each spelling of its id, so that a VM never has two runs. */
export function healInstanceId(vmId: string): string {
  return `heal-${digest(vmId)}`;
}

/**
 * Starts the run of a VM, unless runs are paused: then its signals wait for the sweep after the pause. One that runs already
 * takes the VM's pending signals itself, as its last act at the latest.
 */
export async function startHeal(client: DurableClient, vmId: string): Promise<void> {
  const input = { vmId: vmId.toLowerCase() };
  await startUnlessPaused(client, "healVm", { instanceId: healInstanceId(vmId), input });
}

/** Starts the small run that finds the VM of a target and hands the target's signals on to the VM's run; not while paused. */
export async function startResolve(client: DurableClient, target: IndirectTarget): Promise<void> {
  const instanceId = `${target.kind}-${digest(targetText(target))}`;
  await startUnlessPaused(client, "resolveTarget", { instanceId, input: { target } });
}

/** Starts the probes of a minute (whole ones since 1970-01-01 UTC); while an earlier one goes on, that one catches up. Not while paused. */
export async function startProbeMinute(client: DurableClient, minute: number): Promise<void> {
  await startUnlessPaused(client, "probeMinute", { instanceId: "probe-minute", input: { minute } });
}

/** Instance id of the story that tells of an incident's end. */
export function tellingInstanceId(incidentId: string): string {
  return `told-${incidentId}`;
}

/** Starts to tell of an incident's end, paused or not: nothing is changed by it. */
export async function startTellClosed(
  client: DurableClient,
  input: { readonly incidentId: string; readonly retrySeconds: number },
): Promise<void> {
  const instanceId = tellingInstanceId(input.incidentId);
  await startOnce(client, "tellClosed", { instanceId, input });
}

/** Starts a round of cleaning; while an earlier one goes on, that one will do. */
export async function startClean(client: DurableClient): Promise<void> {
  await startOnce(client, "cleanUp", { instanceId: "clean-up", input: {} });
}

async function startUnlessPaused(
  ...[client, name, options]: Parameters<typeof startOnce>
): Promise<void> {
  if (!services().settings.paused) {
    await startOnce(client, name, options);
  }
}

/** A 409 is fine: of racing starts one wins, and no signal travels in a start's input. */
async function startOnce(
  client: DurableClient,
  name: string,
  options: { instanceId: string; input: unknown },
): Promise<void> {
  try {
    await client.startNew(name, options);
  } catch (error) {
    if (!(error instanceof Error && error.message.includes("status code: 409"))) {
      throw error;
    }
  }
}

function digest(id: string): string {
  return createHash("sha256").update(id.toLowerCase()).digest("hex").slice(0, 24);
}
