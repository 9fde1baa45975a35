import { expect, it } from "vitest";
import { z } from "zod";

import type { Simulator } from "../../local/simulator/simulator.ts";
import { admin, aFleet, arm, errorCode, simulate } from "./harness.ts";

const NIC = "providers/Microsoft.Network/networkInterfaces/nic-good-01";
const VM = "providers/Microsoft.Compute/virtualMachines/vm-good-01";
const START = "eventTimestamp ge '2020-01-01T00:00:00Z'";

const named = z.object({ value: z.string(), localizedValue: z.string() });
const page = z.object({
  value: z.array(
    z.looseObject({
      caller: z.string(),
      claims: z.record(z.string(), z.string()),
      correlationId: z.string(),
      operationName: named,
      status: named,
      subStatus: named,
      eventTimestamp: z.iso.datetime(),
      submissionTimestamp: z.iso.datetime(),
      resourceId: z.string(),
      resourceGroupName: z.string(),
    }),
  ),
  nextLink: z.string().optional(),
});
type Page = z.output<typeof page>;

function pathOf(simulator: Simulator, filter: string): string {
  const base = `/subscriptions/${simulator.subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values`;
  return `${base}?api-version=2015-04-01&$filter=${encodeURIComponent(filter)}`;
}

async function read(simulator: Simulator, filter: string): Promise<Page> {
  return page.parse((await arm(simulator, pathOf(simulator, filter))).body);
}

async function lines(simulator: Simulator, filter = START): Promise<readonly string[]> {
  const { value } = await read(simulator, filter);
  return value.map(
    ({ operationName, status }) =>
      `${operationName.value.split("/").slice(1).join("/")} ${status.value}`,
  );
}

function idOf(simulator: Simulator, path: string): string {
  return `/subscriptions/${simulator.subscriptionId}/resourceGroups/rg-fleet/${path}`;
}

async function touchNic(simulator: Simulator): Promise<void> {
  const nic = (await arm(simulator, NIC)).body;
  await arm(simulator, NIC, { method: "PUT", body: nic });
}

it("shows a write from its start to its end, newest first, and no reading", async () => {
  const simulator = await simulate();

  await touchNic(simulator);
  const free = "CheckIPAddressAvailability?ipAddress=10.40.1.9";
  const asked = await arm(
    simulator,
    `providers/Microsoft.Network/virtualNetworks/vnet-fleet/${free}`,
    {
      method: "POST",
    },
  );

  expect(asked.status).toBe(200);
  expect(await lines(simulator)).toEqual([
    "networkInterfaces/write Succeeded",
    "networkInterfaces/write Started",
  ]);
});

it("shows a long operation as accepted, and its end when it has come", async () => {
  let now = Date.parse("2026-03-02T08:00:00Z");
  const simulator = await simulate(aFleet(), { latency: "demo", now: () => new Date(now) });
  await arm(simulator, `${VM}/restart`, { method: "POST" });

  const under = await lines(simulator);
  now += 600_000;

  expect(under).toEqual([
    "virtualMachines/restart/action Accepted",
    "virtualMachines/restart/action Started",
  ]);
  expect((await lines(simulator))[0]).toBe("virtualMachines/restart/action Succeeded");
});

it("says who did it, on what, and how it went, the entries of one request under one correlation id", async () => {
  const simulator = await simulate();
  await touchNic(simulator);

  const { value } = await read(simulator, START);

  const claims = z
    .object({ oid: z.string(), appid: z.string() })
    .parse(JSON.parse(Buffer.from(simulator.token.split(".")[1] ?? "", "base64url").toString()));
  expect(value[0]).toMatchObject({
    caller: claims.oid,
    claims: {
      appid: claims.appid,
      "http://schemas.microsoft.com/identity/claims/objectidentifier": claims.oid,
    },
    resourceId: idOf(simulator, NIC),
    resourceGroupName: "rg-fleet",
    subStatus: { value: "OK", localizedValue: "OK (HTTP Status Code: 200)" },
  });
  expect(new Set(value.map(({ correlationId }) => correlationId)).size).toBe(1);
});

