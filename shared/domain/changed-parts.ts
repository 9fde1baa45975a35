/** What only Azure sets, and what differs after any write. */
const AZURES_OWN = new Set([
  "etag",
  "macAddress",
  "provisioningState",
  "resourceGuid",
  "appliedDnsServers",
  "vnetEncryptionSupported",
  "hostedWorkloads",
]);

/**
 * Names the parts in which two readings of a resource differ, each as a path such as `tags.owner` or
 * `ipConfigurations[ipconfig1].publicIPAddress.id`. Ids count in any letter case, references in any order; what is empty
 * counts as left out, and what only Azure sets does not count.
 */
export function changedParts(before: unknown, now: unknown): readonly string[] {
  const [one, other] = [leavesOf(before), leavesOf(now)];
  const paths = new Set([...one.keys(), ...other.keys()]);
  return [...paths].filter((path) => one.get(path) !== other.get(path)).toSorted();
}

function leavesOf(resource: unknown): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  collect(resource, "", leaves);
  return leaves;
}

function collect(value: unknown, path: string, leaves: Map<string, string>): void {
  if (Array.isArray(value)) {
    collectList(value, path, leaves);
  } else if (isObject(value)) {
    for (const [key, part] of Object.entries(value)) {
      if (!AZURES_OWN.has(key)) {
        collect(part, path === "" ? key : `${path}.${key}`, leaves);
      }
    }
  } else if (value !== undefined && value !== null) {
    leaves.set(path, comparable(value));
  }
}

/** Things with a name or an id are told apart by it; of plain values the order counts, as it does for DNS servers. */
function collectList(items: readonly unknown[], path: string, leaves: Map<string, string>): void {
  for (const [index, item] of items.entries()) {
    collect(item, `${path}[${keyOf(item) ?? index}]`, leaves);
  }
}

function keyOf(item: unknown): string | null {
  const key = isObject(item) ? (item["name"] ?? item["id"]) : null;
  return typeof key === "string" ? key.toLowerCase() : null;
}

function comparable(value: unknown): string {
  const text = JSON.stringify(value);
  return text.startsWith('"/subscriptions/') || text.startsWith('"/SUBSCRIPTIONS/')
    ? text.toLowerCase()
    : text;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
