import type { Refusal } from "../domain/diagnosis.ts";
import type { Probe } from "../domain/facts.ts";

/** The refusal where a security rule surely denies the probe, and nothing in Windows says otherwise; null: none does. */
export function explainedByRule(probe: Probe, found: string): Refusal | null {
  return probe.kind === "unknown" && probe.deniedBy !== undefined
    ? explainedByGroup(probe.detail, found)
    : null;
}

/** The refusal where a network security group explains that nothing answers. */
export function explainedByGroup(detail: string, found: string): Refusal {
  return {
    code: "nsg",
    message: `${found} A network security group denies the probe (${detail}), which explains the silence.`,
    nextStep:
      "If RDP should be reachable from where this program runs, allow it in the network security groups of the NIC and its subnet.",
  };
}
