import type { Diagnosis, Plan } from "../domain/diagnosis.ts";
import type { AzureFacts, GuestReading, Probe } from "../domain/facts.ts";
import { explainedByGroup } from "./explained-by-rule.ts";
import { silentSteps } from "./manual-steps.ts";
import { otherRuns } from "./refusal-by-guest.ts";

interface RightGuest {
  readonly azure: AzureFacts;
  readonly guest: GuestReading;
  readonly probe: Probe;
  readonly incidentId: string;
  readonly diagnoses: readonly Diagnosis[];
}

/** What to do where every NIC has the addresses that Azure gave it: nothing, but say where else to look. */
export function planForRightGuest(diagnosis: Diagnosis, input: RightGuest): Plan {
  const { azure, guest, probe, incidentId } = input;
  const remarks = [...staticRemarks(input.diagnoses), ...taskRemarks(guest, incidentId)];
  if (probe.kind === "silent") {
    return {
      kind: "human",
      diagnosis,
      code: "rdp-silent-address-right",
      message: `${diagnosis.message} RDP at ${probe.address} stays silent all the same (${probe.detail}), so the address is not the cause.`,
      nextStep: silentSteps(azure),
      remarks,
    };
  }
  if (probe.kind === "unknown" && probe.code === "nsg") {
    return {
      kind: "refuse",
      diagnosis,
      ...explainedByGroup(probe.detail, diagnosis.message),
      remedies: [],
      remarks,
    };
  }
  return {
    kind: "nothing",
    diagnosis,
    code: diagnosis.kind,
    message: `${diagnosis.message} Nothing is to be changed.`,
    nextStep: "",
    remarks: [seen(probe), ...remarks],
  };
}

function seen(probe: Exclude<Probe, { kind: "silent" }>): string {
  return probe.kind === "answers"
    ? `RDP answered at ${probe.address} (${probe.detail}).`
    : `RDP was not proven from here (${probe.code}: ${probe.detail}).`;
}

function staticRemarks(diagnoses: readonly Diagnosis[]): readonly string[] {
  return diagnoses
    .filter(({ kind }) => kind === "static-matching")
    .map(
      ({ message }) =>
        `${message} It cuts the VM off as soon as Azure's address changes: let Windows use DHCP and fix the address in Azure instead.`,
    );
}

function taskRemarks(guest: GuestReading, incidentId: string): readonly string[] {
  return otherRuns(guest, incidentId).map(
    (id) =>
      `The scheduled task of incident ${id} is still in Windows; it removes itself when it fires.`,
  );
}
