import type { Operation } from "../scenario/fault-schema.ts";
import { subscriptionIn } from "../world/subscription-in.ts";
import { armErrorBody } from "./arm-error.ts";
import type { Reply } from "./reply.ts";

/** What a request is counted by. */
export interface CountedRequest {
  readonly operation: Operation;
  readonly method: string;
  readonly path: string;
  /** Name of the VM which it is about, or null. */
  readonly vm: string | null;
}

/** What became of a request at the counters. */
export type Toll =
  | { readonly kind: "passed"; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: "refused"; readonly reply: Reply };

/** Azure's limits on the number of requests. */
export interface Throttle {
  /** Counts a request, unless a limit refuses it. */
  take(request: CountedRequest): Toll;
}

/** A bucket of tokens: each request takes one, and time fills it up again to `burst`. */
interface Limit {
  /** As Azure's headers name it. */
  readonly name: string;
  readonly kind: "subscription" | "tenant" | "resource";
  readonly burst: number;
  readonly perSecond: number;
  readonly perVm: boolean;
  readonly counts: (request: CountedRequest) => boolean;
}

interface Bucket {
  tokens: number;
  at: number;
}

const UPDATES = new Set<Operation>([
  "runCommand.post",
  "managedCommand.put",
  "managedCommand.delete",
  "vm.start",
  "vm.restart",
  "vm.deallocate",
]);
const READS = new Set<Operation>(["vm.get", "vm.instanceView"]);

// Sources: "Understand how Azure Resource Manager throttles requests" (refill of reads and deletes unconfirmed) and, for
// Compute, "Troubleshooting API throttling errors - Compute", whose figures are per minute.
const LIMITS: readonly Limit[] = [
  ofSubscription("reads", 250, 25, ({ method }) => method === "GET"),
  ofSubscription("deletes", 200, 10, ({ method }) => method === "DELETE"),
  ofSubscription("writes", 200, 10, ({ method }) => !["GET", "DELETE"].includes(method)),
  ofTenant("reads", 250, 25, ({ method }) => method === "GET"),
  ofVm("UpdateVM", 12, 4 / 60, ({ operation }) => UPDATES.has(operation)),
  ofCompute("UpdateVMSubscription", 1500, 500 / 60, ({ operation }) => UPDATES.has(operation)),
  ofVm("GetVM", 36, 12 / 60, ({ operation }) => READS.has(operation)),
  ofVm(
    "GetOperation",
    45,
    15 / 60,
    (request) => request.operation === "operation.get" && isOf(request, "microsoft.compute"),
  ),
  ofCompute("ListVM", 900, 300 / 60, ({ operation }) => operation === "vm.list"),
  ofNetwork("Reads", 10_000, 10_000 / 300, ({ method }) => method === "GET"),
  ofNetwork("Writes", 1000, 1000 / 300, ({ method }) => method !== "GET"),
];

/** No limits at all. */
export const UNLIMITED: Throttle = { take: () => ({ kind: "passed", headers: {} }) };

/** Azure's own limits; every bucket is full at first. */
export function azureThrottle(now: () => Date): Throttle {
  const buckets = new Map<string, Bucket>();

  function bucketOf(limit: Limit, request: CountedRequest): Bucket {
    const key = [subscriptionIn(request.path), limit.name, limit.perVm ? request.vm : ""]
      .join("/")
      .toLowerCase();
    const at = now().getTime();
    const bucket = buckets.get(key) ?? { tokens: limit.burst, at };
    const refilled = bucket.tokens + (Math.max(0, at - bucket.at) / 1000) * limit.perSecond;
    bucket.tokens = Math.min(limit.burst, refilled);
    bucket.at = at;
    buckets.set(key, bucket);
    return bucket;
  }

  return {
    take(request) {
      const counted = LIMITS.filter((limit) => limit.counts(request)).map((limit) => ({
        limit,
        bucket: bucketOf(limit, request),
      }));
      const empty = counted.find(({ bucket }) => bucket.tokens < 1);
      if (empty !== undefined) {
        return { kind: "refused", reply: refusal(empty.limit, empty.bucket) };
      }
      for (const { bucket } of counted) {
        bucket.tokens -= 1;
      }
      return { kind: "passed", headers: remainingHeaders(counted) };
    },
  };
}

function refusal(limit: Limit, bucket: Bucket): Reply {
  const seconds = Math.ceil((1 - bucket.tokens) / limit.perSecond);
  return {
    status: 429,
    body: armErrorBody(
      limit.kind === "subscription" ? "SubscriptionRequestsThrottled" : "TooManyRequests",
      `Number of requests exceeded the limit of ${limit.name}. Please try again after '${seconds}' seconds.`,
    ),
    headers: {
      "Retry-After": String(seconds),
      ...remainingHeaders([{ limit, bucket }]),
    },
  };
}

function remainingHeaders(
  counted: readonly { readonly limit: Limit; readonly bucket: Bucket }[],
): Record<string, string> {
  const headers: Record<string, string> = {};
  const resources: string[] = [];
  for (const { limit, bucket } of counted) {
    const left = String(Math.floor(bucket.tokens));
    if (limit.kind === "resource") {
      resources.push(`${limit.name};${left}`);
    } else {
      headers[`x-ms-ratelimit-remaining-${limit.kind}-${limit.name}`] = left;
    }
  }
  return resources.length === 0
    ? headers
    : { ...headers, "x-ms-ratelimit-remaining-resource": resources.join(",") };
}

function ofSubscription(
  name: string,
  burst: number,
  perSecond: number,
  counts: Limit["counts"],
): Limit {
  return {
    name,
    kind: "subscription",
    burst,
    perSecond,
    perVm: false,
    counts: (request) => subscriptionIn(request.path) !== null && counts(request),
  };
}

/** For what is asked of no subscription. */
function ofTenant(name: string, burst: number, perSecond: number, counts: Limit["counts"]): Limit {
  return {
    name,
    kind: "tenant",
    burst,
    perSecond,
    perVm: false,
    counts: (request) => subscriptionIn(request.path) === null && counts(request),
  };
}

function ofVm(name: string, burst: number, perSecond: number, counts: Limit["counts"]): Limit {
  return { ...ofCompute(name, burst, perSecond, counts), perVm: true };
}

function ofCompute(name: string, burst: number, perSecond: number, counts: Limit["counts"]): Limit {
  const full = `Microsoft.Compute/${name}`;
  return { name: full, kind: "resource", burst, perSecond, perVm: false, counts };
}

function ofNetwork(name: string, burst: number, perSecond: number, counts: Limit["counts"]): Limit {
  return {
    name: `Microsoft.Network/${name}`,
    kind: "resource",
    burst,
    perSecond,
    perVm: false,
    counts: (request) => isOf(request, "microsoft.network") && counts(request),
  };
}

function isOf(request: CountedRequest, provider: string): boolean {
  return request.path.toLowerCase().includes(`/providers/${provider}/`);
}
