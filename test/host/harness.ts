import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import type { HistoryEvent } from "../../local/host/history.ts";
import type { HostEvent } from "../../local/host/host-events.ts";

const COMPILED = join(import.meta.dirname, "../../.cache/compiled");

const lineSchema = z.object({
  url: z.string().optional(),
  error: z.string().optional(),
  event: z.custom<HostEvent>().optional(),
  functionNames: z.array(z.string()).optional(),
});
const statusSchema = z.object({
  runtimeStatus: z.string(),
  output: z.unknown(),
  input: z.unknown(),
  customStatus: z.unknown(),
  historyEvents: z.custom<HistoryEvent[] | null>(),
});

/** What the Durable HTTP API says of an instance. */
export type Status = z.output<typeof statusSchema>;

/** A folder that is gone after the test. */
export function aFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "local-host-"));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Waits until something is there, at most 40 s. */
export async function until<T>(
  read: () => Promise<T | undefined> | T | undefined,
  what: string,
): Promise<T> {
  for (let attempt = 0; attempt < 2000; attempt += 1) {
    const found = await read();
    if (found !== undefined) {
      return found;
    }
    await sleep(20);
  }
  throw new Error(`There was no ${what} within 40 s.`);
}

/** A host in a process of its own, with the fixture app. */
export class HostProcess {
  readonly url: string;
  readonly functionNames: readonly string[];
  readonly events: HostEvent[];
  readonly #child: ChildProcess;

  private constructor(
    child: ChildProcess,
    events: HostEvent[],
    ready: { url: string; functionNames: readonly string[] },
  ) {
    this.#child = child;
    this.events = events;
    this.url = ready.url;
    this.functionNames = ready.functionNames;
  }

  /** Fails with the host's own message when it does not start. */
  static async start(folder: string, ...app: readonly string[]): Promise<HostProcess> {
    const file = join(import.meta.dirname, "host-process.ts");
    const child = spawn(process.execPath, [file, folder, ...app], {
      stdio: ["pipe", "pipe", "inherit"],
      // Half of a start is compiling, which need not be done for each of dozens of hosts.
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
    });
    const events: HostEvent[] = [];
    return await new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).on("line", (text) => {
        const line = lineSchema.parse(JSON.parse(text));
        if (line.event !== undefined) {
          events.push(line.event);
        } else if (line.url !== undefined) {
          const ready = { url: line.url, functionNames: line.functionNames ?? [] };
          resolve(new HostProcess(child, events, ready));
        } else if (line.error !== undefined) {
          reject(new Error(line.error));
        }
      });
      child.once("exit", (code) => {
        reject(new Error(`The host ended with ${code}.`));
      });
    });
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exit = once(this.#child, "exit");
      this.#child.kill("SIGKILL");
      await exit;
    }
  }

  /** Asks it to stop; resolves with its exit code once it has. */
  async stop(): Promise<number | null> {
    const exit = once(this.#child, "exit");
    this.#child.stdin?.end();
    await exit;
    return this.#child.exitCode;
  }

  async start(name: string, id: string, input: unknown = null): Promise<Response> {
    return await this.post(`/durabletask/orchestrators/${name}/${id}`, input);
  }

  async raise(id: string, event: string, data: unknown = null): Promise<number> {
    return (await this.post(`/durabletask/instances/${id}/raiseEvent/${event}`, data)).status;
  }

  async post(path: string, body: unknown): Promise<Response> {
    return await this.postText(path, JSON.stringify(body));
  }

  async postText(
    path: string,
    body: string,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return await fetch(this.url + path, { method: "POST", body, headers });
  }

  /** Undefined for an unknown id. */
  async status(id: string): Promise<Status | undefined> {
    const response = await fetch(`${this.url}/durabletask/instances/${id}?showHistory=true`);
    return response.status === 404 ? undefined : statusSchema.parse(await response.json());
  }

  /** Waits until an instance has ended. */
  async ended(id: string): Promise<Status> {
    return await until(async () => {
      const status = await this.status(id);
      const isLive = ["Pending", "Running", undefined].includes(status?.runtimeStatus);
      return isLive ? undefined : status;
    }, `end of ${id}`);
  }
}
