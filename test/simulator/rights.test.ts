import { describe, expect, it } from "vitest";
import { z } from "zod";

import { ARM_ROUTES } from "../../local/simulator/arm/arm-routes.ts";
import { issueToken } from "../../local/simulator/arm/identity.ts";
import { rightsOfNic } from "../../local/simulator/arm/linked-rights.ts";
import { makeRights, scopeIn } from "../../local/simulator/arm/rights.ts";
import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import type { Simulator } from "../../local/simulator/simulator.ts";
import { admin, aFleet, arm, effectKinds, errorCode, simulate, startCommand } from "./harness.ts";
import type { Answer } from "./harness.ts";

const VM = "providers/Microsoft.Compute/virtualMachines/vm-good-01";
const NIC = "providers/Microsoft.Network/networkInterfaces/nic-good-01";
const DISK = "providers/Microsoft.Compute/disks/vm-good-01-os";
const SNAPSHOT = "providers/Microsoft.Compute/snapshots/snap-1";
const HOLDER = { oid: "oid-1", appid: "app-1" };

const claims = z.object({ oid: z.string(), appid: z.string() });

async function withRole(
  actions: string[],
  notActions: string[] = [],
  changes: Partial<ScenarioInput> = {},
): Promise<Simulator> {
  return await simulate(aFleet({ role: { actions, notActions }, ...changes }));
}

function idOf(simulator: Simulator, path: string): string {
  return `/subscriptions/${simulator.subscriptionId}/resourceGroups/rg-fleet/${path}`;
}

/** How Azure calls the token's holder. */
function clientText({ token }: Simulator): string {
  const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
  const { oid, appid } = claims.parse(JSON.parse(payload));
  return `The client '${appid}' with object id '${oid}'`;
}

async function putSnapshot(simulator: Simulator, more: object = {}): Promise<Answer> {
  const sourceResourceId = idOf(simulator, DISK);
  const creationData = { createOption: "Copy", sourceResourceId };
  return await arm(simulator, SNAPSHOT, {
    method: "PUT",
    body: { location: "westeurope", properties: { creationData, ...more } },
  });
}

