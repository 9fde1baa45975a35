import type { ChildProcess } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import { firstRecord, startBin, stopBin } from "./run-bin.ts";

/** Its broken VM's agent survives, so that a script inside Windows heals it. */
const SWITCH_FILE = new URL("../../local/simulator/scenario/demo-switch.json", import.meta.url);

const log = z.object({
  requests: z.array(
    z.object({ method: z.string(), operation: z.string(), script: z.string().optional() }),
  ),
  effects: z.array(z.object({ kind: z.string() })),
});

/** Simulated Azure as a process of its own. */
export interface RunningSimulator {
  readonly url: string;
  readonly child: ChildProcess;
  vmId(name: string): string;
  /** What reached it since the last call of `forget`. */
  log(): Promise<z.output<typeof log>>;
  forget(): Promise<void>;
  call(path: string, body?: object): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts `remediator simulate` with the demo's fleet whose agents all report. */
export async function startSimulate(): Promise<RunningSimulator> {
  const words = ["--json", "--latency", "instant", "--scenario", "switch"];
  const child = startBin(["simulate", ...words]);
  const access = z
    .object({ armEndpoint: z.string(), subscriptionId: z.string(), token: z.string() })
    .parse(await firstRecord(child));
  const url = access.armEndpoint;
  async function call(path: string, body?: object): Promise<unknown> {
    const post = { method: "POST", headers: { "content-type": "application/json" } };
    const init = body === undefined ? {} : { ...post, body: JSON.stringify(body) };
    const response = await fetch(`${url}/_simulator/${path}`, init);
    return await response.json();
  }
  return {
    url,
    child,
    vmId: (name) =>
      `/subscriptions/${access.subscriptionId}/resourceGroups/rg-fleet-demo/providers/Microsoft.Compute/virtualMachines/${name}`,
    log: async () => log.parse(await call("log")),
    forget: async () => {
      await fetch(`${url}/_simulator/log`, { method: "DELETE" });
    },
    call,
    stop: async () => {
      await stopBin(child, "SIGKILL");
    },
  };
}

const scenario = z.looseObject({ vms: z.array(z.record(z.string(), z.unknown())).min(1) });

/** A change of that fleet: keys of its broken VM, and of the scenario itself. */
export interface FleetChange {
  readonly brokenVm?: Readonly<Record<string, unknown>>;
  readonly brokenNic?: Readonly<Record<string, unknown>>;
  readonly scenario?: Readonly<Record<string, unknown>>;
}

const nics = z.array(z.record(z.string(), z.unknown()));

/** Writes that fleet with changes to a file, and gives its name. */
export async function writeFleet(folder: string, change: FleetChange): Promise<string> {
  const fleet = scenario.parse(JSON.parse(await readFile(SWITCH_FILE, "utf8")));
  const [broken = {}, ...others] = fleet.vms;
  const [nic = {}] = nics.parse(broken["nics"]);
  const changed = { ...broken, nics: [{ ...nic, ...change.brokenNic }], ...change.brokenVm };
  const file = join(folder, "fleet.json");
  const whole = { ...fleet, vms: [changed, ...others], ...change.scenario };
  await writeFile(file, JSON.stringify(whole));
  return file;
}
