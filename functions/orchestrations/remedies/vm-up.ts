import type { Task } from "durable-functions";

import type { AzureFacts } from "../../../shared/domain/facts.ts";
import { nowOf, secondsFromNow, secondsUntil, sleep } from "../clock.ts";
import type { Run } from "../run.ts";
import { attempt } from "./reset-write.ts";

/** A VM that somebody stopped does not come up by waiting. */
const DEALLOCATED = new Set(["deallocated", "deallocating"]);

type Look = "up" | "not-yet" | "never";

/**
 * Waits until a VM is up after a write of its NIC: its agent has reported since, or RDP answers at the address that the NIC
 * has now; at most the settle time. Whether it restarts at all is unconfirmed, and does not matter here.
 */
export function* awaitVmUp(run: Run, nicId: string): Generator<Task, boolean, unknown> {
  const { context, settings } = run;
  const since = nowOf(context);
  run.story.begin("vmUp", "its agent reports, or RDP answers");
  const deadline = secondsFromNow(context, settings.settleSeconds);
  for (;;) {
    const look = yield* lookAt(run, nicId, since);
    if (look === "up") {
      run.story.end("vmUp", "the VM is up");
      return true;
    }
    if (look === "never" || secondsUntil(context, deadline) <= settings.pollSeconds) {
      run.story.end("vmUp", describe(look, settings.settleSeconds), { state: "failed" });
      return false;
    }
    yield* sleep(context, settings.pollSeconds);
  }
}

function* lookAt(run: Run, nicId: string, since: string): Generator<Task, Look, unknown> {
  const read = yield* attempt(run, "readAzureFacts", { vmId: run.vmId });
  if (!read.ok) {
    return "not-yet";
  }
  if (read.value.kind === "not-found") {
    return "never";
  }
  const { facts } = read.value;
  if (DEALLOCATED.has(facts.vm.powerState)) {
    return "never";
  }
  if (hasReported(facts, since)) {
    return "up";
  }
  const probe = yield* attempt(run, "probe", { facts, nicId });
  return probe.ok && probe.value.kind === "answers" ? "up" : "not-yet";
}

/** One that reported before the write may be that of a VM which is about to restart. */
function hasReported({ vm }: AzureFacts, since: string): boolean {
  return vm.agentReady && vm.agentReportedAt !== null && vm.agentReportedAt > since;
}

function describe(look: Look, seconds: number): string {
  return look === "never"
    ? "the VM does not run any more"
    : `neither agent nor RDP answered within ${seconds} s`;
}
