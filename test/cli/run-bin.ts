import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess, ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";

import { z } from "zod";

import { launcher } from "../built/launcher.ts";

/** Far beyond what a run takes, for machines which do much else. */
const LONGEST_RUN_MS = 110_000;

/** For tests that wait for a whole run. */
export const LONG = { timeout: 120_000 };

/** Short waits for everything that these tests start. */
const SHORT: Readonly<Record<string, string>> = {
  REMEDIATOR_PROBE_WINDOW_SECONDS: "1",
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: "2",
  REMEDIATOR_SECOND_PROBE_SECONDS: "0.5",
  REMEDIATOR_GUEST_READ_SECONDS: "8",
  REMEDIATOR_LEASE_WAIT_SECONDS: "2",
  REMEDIATOR_POLL_SECONDS: "0.2",
  REMEDIATOR_RETRY_SECONDS: "0.5",
};

type Environment = Readonly<Record<string, string>>;

/** How a call of the command line ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line to its end. */
export async function runBin(
  words: readonly string[],
  environment: Environment = {},
): Promise<Ended> {
  return await ended(startProcess(process.execPath, [launcher(), ...words], environment));
}

/** Runs the command line on a terminal of its own with so many columns; needs `script` of util-linux. */
export async function runOnTerminal(
  words: readonly string[],
  columns: number,
  environment: Environment = {},
): Promise<Ended> {
  const command = [process.execPath, launcher(), ...words].map((word) => `'${word}'`).join(" ");
  const line = `stty cols ${columns}; exec ${command}`;
  return await ended(startProcess("script", ["-qec", line, "/dev/null"], environment));
}

/**
 * Starts the command line on a terminal of its own; what is written to its standard input is typed there. The caller ends
 * it. Needs `script` of util-linux.
 */
export function startOnTerminal(
  words: readonly string[],
  size: { readonly columns: number; readonly rows: number },
): ChildProcessByStdio<Writable, Readable, Readable> {
  const command = [process.execPath, launcher(), ...words].map((word) => `'${word}'`).join(" ");
  const line = `stty cols ${size.columns} rows ${size.rows}; exec ${command}`;
  return spawn("script", ["-qec", line, "/dev/null"], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, CI: "", ...SHORT },
  });
}

/** Waits, with a bound, until a child's standard output holds the text; gives what came from the call of this on. */
export function readerOf(child: { readonly stdout: Readable | null }): {
  readonly text: () => string;
  readonly until: (part: string) => Promise<string>;
} {
  let read = "";
  child.stdout?.setEncoding("utf8").on("data", (part: string) => (read += part));
  return {
    text: () => read,
    until: async (part) => {
      const deadline = Date.now() + 60_000;
      while (!read.includes(part)) {
        if (Date.now() > deadline) {
          throw new Error(`Waited for ${part} in: ${read}`);
        }
        await pause(50);
      }
      return read;
    },
  };
}

/** Starts the command line; the caller ends it. */
export function startBin(words: readonly string[], environment: Environment = {}): ChildProcess {
  return startProcess(process.execPath, [launcher(), ...words], environment);
}

function startProcess(
  file: string,
  words: readonly string[],
  environment: Environment,
): ChildProcess {
  return spawn(file, words, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, CI: "", ...SHORT, ...environment },
  });
}

async function ended(child: ChildProcess): Promise<Ended> {
  const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_RUN_MS);
  const exit = once(child, "close");
  const [stdout, stderr] = await Promise.all([readAll(child.stdout), readAll(child.stderr)]);
  await exit;
  clearTimeout(timer);
  return { code: child.exitCode, stdout, stderr };
}

async function readAll(stream: ChildProcess["stdout"]): Promise<string> {
  return stream === null ? "" : await text(stream);
}

/** Why there is no pseudo-terminal to test on; empty if there is one. */
export function noTerminal(): string {
  try {
    const version = execFileSync("script", ["--version"], { encoding: "utf8" });
    return version.includes("util-linux") ? "" : ": skipped, script is not that of util-linux";
  } catch {
    return ": skipped, there is no script of util-linux";
  }
}

const record = z.record(z.string(), z.unknown());

/** The objects of an output with one JSON object a line. Throws if any line is none. */
export function recordsOf(stdout: string): readonly Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => record.parse(JSON.parse(line)));
}

/** The first line of a child's output, as an object. */
export async function firstRecord(child: ChildProcess): Promise<Record<string, unknown>> {
  if (child.stdout === null) {
    throw new TypeError("The child was started without a pipe.");
  }
  const signal = AbortSignal.timeout(60_000);
  const lines = createInterface({ input: child.stdout });
  const arrived: unknown[] = await once(lines, "line", { signal });
  return record.parse(JSON.parse(z.string().parse(arrived[0])));
}

/** Ends a child with a signal and gives its exit code; null if the signal itself ended it. */
export async function stopBin(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, "exit");
    child.kill(signal);
    await exit;
  }
  return child.exitCode;
}
