import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { z } from "zod";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { firstRecord, startBin, stopBin } from "../cli/run-bin.ts";
import type { FleetSimulator } from "./fleet.ts";

const accessSchema = z.object({
  armEndpoint: z.string(),
  subscriptionId: z.string(),
  token: z.string(),
});

/** Starts `remediator simulate` with this scenario: a process of its own, which takes no time from the one that measures. */
export async function startSimulatorProcess(
  scenario: ScenarioInput,
  latency: "instant" | "demo" = "instant",
): Promise<FleetSimulator> {
  const folder = mkdtempSync(path.join(tmpdir(), "remediator-scenario-"));
  const file = path.join(folder, "scenario.json");
  writeFileSync(file, JSON.stringify(scenario));
  const child = startBin(["simulate", "--json", "--latency", latency, "--scenario", file]);
  async function close(): Promise<void> {
    await stopBin(child, "SIGKILL");
    rmSync(folder, { recursive: true });
  }
  try {
    return { ...accessSchema.parse(await firstRecord(child)), close };
  } catch (error) {
    await close();
    throw error;
  }
}
