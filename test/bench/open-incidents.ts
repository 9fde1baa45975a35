import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { z } from "zod";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import type { FleetSimulator } from "../end-to-end/fleet.ts";
import { startSimulatorProcess } from "../end-to-end/simulator-process.ts";
import { anAlert } from "../signals/payloads.ts";
import { quantile } from "./figures.ts";

const HOST = path.join(import.meta.dirname, "measured-host.ts");
const LEVELS = [10, 100, 1000];
const MOST = Math.max(...LEVELS);
/** Alerts about healthy VMs give the turns that are timed, the same ones at each level. */
const HEALTHY = 20;
const BURST = 100;
const BURSTS = 3;
const AT_ONCE = 8;
/** Without a turn for so long the host counts as done. */
const QUIET_MS = 400;
const LONGEST_WAIT_MS = 150_000;

/** Every wait of an incident outlasts the bench: it opens, asks for snapshot, guest and probe, and stays so. */
const LONG_WAITS = {
  REMEDIATOR_POLL_SECONDS: "3600",
  REMEDIATOR_PROBE_WINDOW_SECONDS: "7200",
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: "30",
  REMEDIATOR_GUEST_READ_SECONDS: "14400",
  REMEDIATOR_SNAPSHOT_TIMEOUT_SECONDS: "14400",
};

const counted = z.object({
  turns: z.number(),
  lastTurnAt: z.number(),
  opened: z.number(),
  cpuMs: z.number(),
  heapMb: z.number(),
  residentMb: z.number(),
  peakMb: z.number(),
});

/** How the local host does with so many open incidents. Memory in MB of 1,000,000 bytes. */
export interface Level {
  readonly open: number;
  readonly turnsPerSecond: number;
  /** What the host's process computed per turn, with all that hangs on it: activities, HTTP, the store. */
  readonly cpuMsPerTurn: number;
  /** In use after a full garbage collection. */
  readonly heapMb: number;
  readonly residentMb: number;
  readonly peakMb: number;
}

/** Measures one host with 10, then 100, then 1,000 open incidents. */
export async function openIncidents(): Promise<readonly Level[]> {
  const simulator = await startSimulatorProcess(aScenarioOf(MOST));
  const folder = mkdtempSync(path.join(tmpdir(), "remediator-bench-"));
  const child = fork(HOST, [folder, simulator.armEndpoint], {
    execArgv: ["--expose-gc", "--disable-warning=ExperimentalWarning"],
    env: { ...process.env, ...LONG_WAITS },
  });
  try {
    const [first] = z.array(z.unknown()).parse(await once(child, "message"));
    const { url } = z.object({ url: z.string() }).parse(first);
    return await levelsOf({ child, url, simulator });
  } finally {
    child.kill("SIGKILL");
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Bench {
  readonly child: ChildProcess;
  readonly url: string;
  readonly simulator: FleetSimulator;
}

async function levelsOf(bench: Bench): Promise<readonly Level[]> {
  const levels: Level[] = [];
  let open = 0;
  let alerts = 0;
  // Until the code is compiled, turns take several times as long.
  await burst();
  for (const wanted of LEVELS) {
    const vms = Array.from({ length: wanted - open }, (_, index) => `vm-ill-${open + index + 1}`);
    await alert(bench, vms, `open-${wanted}`);
    open = wanted;
    await untilQuiet(bench, open);
    const bursts: { turnsPerSecond: number; cpuMsPerTurn: number }[] = [];
    for (let turn = 0; turn < BURSTS; turn++) {
      bursts.push(await burst());
    }
    const { heapMb, residentMb, peakMb } = await ask(bench.child, "collect");
    levels.push({
      open,
      turnsPerSecond: quantile(
        bursts.map((one) => one.turnsPerSecond),
        0.5,
      ),
      cpuMsPerTurn: quantile(
        bursts.map((one) => one.cpuMsPerTurn),
        0.5,
      ),
      heapMb,
      residentMb,
      peakMb,
    });
  }
  return levels;

  async function burst(): Promise<{ turnsPerSecond: number; cpuMsPerTurn: number }> {
    const vms = Array.from({ length: BURST }, (_, index) => `vm-well-${(index % HEALTHY) + 1}`);
    const before = await ask(bench.child, "count");
    const begun = Date.now();
    await alert(bench, vms, `burst-${(alerts += 1)}`);
    const after = await untilQuiet(bench, open);
    const turns = after.turns - before.turns;
    return {
      turnsPerSecond: turns / ((after.lastTurnAt - begun) / 1000),
      cpuMsPerTurn: (after.cpuMs - before.cpuMs) / turns,
    };
  }
}

/** Fires an alert about each of these VMs, several at the same time. */
async function alert(
  { url, simulator }: Bench,
  vms: readonly string[],
  name: string,
): Promise<void> {
  const waiting = [...vms.entries()];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, vm] = next;
        const target = `/subscriptions/${simulator.subscriptionId}/resourceGroups/rg-fleet/providers/Microsoft.Compute/virtualMachines/${vm}`;
        const ids = { alertId: `/alerts/${name}-${index}`, originAlertId: `${name}-${index}` };
        const response = await fetch(`${url}/api/alerts`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(anAlert({ ...ids, alertTargetIDs: [target] })),
        });
        await response.arrayBuffer();
        if (response.status !== 202) {
          throw new Error(`An alert about ${vm} was answered with ${response.status}.`);
        }
      }
    }),
  );
}

/** Waits until so many incidents are open and the host has nothing more to do. */
async function untilQuiet({ child }: Bench, open: number): Promise<z.output<typeof counted>> {
  const deadline = Date.now() + LONGEST_WAIT_MS;
  for (;;) {
    const now = await ask(child, "count");
    if (now.opened >= open && Date.now() - now.lastTurnAt > QUIET_MS) {
      return now;
    }
    if (Date.now() > deadline) {
      throw new Error(`Only ${now.opened} of ${open} incidents were open in time.`);
    }
    await pause(QUIET_MS / 4);
  }
}

async function ask(
  child: ChildProcess,
  what: "count" | "collect",
): Promise<z.output<typeof counted>> {
  const answer = once(child, "message");
  child.send(what);
  const [message] = z.array(z.unknown()).parse(await answer);
  return counted.parse(message);
}

/** So many VMs that refuse RDP, which shows sooner than silence, and a few healthy ones, in one large subnet. */
function aScenarioOf(ill: number): ScenarioInput {
  return {
    network: { subnets: [{ name: "fleet", prefixes: ["10.48.0.0/16"] }] },
    vms: [
      ...Array.from({ length: ill }, (_, index) => ({
        name: `vm-ill-${index + 1}`,
        tags: { "static-ip-remediator": "on" },
        guest: { rdpListening: false },
        nics: [{ ipConfigurations: [{ address: addressAt(index + 256) }] }],
      })),
      ...Array.from({ length: HEALTHY }, (_, index) => ({
        name: `vm-well-${index + 1}`,
        tags: { "static-ip-remediator": "on" },
        nics: [{ ipConfigurations: [{ address: addressAt(index + 16_384) }] }],
      })),
    ],
  };
}

function addressAt(index: number): string {
  return `10.48.${Math.floor(index / 256)}.${index % 256}`;
}
