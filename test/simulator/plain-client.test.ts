import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { plainClient } from "./plain-client.ts";
import type { Address, PlainClient, Spelling } from "./plain-client.ts";

const PROGRAM = fileURLToPath(new URL("../../local/cli/remediator.mjs", import.meta.url));

const FLEET = {
  seed: 11,
  resourceGroup: "rg-guests",
  network: { subnets: [{ name: "snet-a", prefixes: ["10.60.2.0/24"] }] },
  vms: [
    { name: "vm-print-01", nics: [{ ipConfigurations: [{ address: "10.60.2.4" }] }] },
    { name: "vm-files-01", nics: [{ ipConfigurations: [{ address: "10.60.2.5" }] }] },
  ],
  faults: [
    { kind: "slow", operation: "runCommand.post", seconds: 0.3, count: "always" },
    { kind: "slow", operation: "snapshot.put", seconds: 0.3, count: "always" },
  ],
};

const VM = "providers/Microsoft.Compute/virtualMachines/vm-print-01";
const NIC = "providers/Microsoft.Network/networkInterfaces/nic-print-01";

const address = z.object({ armEndpoint: z.url(), subscriptionId: z.guid(), token: z.string() });
const list = z.object({ value: z.array(z.looseObject({ id: z.string(), name: z.string() })) });
const nic = z.looseObject({
  etag: z.string(),
  tags: z.record(z.string(), z.string()).optional(),
  properties: z.looseObject({}),
});
const commandResult = z.object({
  value: z.array(z.looseObject({ code: z.string(), message: z.string() })),
});

let simulated: Address;
let stop: () => Promise<void>;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "plain-client-"));
  const file = join(folder, "fleet.json");
  writeFileSync(file, JSON.stringify(FLEET));
  const options = ["--json", "--port", "0", "--latency", "instant", "--scenario", file];
  const child = spawn(process.execPath, [PROGRAM, "simulate", ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const first: readonly unknown[] = await once(lines, "line");
  simulated = address.parse(JSON.parse(String(first[0])));
  stop = async () => {
    const gone = once(child, "exit");
    child.kill();
    await gone;
    rmSync(folder, { recursive: true });
  };
});

afterAll(async () => {
  await stop();
});

const SPELLINGS: readonly (readonly [string, Spelling])[] = [
  ["as Azure spells it", { path: (path) => path, apiVersion: "2024-07-01" }],
  ["in lower case", { path: (path) => path.toLowerCase(), apiVersion: "2019-03-01" }],
  ["in upper case", { path: (path) => path.toUpperCase(), apiVersion: "2031-01-15-preview" }],
];

describe.each(SPELLINGS)("a client of somebody else, writing paths %s", (how, spelling) => {
  function client(): PlainClient {
    return plainClient(simulated, FLEET.resourceGroup, spelling);
  }

  it("lists VMs, of the group and of the subscription", async () => {
    const top = `/subscriptions/${simulated.subscriptionId}/providers/Microsoft.Compute/virtualMachines`;

    const inGroup = await client().send("providers/Microsoft.Compute/virtualMachines");
    const inSubscription = await client().send(top);

    expect(list.parse(inGroup.body).value.map((vm) => vm.name)).toEqual([
      "vm-print-01",
      "vm-files-01",
    ]);
    expect(inSubscription.body).toEqual(inGroup.body);
  });

  it("reads an instance view", async () => {
    const answer = await client().send(`${VM}/instanceView`);

    expect(answer.body).toMatchObject({
      statuses: [{ code: "ProvisioningState/succeeded" }, { code: "PowerState/running" }],
      vmAgent: { statuses: [{ displayStatus: "Ready" }] },
    });
  });

  it("runs IPConfig and reads what it printed", async () => {
    const { started, states, result } = await client().run(`${VM}/runCommand`, {
      method: "POST",
      body: { commandId: "IPConfig" },
    });

    expect(started.status).toBe(202);
    expect(states).toContain("InProgress");
    expect(states.at(-1)).toBe("Succeeded");
    const output = commandResult.parse(result.body).value;
    expect(output.map(({ code }) => code)).toEqual([
      "ComponentStatus/StdOut/succeeded",
      "ComponentStatus/StdErr/succeeded",
    ]);
    expect(output[0]?.message).toContain("10.60.2.4");
  });

  it("writes a NIC with the right ETag, and is refused with the stale one", async () => {
    const before = nic.parse((await client().send(NIC)).body);
    const body = { ...before, tags: { writer: how } };

    const written = await client().run(NIC, {
      method: "PUT",
      body,
      headers: { "If-Match": before.etag },
    });
    const stale = await client().send(NIC, {
      method: "PUT",
      body,
      headers: { "If-Match": before.etag },
    });

    expect(written.started.status).toBe(200);
    expect(written.states.at(-1)).toBe("Succeeded");
    expect(stale.status).toBe(412);
    expect(stale.body).toMatchObject({ error: { code: "PreconditionFailed" } });
    const after = await client().send(NIC);
    expect(after.headers.get("ETag")).not.toBe(before.etag);
    expect(after.body).toMatchObject({
      tags: { writer: how },
      properties: { ipConfigurations: [{ properties: { privateIPAddress: "10.60.2.4" } }] },
    });
  });

  it("makes, lists and deletes a snapshot", async () => {
    const name = `snap-${how.replaceAll(" ", "-").toLowerCase()}`;
    const path = `providers/Microsoft.Compute/snapshots/${name}`;
    const sourceResourceId = `/subscriptions/${simulated.subscriptionId}/resourceGroups/rg-guests/providers/Microsoft.Compute/disks/vm-print-01-os`;

    const made = await client().run(path, {
      method: "PUT",
      body: {
        location: "westeurope",
        properties: {
          creationData: { createOption: "Copy", sourceResourceId: spelling.path(sourceResourceId) },
          incremental: true,
        },
      },
    });
    const listed = await client().send("providers/Microsoft.Compute/snapshots");
    const deleted = await client().run(path, { method: "DELETE" });
    const gone = await client().send(path);

    expect(made.states).toContain("InProgress");
    expect(made.result.body).toMatchObject({ properties: { provisioningState: "Succeeded" } });
    expect(list.parse(listed.body).value.map((snapshot) => snapshot.name.toLowerCase())).toEqual([
      name,
    ]);
    expect([deleted.started.status, deleted.states.at(-1)]).toEqual([202, "Succeeded"]);
    expect(gone.status).toBe(404);
  });
});
