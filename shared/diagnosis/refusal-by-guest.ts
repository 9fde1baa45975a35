import type { Refusal } from "../domain/diagnosis.ts";
import type { GuestReading, GuestRole } from "../domain/facts.ts";

const ROLES: Readonly<Record<GuestRole, { readonly code: string; readonly name: string }>> = {
  domainController: { code: "role-domain-controller", name: "a domain controller" },
  clusterNode: { code: "role-cluster-node", name: "a cluster node" },
};

/** Why nothing may be changed by what Windows itself says: another run's armed task, or its role; null if nothing forbids it. */
export function refusalByGuest(guest: GuestReading, incidentId: string): Refusal | null {
  const [other] = otherRuns(guest, incidentId);
  if (other !== undefined) {
    return {
      code: "other-run",
      message: `Windows still has the scheduled task of another run of this program (incident ${other}), which may change its address.`,
      nextStep: `Wait until incident ${other} has ended; the task removes itself when it fires. Then ask again.`,
    };
  }
  const [role] = guest.kind === "read" ? (guest.facts.roles ?? []) : [];
  return role === undefined
    ? null
    : {
        code: ROLES[role].code,
        message: `Windows is ${ROLES[role].name}, whose addresses this program leaves alone.`,
        nextStep:
          "Let the server's owner compare its addresses with those in Azure and correct them by hand.",
      };
}

/** Incidents other than this one whose dead-man task is still in Windows. */
export function otherRuns(guest: GuestReading, incidentId: string): readonly string[] {
  return guest.kind === "read" ? guest.facts.deadManTasks.filter((id) => id !== incidentId) : [];
}