it("shows a refused request as failed", async () => {
  const simulator = await simulate();

  await arm(simulator, NIC, { method: "PUT", body: {}, headers: { "If-Match": 'W/"old"' } });

  expect(await lines(simulator)).toEqual([
    "networkInterfaces/write Failed",
    "networkInterfaces/write Started",
  ]);
});

it("shows what a person does beside the program, under another identity", async () => {
  const simulator = await simulate();

  await admin(simulator, "/nics/nic-good-01", { body: { address: "next" } });
  await admin(simulator, "/vms/vm-good-01/power", { body: { state: "deallocated" } });
  await admin(simulator, "/vms/vm-good-01/power", { body: { state: "running" } });

  const { value } = await read(simulator, START);
  expect(await lines(simulator)).toEqual([
    "virtualMachines/start/action Succeeded",
    "virtualMachines/start/action Started",
    "virtualMachines/deallocate/action Succeeded",
    "virtualMachines/deallocate/action Started",
    "networkInterfaces/write Succeeded",
    "networkInterfaces/write Started",
  ]);
  expect(simulator.token).not.toContain(
    Buffer.from(value[0]?.caller ?? "")
      .toString("base64url")
      .slice(0, 20),
  );
});

it("filters by resource, group, provider and time", async () => {
  const simulator = await simulate();
  await touchNic(simulator);
  await arm(simulator, `${VM}/restart`, { method: "POST" });
  const nic = idOf(simulator, NIC).toUpperCase();

  expect(await lines(simulator, `${START} and resourceUri eq '${nic}'`)).toHaveLength(2);
  expect(await lines(simulator, `${START} and resourceGroupName eq 'RG-Fleet'`)).toHaveLength(4);
  expect(
    await lines(simulator, `${START} and resourceProvider eq 'Microsoft.Compute'`),
  ).toHaveLength(2);
  expect(await lines(simulator, `${START} and eventTimestamp le '2021-01-01T00:00:00Z'`)).toEqual(
    [],
  );
  expect(await lines(simulator, "eventTimestamp ge '2999-01-01T00:00:00Z'")).toEqual([]);
});

it.each([
  ["without a start", "resourceGroupName eq 'rg-fleet'"],
  ["by what it does not know", `${START} and caller eq 'somebody'`],
  ["by what is no condition", `${START} and anything`],
  ["by a time that is none", "eventTimestamp ge 'yesterday'"],
])("refuses to filter %s", async (_title, filter) => {
  const simulator = await simulate();

  expect(errorCode(await arm(simulator, pathOf(simulator, filter)))).toBe("BadRequest");
});

it("comes in pages", async () => {
  const simulator = await simulate(aFleet({ pageSize: 1 }));
  await touchNic(simulator);

  const first = await read(simulator, START);
  const next = new URL(first.nextLink ?? "");
  const rest = page.parse((await arm(simulator, next.pathname + next.search)).body);

  expect(first.value.map(({ status }) => status.value)).toEqual(["Succeeded"]);
  expect(rest.value.map(({ status }) => status.value)).toEqual(["Started"]);
  expect(rest.nextLink).toBeUndefined();
});

it("shows an entry only once it was written down, where the scenario makes that slow", async () => {
  const simulator = await simulate(aFleet({ activityLogDelaySeconds: 600 }));
  await touchNic(simulator);

  expect(await lines(simulator)).toEqual([]);
});

it("needs its own right", async () => {
  const role = { actions: ["*"], notActions: ["Microsoft.Insights/*"] };
  const simulator = await simulate(aFleet({ role }));

  expect(errorCode(await arm(simulator, pathOf(simulator, START)))).toBe("AuthorizationFailed");
});
