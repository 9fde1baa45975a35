import { describe, expect, it } from "vitest";

import { azureThrottle } from "../../local/simulator/arm/throttle.ts";
import type { CountedRequest } from "../../local/simulator/arm/throttle.ts";
import { aClock, aFleet, arm, errorCode, simulate } from "./harness.ts";

const VM = "providers/Microsoft.Compute/virtualMachines/vm-good-01";
const OTHER_VM = "providers/Microsoft.Compute/virtualMachines/vm-bad-01";
const COMPUTE = `/subscriptions/s/resourceGroups/g/${VM}`;
const POLL = "/subscriptions/s/providers/Microsoft.Compute/locations/x/operations/o";
const NIC = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/n";

function aRequest(changes: Partial<CountedRequest> = {}): CountedRequest {
  return { operation: "group.get", method: "GET", path: "/subscriptions/s", vm: null, ...changes };
}

/** How many requests pass at once, and how long the next one must wait. */
function burstOf(request: CountedRequest): { passed: number; retryAfter: string | undefined } {
  const { now } = aClock();
  const throttle = azureThrottle(now);
  for (let passed = 0; passed < 20_000; passed += 1) {
    const toll = throttle.take(request);
    if (toll.kind === "refused") {
      return { passed, retryAfter: toll.reply.headers?.["Retry-After"] };
    }
  }
  return { passed: Infinity, retryAfter: undefined };
}

describe("Azure's limits", () => {
  it.each([
    ["reads", aRequest(), 250, "1"],
    ["writes", aRequest({ method: "PUT" }), 200, "1"],
    ["actions", aRequest({ method: "POST" }), 200, "1"],
    ["deletes", aRequest({ method: "DELETE" }), 200, "1"],
    [
      "Run Commands of a VM",
      aRequest({ operation: "runCommand.post", method: "POST", path: COMPUTE, vm: "a" }),
      12,
      "15",
    ],
    [
      "restarts of a VM",
      aRequest({ operation: "vm.restart", method: "POST", path: COMPUTE, vm: "a" }),
      12,
      "15",
    ],
    ["reads of a VM", aRequest({ operation: "vm.instanceView", path: COMPUTE, vm: "a" }), 36, "5"],
    ["polls of a VM", aRequest({ operation: "operation.get", path: POLL, vm: "a" }), 45, "4"],
    ["writes of NICs", aRequest({ operation: "nic.put", method: "PUT", path: NIC }), 200, "1"],
  ])("let so many %s pass at once", (_what, request, passed, retryAfter) => {
    expect(burstOf(request)).toEqual({ passed, retryAfter });
  });

  it("refill with time, and never above the bucket", async () => {
    const clock = aClock();
    const throttle = azureThrottle(clock.now);
    const request = aRequest({ operation: "runCommand.post", method: "POST", vm: "vm-a" });
    for (let n = 0; n < 12; n += 1) {
      throttle.take(request);
    }

    const empty = throttle.take(request);
    clock.forward(15);
    const refilled = throttle.take(request);
    const again = throttle.take(request);
    clock.forward(86_400);
    const full = throttle.take(request);

    expect([empty.kind, refilled.kind, again.kind]).toEqual(["refused", "passed", "refused"]);
    expect(full).toMatchObject({
      headers: {
        "x-ms-ratelimit-remaining-subscription-writes": "199",
        "x-ms-ratelimit-remaining-resource":
          "Microsoft.Compute/UpdateVM;11,Microsoft.Compute/UpdateVMSubscription;1499",
      },
    });
  });

  it("of Microsoft.Network refuse writes that the subscription's own would let pass", () => {
    const clock = aClock();
    const throttle = azureThrottle(clock.now);
    const write = aRequest({ operation: "nic.put", method: "PUT", path: NIC });

    let toll = throttle.take(write);
    for (let n = 0; n < 2000 && toll.kind === "passed"; n += 1) {
      clock.forward(0.1);
      toll = throttle.take(write);
    }

    expect(toll).toMatchObject({
      kind: "refused",
      reply: {
        status: 429,
        headers: { "x-ms-ratelimit-remaining-resource": "Microsoft.Network/Writes;0" },
      },
    });
  });

  it("hold over HTTP for one VM at a time, with 429 and what is left", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet({ throttling: "azure" }), { now: clock.now });
    const first = await arm(simulator, VM);
    for (let n = 0; n < 35; n += 1) {
      await arm(simulator, VM);
    }

    const refused = await arm(simulator, VM.toUpperCase());
    const other = await arm(simulator, OTHER_VM);
    clock.forward(5);
    const later = await arm(simulator, VM);

    expect(first.headers.get("x-ms-ratelimit-remaining-resource")).toBe(
      "Microsoft.Compute/GetVM;35",
    );
    expect(first.headers.get("x-ms-ratelimit-remaining-subscription-reads")).toBe("249");
    expect([refused.status, errorCode(refused)]).toEqual([429, "TooManyRequests"]);
    expect(refused.headers.get("Retry-After")).toBe("5");
    expect([other.status, later.status]).toEqual([200, 200]);
  });

  it("do not hold unless the scenario says so", async () => {
    const simulator = await simulate();
    const statuses = new Set<number>();
    for (let n = 0; n < 40; n += 1) {
      const answer = await arm(simulator, VM);
      statuses.add(answer.status);
      expect(answer.headers.get("x-ms-ratelimit-remaining-resource")).toBeNull();
    }

    expect([...statuses]).toEqual([200]);
  });
});
