import type { Azure } from "../azure/clients.ts";
import { inWords } from "../azure/errors.ts";
import { listSubscriptions } from "../azure/subscriptions.ts";
import type { Subscription } from "../azure/subscriptions.ts";
import { AzureRequestError } from "../domain/errors.ts";
import { inParallel } from "../domain/in-parallel.ts";
import { joinVms } from "./inventory-vm.ts";
import type { InventoryVm, ListedNetwork, ListedVms } from "./inventory-vm.ts";

/** A subscription that was left out, since Azure will not let this program list its VMs. */
export interface UnseenSubscription extends Subscription {
  readonly message: string;
  readonly nextStep: string;
}

/** The VMs of all subscriptions that the identity sees. */
export interface Inventory {
  /** When the reading began, ISO 8601 UTC. */
  readonly readAt: string;
  readonly vms: readonly InventoryVm[];
  readonly unseen: readonly UnseenSubscription[];
}

/** Subscriptions that are read at once; each takes four lists, which run beside each other. */
const AT_ONCE = 8;

/** Codes of Azure's refusals that say something of one subscription, and not of this program's sign-in. */
const REFUSALS: ReadonlySet<string> = new Set(["forbidden", "not-found", "rejected"]);

/**
 * Lists the VMs, NICs and public addresses of every subscription that the identity sees: one request for the
 * subscriptions and four for each, more where Azure pages. A subscription that may not be listed becomes `unseen`.
 * @throws AzureRequestError if Azure does not tell for another reason.
 */
export async function readInventory(azure: Azure): Promise<Inventory> {
  const readAt = new Date().toISOString();
  const subscriptions = await listSubscriptions(azure);
  const parts = await inParallel(subscriptions, AT_ONCE, async (subscription) => {
    return await readSubscription(azure, subscription);
  });
  return {
    readAt,
    vms: parts.flatMap((part) => ("vms" in part ? part.vms : [])),
    unseen: parts.flatMap((part) => ("vms" in part ? [] : [part])),
  };
}

async function readSubscription(
  azure: Azure,
  subscription: Subscription,
): Promise<{ readonly vms: readonly InventoryVm[] } | UnseenSubscription> {
  try {
    const [vms, network] = await Promise.all([
      listVms(azure, subscription),
      listNetwork(azure, subscription),
    ]);
    return { vms: joinVms(vms, network) };
  } catch (error) {
    if (error instanceof AzureRequestError && REFUSALS.has(error.code)) {
      return { ...subscription, message: error.message, nextStep: error.nextStep };
    }
    throw error;
  }
}

/**
 * A list with `statusOnly` holds the power state, but neither tags nor NICs; the plain list holds those, but no state.
 * Source: Azure/azure-sdk-for-go issue 18565, Azure/azure-rest-api-specs issue 42411.
 */
async function listVms(azure: Azure, { id, name }: Subscription): Promise<ListedVms> {
  const { virtualMachines } = await azure.compute(id);
  const [models, states] = await Promise.all([
    wholeList(`list the VMs of ${name}`, virtualMachines.listAll()),
    wholeList(
      `list the states of the VMs of ${name}`,
      virtualMachines.listAll({ statusOnly: "true" }),
    ),
  ]);
  return { models, states };
}

async function listNetwork(azure: Azure, { id, name }: Subscription): Promise<ListedNetwork> {
  const { networkInterfaces, publicIPAddresses } = await azure.network(id);
  const [nics, publicIps] = await Promise.all([
    wholeList(`list the NICs of ${name}`, networkInterfaces.listAll()),
    wholeList(`list the public addresses of ${name}`, publicIPAddresses.listAll()),
  ]);
  return { nics, publicIps };
}

async function wholeList<Item>(
  tried: string,
  pages: AsyncIterable<Item>,
): Promise<readonly Item[]> {
  return await inWords(tried, async () => {
    const items: Item[] = [];
    for await (const item of pages) {
      items.push(item);
    }
    return items;
  });
}
