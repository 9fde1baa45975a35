import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { z } from "zod";

import { ConfigurationError } from "../../../shared/domain/errors.ts";
import type { SimulatorAccess } from "../host/embedded-settings.ts";

const LAUNCHER = fileURLToPath(new URL("../remediator.mjs", import.meta.url));
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 3000;

const firstLine = z.object({
  armEndpoint: z.string(),
  subscriptionId: z.string(),
  token: z.string(),
});
const failedLine = z.object({
  type: z.literal("error"),
  code: z.string(),
  message: z.string(),
  nextStep: z.string(),
});

/** Simulated Azure in a process of its own. */
export interface SimulatorProcess {
  readonly access: SimulatorAccess;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts `remediator simulate` as a child. The channel between the two ends the child even when this process is killed.
 * @throws ConfigurationError if it does not start, with its own reason.
 */
export async function startSimulatorProcess(scenarioFile: string): Promise<SimulatorProcess> {
  const words = ["simulate", "--json", "--latency", "demo", "--scenario", scenarioFile];
  const child = fork(LAUNCHER, words, { stdio: ["ignore", "pipe", "ignore", "ipc"], execArgv: [] });
  try {
    const access = await readFirstLine(child);
    return { access, pid: child.pid ?? 0, stop: async () => await stop(child) };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

async function readFirstLine(child: ChildProcess): Promise<SimulatorAccess> {
  const output = child.stdout;
  if (output === null) {
    throw new TypeError("The child was started without a pipe.");
  }
  const lines = createInterface({ input: output });
  const signal = AbortSignal.timeout(START_TIMEOUT_MS);
  const [line]: unknown[] = await Promise.race([
    once(lines, "line", { signal }),
    once(child, "exit", { signal }).then(() => [null]),
  ]);
  const data: unknown = typeof line === "string" ? JSON.parse(line) : null;
  const access = firstLine.safeParse(data);
  if (access.success) {
    return access.data;
  }
  const failed = failedLine.safeParse(data);
  const { message, ...details } = failed.success
    ? failed.data
    : { code: "no-simulator", message: "Simulated Azure did not start.", nextStep: "Try again." };
  throw new ConfigurationError(message, details);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const ended = once(child, "exit");
  child.disconnect();
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}
