import type { Azure } from "../azure/clients.ts";
import { isIpv4, prefixHolding, prefixLengthOf } from "../domain/addresses.ts";
import { AzureRequestError } from "../domain/errors.ts";
import type { NicFacts } from "../domain/facts.ts";
import { primaryAddress } from "../domain/ip-configurations.ts";
import type { ResetImpact } from "../domain/reset-impact.ts";
import { NIC_TYPE, requireResourceId } from "../domain/resource-id.ts";
import { dnsRecordsOf, type DnsRecords } from "./dns-records.ts";
import type { NsgRule } from "./nsg.ts";
import { readNsg } from "./read-nsg.ts";

/**
 * Where the present address of a NIC stands in the rules of its own NSG and its subnet's, and in its subscription's private
 * DNS: they do not fit while it has another one. A rule for the whole subnet always fits, and where the subnet is not known
 * any rule counts. One request for each NSG, one for the DNS zones and one for each of them.
 * @throws AzureRequestError for transient trouble, `retryable`.
 */
export async function readResetImpact(azure: Azure, nic: NicFacts): Promise<ResetImpact> {
  const groups = [nic.networkSecurityGroupId, nic.subnet?.networkSecurityGroupId ?? null];
  const ids = [...new Set(groups.filter((id) => id !== null))];
  const [found, dns] = await Promise.all([
    Promise.all(ids.map(async (id) => await rulesNaming(azure, id, nic))),
    recordsNaming(azure, nic),
  ]);
  return {
    nicId: nic.id,
    rules: found.flatMap(({ rules }) => rules),
    records: dns.names,
    unread: [...found.flatMap(({ unread }) => unread), ...dns.unread],
  };
}

async function recordsNaming(azure: Azure, nic: NicFacts): Promise<DnsRecords> {
  const address = primaryAddress(nic);
  const { subscriptionId } = requireResourceId(nic.id, NIC_TYPE);
  return address === null
    ? { names: [], unread: [] }
    : await dnsRecordsOf(azure, subscriptionId, address);
}

async function rulesNaming(
  azure: Azure,
  nsgId: string,
  nic: NicFacts,
): Promise<Pick<ResetImpact, "rules" | "unread">> {
  try {
    const nsg = await readNsg(azure, nsgId);
    const rules = (nsg?.rules ?? []).filter((rule) => names(rule, nic));
    return { rules: rules.map(({ name }) => `${name} of NSG ${nsg?.name ?? ""}`), unread: [] };
  } catch (error) {
    if (error instanceof AzureRequestError && !error.retryable) {
      return { rules: [], unread: [`${error.message} ${error.nextStep}`] };
    }
    throw error;
  }
}

function names({ sources, destinations }: NsgRule, nic: NicFacts): boolean {
  const address = primaryAddress(nic);
  if (address === null) {
    return false;
  }
  const subnet = prefixHolding(address, nic.subnet?.prefixes ?? []);
  const shortest = subnet === null ? 0 : prefixLengthOf(subnet) + 1;
  return [...(sources ?? []), ...(destinations ?? [])]
    .filter((entry) => isIpv4(entry.split("/")[0] ?? ""))
    .map((entry) => (entry.includes("/") ? entry : `${entry}/32`))
    .some(
      (prefix) => prefixLengthOf(prefix) >= shortest && prefixHolding(address, [prefix]) !== null,
    );
}
