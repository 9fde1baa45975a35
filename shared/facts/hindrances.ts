import { z } from "zod";

import type { Azure } from "../azure/clients.ts";
import { listResources, readResource } from "../azure/read-resource.ts";
import { AzureRequestError, DefectError } from "../domain/errors.ts";
import type { AzureFacts, LockFacts, PlatformFacts, VmFacts } from "../domain/facts.ts";
import { liesIn, parseResourceId } from "../domain/resource-id.ts";

/** What may stand in the way of a heal; null where Azure did not tell, with a remark that says why. */
export interface Hindrances extends Pick<AzureFacts, "locks" | "platform"> {
  readonly remarks: readonly string[];
}

type Found<Value> =
  | { readonly value: Value; readonly remark: null }
  | { readonly value: null; readonly remark: string };

const LOCKS_VERSION = "2016-09-01";
const HEALTH_VERSION = "2024-02-01";
const LOCK_ID = /^(?<scope>.*)\/providers\/microsoft\.authorization\/locks\/[^/]+$/iu;

const lockSchema = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({ level: z.string() }),
});

const text = z.string().nullish().catch(null);

/**
 * Only the state has to be there. Who caused it stands in different fields, by version and by kind of event: `reasonType`
 * (`UserInitiated`), `context` (`Customer Initiated`) and `healthEventCause` (`UserInitiated`). `occuredTime` is the API's
 * spelling. Source: REST reference of availabilityStatuses 2024-02-01; the values of `context` are unconfirmed.
 */
const healthSchema = z.object({
  properties: z.object({
    availabilityState: z.string(),
    summary: text,
    reasonType: text,
    context: text,
    healthEventCause: text,
    occuredTime: text,
    occurredTime: text,
  }),
});

/**
 * Reads the management locks which apply to the VM, its OS disk and its NICs, and what Azure says of its own platform
 * there: one request for each of their resource groups, mostly one, and one for the health. What Azure refuses to tell
 * is unknown, since many identities may not read it.
 * @throws AzureRequestError for transient trouble, `retryable`.
 */
export async function readHindrances(azure: Azure, facts: AzureFacts): Promise<Hindrances> {
  const [locks, platform] = await Promise.all([
    orUnknown("which locks there are", async () => await readLocks(azure, facts)),
    orUnknown("how well its platform is", async () => await readPlatform(azure, facts.vm)),
  ]);
  return {
    locks: locks.value,
    platform: platform.value,
    remarks: [locks.remark, platform.remark].filter((remark) => remark !== null),
  };
}

/** The facts as unknown as before, with a remark: for a run that cannot wait any longer. */
export function unknownHindrances(message: string): Hindrances {
  return { locks: null, platform: null, remarks: [notTold("what may be in the way", message)] };
}

async function orUnknown<Value>(what: string, read: () => Promise<Value>): Promise<Found<Value>> {
  try {
    return { value: await read(), remark: null };
  } catch (error) {
    const final = error instanceof AzureRequestError && !error.retryable;
    if (final || error instanceof DefectError) {
      return { value: null, remark: notTold(what, `${error.message} ${error.nextStep}`) };
    }
    throw error;
  }
}

function notTold(what: string, message: string): string {
  return `Azure did not tell ${what}; the run went on. ${message}`;
}

/**
 * A resource group's list holds its own locks, those of its subscription and those of its resources; locks cannot lie
 * higher. Source: Get-AzResourceLock, "at, above and below" the scope. If it were not so, a lock would be missed, and
 * the snapshot fails before any change.
 */
async function readLocks(azure: Azure, facts: AzureFacts): Promise<readonly LockFacts[]> {
  const targets = targetsOf(facts);
  const lists = await Promise.all(
    groupsOf(targets).map(
      async (group) =>
        await listResources(azure, {
          tried: `list the locks of ${group}`,
          path: `${group}/providers/Microsoft.Authorization/locks`,
          apiVersion: LOCKS_VERSION,
          schema: lockSchema,
        }),
    ),
  );
  const locks = new Map(lists.flat().map((lock) => [lock.id.toLowerCase(), lock]));
  return [...locks.values()]
    .flatMap((lock) => lockOf(lock))
    .filter(({ scope }) => targets.some((target) => liesIn(target, scope)));
}

/** What a heal writes or acts on. The snapshot lies in the resource group of the disk. */
function targetsOf({ vm, nics }: AzureFacts): readonly string[] {
  const disks = vm.osDisk.kind === "managed" ? [vm.osDisk.id] : [];
  return [vm.id, ...disks, ...nics.map(({ id }) => id)];
}

function groupsOf(targets: readonly string[]): readonly string[] {
  const groups = new Map<string, string>();
  for (const target of targets) {
    const id = parseResourceId(target);
    if (id !== null) {
      const group = `/subscriptions/${id.subscriptionId}/resourceGroups/${id.resourceGroup}`;
      groups.set(group.toLowerCase(), groups.get(group.toLowerCase()) ?? group);
    }
  }
  return [...groups.values()];
}

/** A lock of another level forbids nothing. */
function lockOf({ id, name, properties }: z.output<typeof lockSchema>): readonly LockFacts[] {
  const scope = LOCK_ID.exec(id)?.groups?.["scope"];
  const wanted = properties.level.toLowerCase();
  const level = (["ReadOnly", "CanNotDelete"] as const).find((one) => one.toLowerCase() === wanted);
  return scope === undefined || level === undefined ? [] : [{ name, level, scope }];
}

async function readPlatform(azure: Azure, vm: VmFacts): Promise<PlatformFacts> {
  const tried = `read the resource health of VM ${vm.name}`;
  const health = await readResource(azure, {
    tried,
    path: `${vm.id}/providers/Microsoft.ResourceHealth/availabilityStatuses/current`,
    apiVersion: HEALTH_VERSION,
    schema: healthSchema,
  });
  return health === null
    ? { state: "Unknown", userInitiated: false, summary: "", since: null }
    : platformOf(health.properties);
}

function platformOf(says: z.output<typeof healthSchema>["properties"]): PlatformFacts {
  const causes = [says.reasonType, says.context, says.healthEventCause];
  return {
    state: stateOf(says.availabilityState),
    userInitiated: causes.some((cause) => /^\s*(?:user|customer)/iu.test(cause ?? "")),
    summary: says.summary ?? "",
    since: says.occuredTime ?? says.occurredTime ?? null,
  };
}

function stateOf(said: string): PlatformFacts["state"] {
  const states = ["Available", "Unavailable", "Degraded"] as const;
  return states.find((state) => state.toLowerCase() === said.trim().toLowerCase()) ?? "Unknown";
}
