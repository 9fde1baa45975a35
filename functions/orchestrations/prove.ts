import type { Task } from "durable-functions";

import { silentThough } from "../../shared/diagnosis/plan-for-right-guest.ts";
import type { Probe } from "../../shared/domain/facts.ts";
import type { Outcome } from "../../shared/domain/outcome.ts";
import { nowOf, sleep } from "./clock.ts";
import { probeUntilSure } from "./confirm-silence.ts";
import { lookFurther } from "./look-further.ts";
import { callFor, callOr, outcomeOf, type Run } from "./run.ts";

/**
 * Proves over RDP that the VM is reachable again; the guest's address is right already, so nothing is undone from here
 * on. Time to heal ends at the first proof; a second probe later is reported, not acted on.
 */
export function* prove(run: Run, message: string): Generator<Task, Outcome, unknown> {
  const { facts, settings, purpose, context } = run;
  if (facts === null) {
    throw new TypeError("A proof was asked for before the Azure facts were read.");
  }
  run.story.begin("proof", "RDP negotiation");
  const question = { facts, nicId: purpose.nicId, settings, unanswered: null };
  const probe = yield* unlessStopped(run, yield* probeUntilSure(context, question));
  run.probe = probe;
  run.story.end("proof", probe.detail, { state: probe.kind === "silent" ? "failed" : "done" });
  if (probe.kind === "silent") {
    const said = `${message} RDP still does not answer: ${probe.detail}`;
    const found = silentThough(said, facts, yield* lookFurther(run));
    run.remarks = [...run.remarks, ...found.remarks];
    return outcomeOf(run, "needsHuman", { ...found, code: "rdp-silent-address-right" });
  }
  run.provenAt = nowOf(context);
  if (probe.kind === "unknown") {
    run.remarks = [...run.remarks, `RDP was not proven from here: ${probe.detail}`];
  } else {
    yield* probeAgain(run);
  }
  return outcomeOf(run, "healed", { code: run.healedBy, message, nextStep: "" });
}

/** A VM that was stopped or deleted meanwhile says nothing about the heal. */
function* unlessStopped(run: Run, probe: Probe): Generator<Task, Probe, unknown> {
  if (probe.kind !== "silent") {
    return probe;
  }
  const { running } = yield* callOr(run, "readVmState", { vmId: run.vmId }, () => ({
    running: true,
    up: false,
    agentReportedAt: null,
  }));
  return running
    ? probe
    : { kind: "unknown", code: "not-probed", detail: "The VM does not run any more." };
}

function* probeAgain(run: Run): Generator<Task, void, unknown> {
  const { facts, settings, purpose, context } = run;
  if (facts === null || settings.secondProbeSeconds === 0) {
    return;
  }
  run.story.begin("secondProbe", `in ${settings.secondProbeSeconds} s`);
  yield* callFor(run, "saveIncident", {
    incidentId: run.incidentId,
    patch: { provenAt: run.provenAt, probe: run.probe, steps: run.story.steps },
  });
  yield* sleep(context, settings.secondProbeSeconds);
  const again = yield* callOr(run, "probe", { facts, nicId: purpose.nicId }, ({ message }) => ({
    kind: "no-answer",
    address: null,
    detail: message,
  }));
  const good = again.kind === "answers";
  run.story.end("secondProbe", again.detail, { state: good ? "done" : "failed" });
  if (!good) {
    run.remarks = [...run.remarks, `The second probe was not answered: ${again.detail}`];
  }
}
