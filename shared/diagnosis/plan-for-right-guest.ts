import type { Diagnosis, Plan } from "../domain/diagnosis.ts";
import type { AzureFacts, GuestReading, Probe } from "../domain/facts.ts";
import type { FurtherLook } from "../domain/other-causes.ts";
import { explainedByGroup } from "./explained-by-rule.ts";
import { silentSteps } from "./manual-steps.ts";
import { findingsOf } from "./other-causes.ts";
import { platformInWords } from "./platform.ts";
import { otherRuns } from "./refusal-by-guest.ts";

interface RightGuest {
  readonly azure: AzureFacts;
  readonly guest: GuestReading;
  readonly probe: Probe;
  readonly incidentId: string;
  readonly diagnoses: readonly Diagnosis[];
  readonly further?: FurtherLook | undefined;
}

/** What to do where every NIC has the addresses that Azure gave it: nothing, but say where else to look. */
export function planForRightGuest(diagnosis: Diagnosis, input: RightGuest): Plan {
  const { azure, guest, probe, incidentId } = input;
  const remarks = [...staticRemarks(input.diagnoses), ...taskRemarks(guest, incidentId)];
  if (probe.kind === "silent") {
    const said = `${diagnosis.message} RDP at ${probe.address} stays silent all the same (${probe.detail}), so the address is not the cause.`;
    const { message, nextStep, ...found } = silentThough(said, azure, input.further);
    return {
      kind: "human",
      diagnosis,
      code: "rdp-silent-address-right",
      message,
      nextStep,
      remarks: [...remarks, ...found.remarks],
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

/** What to tell a person where RDP is silent although the address is right: the causes that were found, and what mends them. */
export function silentThough(
  said: string,
  azure: AzureFacts,
  further: FurtherLook | undefined,
): { readonly message: string; readonly nextStep: string; readonly remarks: readonly string[] } {
  const found = further === undefined ? null : findingsOf(further);
  const words = [said, found?.message ?? "", platformInWords(azure.platform)];
  return {
    message: words.filter((text) => text !== "").join(" "),
    nextStep: silentSteps(azure, found?.steps),
    remarks: found?.remarks ?? [],
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
