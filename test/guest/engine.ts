import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { z } from "zod";

import type { GuestState, GuestWorld, ScriptRun } from "../../local/simulator/guest/state.ts";

/** One thing that happens to a simulated Windows: a script runs, due tasks fire, or it restarts. */
export interface GuestAction {
  readonly kind: "run" | "tasks" | "restart";
  readonly world: GuestWorld;
  /** For `run`. */
  readonly script?: string;
}

/** A Windows, and what happens to it, in order. */
export interface GuestCase {
  readonly title: string;
  readonly state: GuestState;
  readonly actions: readonly GuestAction[];
}

const answers = z.array(
  z.array(
    z.object({
      stdout: z.string(),
      stderr: z.string(),
      seconds: z.number(),
      state: z.custom<GuestState>((value) => typeof value === "object"),
    }),
  ),
);

/** The PowerShell to test with: `$PWSH`, else `pwsh` on the PATH; null if there is none. */
export const engine = findEngine();

const REASON = "skipped, since there is no PowerShell: put pwsh on the PATH or set PWSH";

/** Goes into the title of the engine's tests: why they are skipped, or nothing. */
export const noEngine = engine === null ? ` (${REASON})` : "";

if (engine === null) {
  process.stderr.write(`Guest scripts on a real PowerShell engine: ${REASON}\n`);
}

/** Settings of .NET that save a sixth of the time of an engine that lives for half a minute. */
const SHORT_LIVED = { DOTNET_TieredPGO: "0", DOTNET_gcConcurrent: "0" };

/** Runs all cases in one engine process, since its start costs about a second. */
export function runOnEngine(cases: readonly GuestCase[]): readonly (readonly ScriptRun[])[] {
  const folder = mkdtempSync(join(tmpdir(), "guest-scripts-"));
  try {
    const input = join(folder, "cases.json");
    const output = join(folder, "answers.json");
    writeFileSync(input, JSON.stringify(cases));
    const harness = join(import.meta.dirname, "engine-harness.ps1");
    const words = ["-NoProfile", "-NonInteractive", "-File", harness, input, output];
    const run = spawnSync(engine ?? "pwsh", words, {
      encoding: "utf8",
      timeout: 240_000,
      env: { ...process.env, ...SHORT_LIVED },
    });
    if (run.status !== 0 || run.stderr !== "") {
      throw new Error(`The engine ended with ${run.status}: ${run.stderr}${run.stdout}`);
    }
    return answers.parse(JSON.parse(readFileSync(output, "utf8")));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function findEngine(): string | null {
  const wanted = process.env["PWSH"] ?? "pwsh";
  const words = ["-NoProfile", "-NonInteractive", "-Command", "'ready'"];
  const run = spawnSync(wanted, words, { encoding: "utf8", timeout: 60_000 });
  return run.status === 0 && run.stdout.trim() === "ready" ? wanted : null;
}