describe("a request whose right the role lacks", () => {
  it("is refused in Azure's words, naming action and scope, without an effect", async () => {
    const simulator = await withRole(["*/read"]);

    const { answer } = await startCommand(simulator, ["hostname"], "vm-good-01");

    expect(answer.status).toBe(403);
    expect(answer.body).toEqual({
      error: {
        code: "AuthorizationFailed",
        message: `${clientText(simulator)} does not have authorization to perform action 'Microsoft.Compute/virtualMachines/runCommand/action' over scope '${idOf(simulator, VM)}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
      },
    });
    expect(await effectKinds(simulator)).toEqual([]);
  });

  it("is refused although the resource is not there", async () => {
    const simulator = await withRole(["Microsoft.Network/*"]);

    const answer = await arm(simulator, VM.replace("good", "gone"));

    expect([answer.status, errorCode(answer)]).toEqual([403, "AuthorizationFailed"]);
  });

  it("passes with a token of anybody else", async () => {
    const simulator = await withRole(["Microsoft.Network/*"]);
    const token = issueToken({ oid: "somebody", appid: "something" }, "tenant");

    const answer = await arm(simulator, VM, { headers: { Authorization: `Bearer ${token}` } });

    expect(answer.status).toBe(200);
  });

  it("is refused to the printed token where that has no role, and to nobody else", async () => {
    const id = "6f0c2d81-4b7e-4c1a-9e35-d8a7b1f20c44";
    const vms = [{ name: "vm-far", nics: [{ ipConfigurations: [{ address: "10.40.0.9" }] }] }];
    const network = { subnets: [{ name: "far", prefixes: ["10.40.0.0/24"] }] };
    const simulator = await simulate(
      aFleet({ subscriptions: [{ id, network, vms, noRole: true }] }),
    );
    const path = `/subscriptions/${id}/providers/Microsoft.Compute/virtualMachines`;
    const token = issueToken({ oid: "somebody", appid: "something" }, "tenant");
    const headers = { Authorization: `Bearer ${token}` };

    const own = [await arm(simulator, path), await arm(simulator, "/subscriptions")];
    const other = [
      await arm(simulator, path, { headers }),
      await arm(simulator, "/subscriptions", { headers }),
    ];

    expect(own.map(({ status }) => status)).toEqual([403, 200]);
    expect(other.map(({ status }) => status)).toEqual([200, 200]);
    expect([own, other].map((answers) => JSON.stringify(answers[1]?.body).includes(id))).toEqual([
      false,
      true,
    ]);
  });

  it("passes when it only lists the subscriptions", async () => {
    const simulator = await withRole(["Microsoft.Network/*"]);

    expect((await arm(simulator, "/subscriptions")).status).toBe(200);
  });
});

describe("a write that refers to other things", () => {
  it("of a snapshot needs access to the source disk", async () => {
    const simulator = await withRole(["*"], ["Microsoft.Compute/disks/beginGetAccess/action"]);

    const answer = await putSnapshot(simulator);

    expect(answer.status).toBe(403);
    expect(answer.body).toEqual({
      error: {
        code: "LinkedAuthorizationFailed",
        message: `${clientText(simulator)} has permission to perform action 'Microsoft.Compute/snapshots/write' on scope '${idOf(simulator, SNAPSHOT)}'; however, it does not have permission to perform action(s) 'Microsoft.Compute/disks/beginGetAccess/action' on the linked scope(s) '${idOf(simulator, DISK)}' (respectively) or the linked scope(s) are invalid.`,
      },
    });
    expect(await effectKinds(simulator)).toEqual([]);
  });

  it("of a snapshot with a customer's key needs to read the disk encryption set, which disk and snapshot show", async () => {
    const aKeptFleet = aFleet({
      role: { actions: ["*"], notActions: ["*/diskEncryptionSets/read"] },
    });
    const vms = aKeptFleet.vms.map((vm) => Object.assign(vm, { diskEncryptionSet: "des-a" }));
    const simulator = await simulate({ ...aKeptFleet, vms });
    const { encryption } = z
      .object({
        properties: z.object({ encryption: z.object({ diskEncryptionSetId: z.string() }) }),
      })
      .parse((await arm(simulator, DISK)).body).properties;

    const plain = await putSnapshot(simulator);
    const answer = await putSnapshot(simulator, { encryption });

    expect(plain.status).toBe(202);
    expect(errorCode(answer)).toBe("LinkedAuthorizationFailed");
    expect(JSON.stringify(answer.body)).toContain(
      `'Microsoft.Compute/diskEncryptionSets/read' on the linked scope(s) '${encryption.diskEncryptionSetId}'`,
    );
    expect(encryption.diskEncryptionSetId).toBe(
      idOf(simulator, "providers/Microsoft.Compute/diskEncryptionSets/des-a"),
    );
  });

  it("of a NIC needs to join each of them, and names all that lack", async () => {
    const simulator = await withRole(["*/read", "Microsoft.Network/networkInterfaces/*"], [], {
      securityGroups: [{ name: "nsg-a" }],
    });
    const { body } = await arm(simulator, NIC);
    const group = {
      id: idOf(simulator, "providers/Microsoft.Network/networkSecurityGroups/nsg-a"),
    };
    const nic = z.looseObject({ properties: z.looseObject({}) }).parse(body);
    const changed = { ...nic, properties: { ...nic.properties, networkSecurityGroup: group } };

    const answer = await arm(simulator, NIC, { method: "PUT", body: changed });

    expect(errorCode(answer)).toBe("LinkedAuthorizationFailed");
    expect(JSON.stringify(answer.body)).toContain(
      `'Microsoft.Network/networkSecurityGroups/join/action,Microsoft.Network/virtualNetworks/subnets/join/action' on the linked scope(s) '${group.id},${idOf(simulator, "providers/Microsoft.Network/virtualNetworks/vnet-fleet/subnets/snet-a")}'`,
    );
  });

  it("passes with exactly the rights that it needs", async () => {
    const simulator = await withRole([
      "Microsoft.Network/networkInterfaces/read",
      "Microsoft.Network/networkInterfaces/write",
      "Microsoft.Network/virtualNetworks/subnets/join/action",
    ]);

    const { body } = await arm(simulator, NIC);
    const answer = await arm(simulator, NIC, { method: "PUT", body });

    expect(answer.status).toBe(200);
  });

  it.each([
    ["publicIPAddress", "publicIPAddresses/join/action"],
    ["applicationSecurityGroups", "applicationSecurityGroups/joinIpConfiguration/action"],
    ["loadBalancerBackendAddressPools", "loadBalancers/backendAddressPools/join/action"],
    ["loadBalancerInboundNatRules", "loadBalancers/inboundNatRules/join/action"],
    [
      "applicationGatewayBackendAddressPools",
      "applicationGateways/backendAddressPools/join/action",
    ],
  ])("needs for %s Microsoft.Network/%s, once for each", (key, action) => {
    const target = { id: `/some/${key}` };
    const value = key === "publicIPAddress" ? target : [target];
    const entry = { name: "ipconfig1", properties: { [key]: value } };

    expect(rightsOfNic({ properties: { ipConfigurations: [entry, entry] } })).toEqual([
      { action: `Microsoft.Network/${action}`, scope: target.id },
    ]);
  });

  it("with a body that cannot be read is left to its own checks", async () => {
    const simulator = await withRole(["*"]);
    const broken = { properties: { ipConfigurations: "none" } };

    const nic = await arm(simulator, NIC, { method: "PUT", body: broken });
    const snapshot = await arm(simulator, SNAPSHOT, { method: "PUT", body: {} });

    expect([nic.status, snapshot.status]).toEqual([400, 400]);
  });
});

describe("a role", () => {
  it.each([
    [["*"], [], "Microsoft.Compute/disks/read", true],
    [["*/read"], [], "Microsoft.Compute/disks/read", true],
    [["*/read"], [], "Microsoft.Compute/disks/write", false],
    [["microsoft.compute/virtualmachines/*"], [], "Microsoft.Compute/virtualMachines/read", true],
    [["Microsoft.Compute/virtualMachines/*"], [], "Microsoft.Compute/virtualMachinesX/read", false],
    [["Microsoft.Compute/disks/read"], [], "Microsoft-Compute/disks/read", false],
    [["Microsoft.Compute/disks"], [], "Microsoft.Compute/disks/read", false],
    [
      ["*"],
      ["Microsoft.Compute/*/action"],
      "Microsoft.Compute/virtualMachines/start/action",
      false,
    ],
    [["*"], ["Microsoft.Compute/*/action"], "Microsoft.Compute/virtualMachines/read", true],
  ])("of %j without %j says of %s: %s", (actions, notActions, action, expected) => {
    expect(makeRights({ actions, notActions }, HOLDER)(HOLDER, action)).toBe(expected);
  });

  it("that is left out allows everything", () => {
    expect(makeRights(undefined, HOLDER)(HOLDER, "Microsoft.Compute/disks/delete")).toBe(true);
  });
});

describe("the scope that a refusal names", () => {
  const vm = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v";

  it.each([
    [vm, vm],
    [`${vm}/runCommand`, vm],
    [`${vm}/providers/Microsoft.Authorization/locks`, vm],
    [`${vm}/providers/N/statuses/current`, `${vm}/providers/N/statuses/current`],
    ["/subscriptions/s/resourceGroups/g/providers/N/types", "/subscriptions/s/resourceGroups/g"],
    ["/subscriptions/s/providers/N/types", "/subscriptions/s"],
  ])("of %s is %s", (path, scope) => {
    expect(scopeIn(path)).toBe(scope);
  });
});

describe("every kind of request", () => {
  /** What Azure calls the right of a request with that method. */
  const verbs: Record<string, string> = {
    GET: "read",
    PUT: "write",
    PATCH: "write",
    DELETE: "delete",
    POST: "action",
  };

  const EXCEPTIONS: Record<string, string> = {
    // Azure asks by POST too whether an address is free, and that is a reading right.
    "vnet.checkAddress": "read",
    // A data action of Key Vault, which names it by what it gives.
    "secret.get": "action",
  };

  it.each(
    ARM_ROUTES.filter(({ operation }) => operation !== "subscription.list").map(
      (route) => [route.method, route.path, route] as const,
    ),
  )("%s %s has its right", (_method, _path, { action, method, operation }) => {
    const verb = EXCEPTIONS[operation] ?? verbs[method];

    // Azure spells the type of a DNS record in capitals.
    expect(action).toMatch(/^Microsoft\.[A-Z]\w+(?:\/(?:[a-z]\w+|A))+$/u);
    expect(action?.split("/").at(-1)).toBe(verb);
  });

  it("stands in the log with the rights that it needs", async () => {
    const simulator = await simulate();

    await putSnapshot(simulator);
    await arm(simulator, "/subscriptions");

    const log = (await admin(simulator, "/log")).body;
    expect(log).toMatchObject({
      requests: [
        {
          operation: "snapshot.put",
          action: "Microsoft.Compute/snapshots/write",
          linked: [
            {
              action: "Microsoft.Compute/disks/beginGetAccess/action",
              scope: idOf(simulator, DISK),
            },
          ],
        },
        { operation: "subscription.list" },
      ],
    });
    expect(log).not.toHaveProperty("requests.1.action");
  });
});
