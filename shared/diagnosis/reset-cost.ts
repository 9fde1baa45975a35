import type { AzureFacts, NicFacts } from "../domain/facts.ts";
import { ipv4Configurations, primaryAddress } from "../domain/ip-configurations.ts";
import { poolsInWords } from "./reset-refusal.ts";

/**
 * What resetting a NIC costs, for people: to be said before. Source: reset-network-interface; the minutes are assumed from
 * what a restart takes, nobody has measured them.
 */
export function resetCost(nic: NicFacts, azure: Pick<AzureFacts, "resetImpact">): string {
  const dynamic = ipv4Configurations(nic)[0]?.allocation === "Dynamic";
  const restarts = dynamic
    ? "twice, and once or twice more because its address is Dynamic"
    : "twice";
  const minutes = dynamic ? "10 to 25" : "5 to 15";
  return [
    `Resetting NIC ${nic.name} restarts the VM ${restarts}, drops every session, gives the NIC another MAC address, and takes about ${minutes} minutes, in which it has another address for a while.`,
    ...(nic.pools.length > 0 ? [`Meanwhile ${poolsInWords(nic)} do not reach it.`] : []),
    impactInWords(nic, azure.resetImpact),
  ].join(" ");
}

function impactInWords(nic: NicFacts, impact: AzureFacts["resetImpact"]): string {
  const address = primaryAddress(nic) ?? "its address";
  if (impact === undefined) {
    return `Security rules and DNS records that name ${address} do not fit meanwhile.`;
  }
  const rules =
    impact.rules.length === 0
      ? `No rule of the security groups of NIC and subnet names ${address};`
      : `These security rules name ${address} and do not fit meanwhile: ${impact.rules.join(", ")};`;
  const records =
    impact.records.length === 0
      ? "no record of private DNS that was read names it;"
      : `these names in private DNS lead there: ${impact.records.join(", ")};`;
  const others = "other security groups and other DNS servers were not looked at.";
  return [`${rules} ${records} ${others}`, ...impact.unread].join(" ");
}
