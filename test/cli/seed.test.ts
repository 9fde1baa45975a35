import { expect, it, onTestFinished } from "vitest";
import { z } from "zod";

import { disturbance } from "../../local/simulator/faults/disturbances.ts";
import { fault } from "../../local/simulator/scenario/fault-schema.ts";
import { firstRecord, LONG, startBin, stopBin } from "./run-bin.ts";

const first = z.object({
  armEndpoint: z.string(),
  drawn: z.object({ seed: z.number(), faults: z.array(fault), deliveries: z.array(disturbance) }),
});
const inForce = z.object({ faults: z.array(z.object({ fault })) });

it("simulate --seed says in its first line what it drew, and plays it", LONG, async () => {
  const child = startBin(["simulate", "--json", "--seed", "7"]);
  onTestFinished(async () => {
    await stopBin(child, "SIGKILL");
  });

  const { armEndpoint, drawn } = first.parse(await firstRecord(child));
  const response = await fetch(`${armEndpoint}/_simulator/state`);

  expect(drawn.seed).toBe(7);
  expect(drawn.faults.length).toBeGreaterThan(0);
  expect(inForce.parse(await response.json()).faults.map((entry) => entry.fault)).toEqual(
    drawn.faults,
  );
});

it("simulate --seed prints one line for each thing drawn before it listens", LONG, async () => {
  const child = startBin(["simulate", "--seed", "7"]);
  onTestFinished(async () => {
    await stopBin(child, "SIGKILL");
  });
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));

  await expect.poll(() => text, { timeout: 20_000 }).toContain("Simulated Azure at");

  const lines = text.split("\n");
  const listening = lines.findIndex((line) => line.includes("Simulated Azure at"));
  const drawn = lines.slice(0, listening).filter((line) => line.startsWith("{"));
  expect(lines[0]).toContain("Seed 7 draws");
  expect(drawn.length).toBeGreaterThan(2);
});
