import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { runStatus } from "../../../shared/incidents/run-status.ts";
import type { LocalHost } from "../../host/host.ts";
import { followIncident } from "../run/follow.ts";
import type { RunEnd, Watch } from "../run/follow.ts";

const POLL_MS = 100;
const ENDED = new Set(["Completed", "Failed", "Terminated"]);
const NOTHING_YET = { steps: [] };
const vmInput = z.object({ vmId: z.string() });
const answered = z.object({ kind: z.literal("answered") });

/**
 * Shows the run of a VM whose alert is on its way. Nobody tells the sender of an alert which signal became of it, so the
 * run is found among those of the host.
 */
export async function followVm(
  watch: Watch,
  host: Pick<LocalHost, "client">,
  vmId: string,
): Promise<RunEnd> {
  while (!watch.leave.aborted) {
    const run = host.client
      .list()
      .find(({ name, input }) => name === "healVm" && isOf(input, vmId));
    const status = runStatus(run?.customStatus);
    const incidentId = status?.incidentId ?? null;
    if (incidentId !== null) {
      return await followIncident(watch, incidentId);
    }
    watch.view.show(status ?? NOTHING_YET);
    if (run !== undefined && ENDED.has(run.runtimeStatus)) {
      return withoutIncident(run.output);
    }
    await sleep(POLL_MS, undefined, { signal: watch.leave }).catch(() => undefined);
  }
  return { kind: "left", incident: null };
}

function isOf(input: unknown, vmId: string): boolean {
  const parsed = vmInput.safeParse(input);
  return parsed.success && parsed.data.vmId === vmId.toLowerCase();
}

function withoutIncident(output: unknown): RunEnd {
  if (answered.safeParse(output).success) {
    return { kind: "ignored", reason: "healthy", message: "It answers on RDP: nothing to do." };
  }
  const message = output === null ? "Its run found no signal to answer." : JSON.stringify(output);
  return { kind: "ignored", reason: "no-incident", message };
}
