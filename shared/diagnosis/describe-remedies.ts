import type { Diagnosis, PlannedRemedy, RemedyKind } from "../domain/diagnosis.ts";
import type { AzureFacts } from "../domain/facts.ts";
import { resetCost } from "./reset-cost.ts";

const WORDS: Readonly<Record<RemedyKind, string>> = {
  guestDhcp: "switch the adapter to DHCP inside Windows",
  serialConsole: "set Azure's address over the serial console",
  nicReset: "reset the NIC (restarts the VM)",
  repairDhcpService: "repair the DHCP Client service",
  renewLease: "renew the DHCP lease",
  enableAdapter: "enable the adapter",
  setAddresses: "set Azure's own addresses inside Windows",
  pinAddress: "make Azure keep the NIC's address",
  restoreStatic: "give the adapter its static configuration back",
};

/** The plan in words, NIC by NIC, and what it costs. */
export function describeRemedies(
  diagnoses: readonly Diagnosis[],
  remedies: readonly PlannedRemedy[],
  azure: AzureFacts,
): string {
  return diagnoses
    .map(({ message, nicId }) => {
      const steps = remedies
        .filter((remedy) => remedy.nicId === nicId)
        .map(({ kind }) => WORDS[kind]);
      return `${message} Plan: ${steps.join(", else ")}.`;
    })
    .concat(costs(remedies, azure))
    .join(" ");
}

function costs(remedies: readonly PlannedRemedy[], azure: AzureFacts): readonly string[] {
  return azure.nics
    .filter(({ id }) => remedies.some(({ kind, nicId }) => kind === "nicReset" && nicId === id))
    .map((nic) => resetCost(nic, azure));
}
