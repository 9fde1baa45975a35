import type { Diagnosis, Plan, PlannedRemedy, Refusal, RemedyKind } from "../domain/diagnosis.ts";
import type { GuestReading } from "../domain/facts.ts";
import type { FurtherLook } from "../domain/other-causes.ts";
import type { RunMode } from "../domain/signal.ts";
import { describeRemedies } from "./describe-remedies.ts";
import { explainedByRule } from "./explained-by-rule.ts";
import { manualSteps } from "./manual-steps.ts";
import { outOfScope, type Policy } from "./out-of-scope.ts";
import { planForRightGuest } from "./plan-for-right-guest.ts";
import { refusalByGuest } from "./refusal-by-guest.ts";
import type { ResetInput } from "./reset-refusal.ts";
import { leftOutReset, treatmentOf, type Treatment } from "./treatment.ts";

/** Everything that a plan depends on. */
export interface PlanInput extends Policy, ResetInput {
  /** The run's own incident; its dead-man task does not count as another run's. */
  readonly incidentId: string;
  /** Of `diagnose()`: primary NIC first. */
  readonly diagnoses: readonly Diagnosis[];
  /** An operator asked, which counts as opt-in. */
  readonly operator: boolean;
  readonly runMode: RunMode;
  readonly mode: "heal" | "observe";
  /** Remedies which this version has and the settings allow. */
  readonly available: readonly RemedyKind[];
  /** NICs whose static address this incident's own ledger shows that we set. */
  readonly setByUs: readonly string[];
  /** What Windows says of Remote Desktop, once that was looked at; only the words of a plan depend on it. */
  readonly further?: FurtherLook | undefined;
}

interface Case {
  readonly diagnosis: Diagnosis;
  readonly treatment: Treatment;
}

/**
 * Decides what to do about a VM. The same input gives the same plan.
 *
 * Several NICs: a primary NIC that needs a person stops everything, since RDP and the agent hang on it and a change
 * elsewhere would only blur the picture. A secondary NIC that needs a person does not keep the others from being healed.
 */
export function planFor(input: PlanInput): Plan {
  const [first] = input.diagnoses;
  const refusal = outOfScope(input.azure, input, input.operator);
  if (refusal !== null) {
    return refuse(first ?? null, refusal);
  }
  if (first === undefined) {
    return refuse(null, {
      code: "no-nic",
      message: `Azure names no NIC of VM ${input.azure.vm.name}, so there is nothing to compare.`,
      nextStep: "Look at the VM's network settings in Azure, then ask again.",
    });
  }
  const cases = input.diagnoses.map((diagnosis) => ({
    diagnosis,
    treatment: treatmentOf(diagnosis, input),
  }));
  return planCases(cases, first, input);
}

function planCases(cases: readonly Case[], first: Diagnosis, input: PlanInput): Plan {
  const [healed] = diagnosesOf(cases, "remedies");
  const [troubled] = diagnosesOf(cases, "human");
  const faulty = cases.find(({ treatment }) => treatment.kind !== "leave")?.diagnosis;
  if (faulty === undefined) {
    return planForRightGuest(first, input);
  }
  const refusal = refusalByGuest(input.guest, input.incidentId);
  if (refusal !== null) {
    return refuse(faulty, refusal);
  }
  if (healed === undefined || troubled === first) {
    return wasSpared(input.guest) ? askToRead(faulty) : withoutRemedy(faulty, cases, input);
  }
  return heal(healed, cases, input);
}

/** Whether Windows was left unread because the operator wanted it so; nothing says that it could not be read. */
function wasSpared(guest: GuestReading): boolean {
  return guest.kind === "unreadable" && guest.code === "not-read";
}

function askToRead(faulty: Diagnosis): Plan {
  return {
    kind: "human",
    diagnosis: faulty,
    code: faulty.kind,
    message: `${faulty.message} Without that nobody can say what is wrong.`,
    nextStep: "Ask again and let Windows be read: its script is read-only and changes nothing.",
    remarks: [],
  };
}

/** Where Windows cannot be read and a rule denies the probe, nothing says that the VM is cut off. */
function withoutRemedy(faulty: Diagnosis, cases: readonly Case[], input: PlanInput): Plan {
  const explained =
    faulty.kind === "guest-unreadable" ? explainedByRule(input.probe, faulty.message) : null;
  return explained === null ? callPerson(faulty, cases, input) : refuse(faulty, explained);
}

function callPerson(faulty: Diagnosis, cases: readonly Case[], input: PlanInput): Plan {
  const forPeople = diagnosesOf(cases, "human");
  return {
    kind: "human",
    diagnosis: faulty,
    code: faulty.kind,
    message: `${faulty.message} This program has no remedy that it may use for that.`,
    nextStep: forPeople.map((diagnosis) => manualSteps(diagnosis, input.azure)).join("\n\n"),
    remarks: [
      ...forPeople.filter((diagnosis) => diagnosis !== faulty).map(({ message }) => message),
      ...diagnosesOf(cases, "remedies").map(
        ({ message }) => `${message} It waits until the primary NIC is in order.`,
      ),
      ...leftOutResets(cases, input),
    ],
  };
}

function heal(healed: Diagnosis, cases: readonly Case[], input: PlanInput): Plan {
  const remedies = cases.flatMap((each) => plannedRemedies(each));
  const message = describeRemedies(diagnosesOf(cases, "remedies"), remedies, input.azure);
  const remarks = [
    ...diagnosesOf(cases, "human").map(
      (diagnosis) => `${diagnosis.message} A person has to look at that.`,
    ),
    ...leftOutResets(cases, input),
  ];
  const hold = holdBack(input);
  if (hold === null) {
    return { kind: "remedies", diagnosis: healed, remedies, message, remarks };
  }
  return {
    kind: "refuse",
    diagnosis: healed,
    code: hold.code,
    message: `${hold.message} ${message}`,
    nextStep: hold.nextStep,
    remedies,
    remarks,
  };
}

function leftOutResets(cases: readonly Case[], input: PlanInput): readonly string[] {
  return cases
    .filter(({ treatment }) => treatment.kind !== "leave")
    .flatMap(({ diagnosis }) => leftOutReset(diagnosis, input) ?? []);
}

/** An operator's own dry run is named before the mode, since that is what was asked for. */
function holdBack({ runMode, mode }: PlanInput): Refusal | null {
  if (runMode === "dryRun") {
    return {
      code: "dry-run",
      message: "Dry run: nothing was changed.",
      nextStep: "Ask for the heal without dry run to apply the plan.",
    };
  }
  if (mode === "observe") {
    return {
      code: "observe",
      message: "The mode is observe: nothing was changed.",
      nextStep: "Set REMEDIATOR_MODE to heal to let the program apply such plans.",
    };
  }
  return null;
}

function plannedRemedies({ diagnosis, treatment }: Case): readonly PlannedRemedy[] {
  return treatment.kind === "remedies"
    ? treatment.remedies.map((kind) => ({ kind, nicId: diagnosis.nicId }))
    : [];
}

function diagnosesOf(cases: readonly Case[], kind: Treatment["kind"]): readonly Diagnosis[] {
  return cases.filter(({ treatment }) => treatment.kind === kind).map(({ diagnosis }) => diagnosis);
}

function refuse(diagnosis: Diagnosis | null, refusal: Refusal): Plan {
  return { kind: "refuse", diagnosis, ...refusal, remedies: [], remarks: [] };
}
