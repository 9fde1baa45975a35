import { describe, expect, it } from "vitest";

import { arm, errorCode, readLog, simulate } from "./harness.ts";

const VM = "providers/Microsoft.Compute/virtualMachines/vm-good-01";

describe("Resource Manager", () => {
  it.each([
    ["no token", {}, 401, "AuthenticationFailed"],
    ["a token that is none", { Authorization: "Bearer abc" }, 401, "InvalidAuthenticationToken"],
    [
      "a token without the claims",
      { Authorization: `Bearer a.${Buffer.from("{}").toString("base64url")}.c` },
      401,
      "InvalidAuthenticationToken",
    ],
  ])("refuses %s", async (_what, headers, status, code) => {
    const simulator = await simulate();

    const response = await fetch(
      `${simulator.armEndpoint}/subscriptions/${simulator.subscriptionId}/resourceGroups/rg-fleet/${VM}?api-version=2024-07-01`,
      { headers },
    );

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  it.each([
    ["without an api-version", `${VM}?api-version=`, 400, "MissingApiVersionParameter"],
    ["with an odd api-version", `${VM}?api-version=latest`, 400, "InvalidApiVersionParameter"],
    ["for an unknown VM", `${VM}x`, 404, "ResourceNotFound"],
    ["for an unknown kind", "providers/Microsoft.Web/sites/x", 404, "InvalidResourceType"],
    [
      "for another subscription",
      `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-fleet/${VM}`,
      404,
      "SubscriptionNotFound",
    ],
  ])("refuses a request %s", async (_what, path, status, code) => {
    const simulator = await simulate();

    const answer = await arm(simulator, path);

    expect(answer.status).toBe(status);
    expect(errorCode(answer)).toBe(code);
  });

  it("answers ids in any letter case, with a request id", async () => {
    const simulator = await simulate();
    const path = `/SUBSCRIPTIONS/${simulator.subscriptionId.toUpperCase()}/resourcegroups/RG-FLEET/PROVIDERS/microsoft.compute/VIRTUALMACHINES/VM-GOOD-01`;

    const answer = await arm(simulator, path);

    expect(answer.body).toMatchObject({ name: "vm-good-01" });
    expect(answer.headers.get("x-ms-request-id")).toMatch(/^[\da-f-]{36}$/u);
  });

  it("refuses a body that is not JSON", async () => {
    const simulator = await simulate();

    const response = await fetch(
      `${simulator.armEndpoint}/subscriptions/${simulator.subscriptionId}/resourceGroups/rg-fleet/${VM}/runCommand?api-version=2024-07-01`,
      {
        method: "POST",
        headers: { Authorization: `Bearer ${simulator.token}` },
        body: "{",
      },
    );

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "InvalidRequestContent" } });
  });

  it("keeps an idle connection open for longer than a busy client pauses", async () => {
    const simulator = await simulate();

    const answer = await arm(simulator, VM);

    expect(answer.headers.get("keep-alive")).toBe("timeout=240");
  });

  it("logs each request with its name, its VM and its status", async () => {
    const simulator = await simulate();
    await arm(simulator, VM);
    await arm(simulator, "providers/Microsoft.Network/networkInterfaces/nic-bad-01");
    await arm(simulator, `${VM}x`);

    const { requests } = await readLog(simulator);

    expect(requests).toMatchObject([
      { n: 1, operation: "vm.get", vm: "vm-good-01", status: 200 },
      { n: 2, operation: "nic.get", vm: "vm-bad-01", status: 200 },
      { n: 3, operation: "vm.get", status: 404 },
    ]);
  });
});
