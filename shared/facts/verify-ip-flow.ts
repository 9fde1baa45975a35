import type { NetworkManagementClient, NetworkWatcher } from "@azure/arm-network";

import type { Azure } from "../azure/clients.ts";
import { inWords } from "../azure/errors.ts";
import { AzureRequestError } from "../domain/errors.ts";
import type { NicFacts, VmFacts } from "../domain/facts.ts";
import { parseResourceId, requireResourceId, VM_TYPE } from "../domain/resource-id.ts";

/** An incoming TCP connection to a NIC. */
export interface IpFlow {
  readonly vm: Pick<VmFacts, "id" | "location">;
  readonly nic: Pick<NicFacts, "id" | "name">;
  /** The address that arrives at the VM's network. */
  readonly from: string;
  /** The NIC's private address. */
  readonly to: string;
  readonly port: number;
}

/** What Azure's own rules do with it. */
export interface FlowVerdict {
  readonly access: "Allow" | "Deny";
  /** The rule that decides, as Azure names it; null if it names none. */
  readonly rule: string | null;
}

/** Longest wait for the verdict: the operation takes Azure some seconds, and one look more is not worth a longer silence. */
const LONGEST_SECONDS = 10;

/** Between two looks, where Azure names no time. */
const LOOK_MS = 1000;

/**
 * Asks Network Watcher of the VM's region whether the security rules let a connection in, those of Virtual Network Manager
 * included, which no NSG shows. Null: there is no watcher, it may not be asked, or it does not answer in time.
 * Source: ip-flow-verify-overview.
 */
export async function verifyIpFlow(
  azure: Azure,
  flow: IpFlow,
  longestSeconds = LONGEST_SECONDS,
): Promise<FlowVerdict | null> {
  const { subscriptionId } = requireResourceId(flow.vm.id, VM_TYPE);
  const abortSignal = AbortSignal.timeout(longestSeconds * 1000);
  try {
    return await inWords(`verify an IP flow to NIC ${flow.nic.name}`, async () => {
      const client = await azure.network(subscriptionId);
      const watcher = await watcherOf(client, flow.vm.location, abortSignal);
      return watcher === null ? null : await ask(client, watcher, { flow, abortSignal });
    });
  } catch (error) {
    if (error instanceof AzureRequestError) {
      return null;
    }
    throw error;
  }
}

/** The region's watcher; Azure has one per subscription and region at most. */
async function watcherOf(
  client: NetworkManagementClient,
  location: string,
  abortSignal: AbortSignal,
): Promise<NetworkWatcher | null> {
  const region = regionOf(location);
  for await (const watcher of client.networkWatchers.listAll({ abortSignal })) {
    if (regionOf(watcher.location ?? "") === region) {
      return watcher;
    }
  }
  return null;
}

async function ask(
  client: NetworkManagementClient,
  watcher: NetworkWatcher,
  { flow, abortSignal }: { readonly flow: IpFlow; readonly abortSignal: AbortSignal },
): Promise<FlowVerdict | null> {
  const id = parseResourceId(watcher.id ?? "");
  if (id === null) {
    return null;
  }
  const question = {
    targetResourceId: flow.vm.id,
    targetNicResourceId: flow.nic.id,
    direction: "Inbound",
    protocol: "TCP",
    localIPAddress: flow.to,
    localPort: String(flow.port),
    remoteIPAddress: flow.from,
    remotePort: "*",
  };
  const { networkWatchers } = client;
  const options = { abortSignal, updateIntervalInMs: LOOK_MS };
  const verdict = await networkWatchers
    .verifyIPFlow(id.resourceGroup, id.name, question, options)
    .pollUntilDone({ abortSignal });
  const { access, ruleName } = verdict;
  return access === "Allow" || access === "Deny" ? { access, rule: ruleName ?? null } : null;
}

/** "West Europe" and "westeurope" are the same. */
function regionOf(location: string): string {
  return location.toLowerCase().replaceAll(" ", "");
}
