import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";

import { expect, it, onTestFinished } from "vitest";

import { LONG, startBin, stopBin } from "./run-bin.ts";

const MAIN = "5a1e0c2e-9b1d-4f6e-8c3a-7d2b5e9f1a64";
const SECOND = "0b8f6a3d-2c5e-4d7f-9a1b-6e3c8d2f4a75";

function aFleet(name: string): object {
  return {
    network: { subnets: [{ name: "snet-a", prefixes: ["10.40.1.0/24"] }] },
    vms: [{ name, nics: [{ ipConfigurations: [{ address: "10.40.1.4" }] }] }],
  };
}

it("simulate prints the ids of the VMs of every subscription", LONG, async () => {
  const folder = await mkdtemp(join(tmpdir(), "simulate-"));
  const file = join(folder, "fleet.json");
  const branch = { id: SECOND, resourceGroup: "rg-branch", ...aFleet("vm-branch-01") };
  await writeFile(file, JSON.stringify({ ...aFleet("vm-main-01"), subscriptions: [branch] }));
  const child = startBin(["simulate", "--port", "0", "--scenario", file]);
  onTestFinished(async () => {
    await stopBin(child, "SIGKILL");
    await rm(folder, { recursive: true });
  });

  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout ?? Readable.from([]) })) {
    lines.push(line.trim());
    if (line.startsWith("Stop with")) {
      break;
    }
  }

  const type = "providers/Microsoft.Compute/virtualMachines";
  expect(lines).toContain(`/subscriptions/${MAIN}/resourceGroups/rg-fleet/${type}/vm-main-01`);
  expect(lines).toContain(`/subscriptions/${SECOND}/resourceGroups/rg-branch/${type}/vm-branch-01`);
});
