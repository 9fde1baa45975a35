import { describe, expect, it } from "vitest";
import { z } from "zod";

import type { Simulator } from "../../local/simulator/simulator.ts";
import { aClock, addFault, admin, aFleet, arm, simulate } from "./harness.ts";

const NIC = "providers/Microsoft.Network/networkInterfaces/nic-good-01";

const shown = z.looseObject({
  etag: z.string(),
  properties: z.looseObject({ provisioningState: z.string() }),
});
const operation = z.object({
  status: z.string(),
  error: z.object({ code: z.string() }).optional(),
});
const puts = z.object({
  requests: z.array(z.object({ operation: z.string(), ifMatch: z.string().optional() })),
});

async function read(simulator: Simulator): Promise<z.output<typeof shown>> {
  return shown.parse((await arm(simulator, NIC)).body);
}

async function write(
  simulator: Simulator,
  headers: Record<string, string> = {},
): Promise<() => Promise<z.output<typeof operation>>> {
  const body = { ...(await read(simulator)), tags: { by: "us" } };
  const answer = await arm(simulator, NIC, { method: "PUT", body, headers });
  const path = (answer.headers.get("Azure-AsyncOperation") ?? "").replace(
    simulator.armEndpoint,
    "",
  );
  return async () => operation.parse((await arm(simulator, path)).body);
}

describe("a NIC's write that fails", () => {
  it.each(["before", "after"])(
    "%s its effect leaves the NIC failed, until a write that does not",
    async (when) => {
      const simulator = await simulate();
      await addFault(simulator, { kind: "failOperation", operation: "nic.put", when });

      const ended = await (await write(simulator))();
      const failed = await read(simulator);
      await write(simulator);
      const repaired = await read(simulator);

      expect(ended.status).toBe("Failed");
      expect(failed.properties.provisioningState).toBe("Failed");
      expect(JSON.stringify(failed).includes('"by":"us"')).toBe(when === "after");
      expect(repaired.properties.provisioningState).toBe("Succeeded");
    },
  );

  it("is superseded by a write of somebody else while Azure is at work on it", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now, latency: "demo" });

    const operationNow = await write(simulator);
    await admin(simulator, "/nics/nic-good-01", { body: {} });
    const ended = await operationNow();
    clock.forward(60);

    expect([ended.status, ended.error?.code]).toEqual([
      "Failed",
      "CanceledAndSupersededDueToAnotherOperation",
    ]);
    expect((await operationNow()).status).toBe("Failed");
    expect((await read(simulator)).properties.provisioningState).toBe("Succeeded");
  });
});

it("keeps the If-Match header of a request in the log", async () => {
  const simulator = await simulate();
  const { etag } = await read(simulator);

  await write(simulator, { "If-Match": etag });
  await write(simulator);

  const { requests } = puts.parse((await admin(simulator, "/log")).body);
  expect(
    requests.filter((request) => request.operation === "nic.put").map(({ ifMatch }) => ifMatch),
  ).toEqual([etag, undefined]);
});
