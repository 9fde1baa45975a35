import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

import { z } from "zod";

import { parseScenario, type ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { startSimulator } from "../../local/simulator/simulator.ts";
import { launcher } from "../built/launcher.ts";
import { actionsOf } from "../rights/role.ts";

/** Waits of the tests: short, so that the whole table of faults runs in seconds. */
const SHORT_WAITS = {
  REMEDIATOR_PROBE_WINDOW_SECONDS: "0.4",
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: "0.3",
  REMEDIATOR_SECOND_PROBE_SECONDS: "0.2",
  REMEDIATOR_GUEST_READ_SECONDS: "4",
  REMEDIATOR_GUEST_SWITCH_SECONDS: "5",
  REMEDIATOR_LEASE_WAIT_SECONDS: "1",
  REMEDIATOR_DEAD_MAN_SECONDS: "16",
  REMEDIATOR_SNAPSHOT_TIMEOUT_SECONDS: "6",
  REMEDIATOR_SETTLE_SECONDS: "1",
  REMEDIATOR_POLL_SECONDS: "0.1",
  REMEDIATOR_RETRY_SECONDS: "0.1",
} as const;

const effect = z.object({
  kind: z.string(),
  vm: z.string().nullish(),
  detail: z.string(),
  at: z.string(),
});
const request = z.object({
  method: z.string(),
  operation: z.string(),
  /** An HTTP status, or in words what came instead of one. */
  status: z.union([z.number(), z.string()]).nullish(),
  vm: z.string().nullish(),
  script: z.string().nullish(),
});
const logSchema = z.object({ requests: z.array(request), effects: z.array(effect) });
const outcomeSchema = z.object({
  kind: z.string(),
  code: z.string(),
  message: z.string(),
  nextStep: z.string(),
  remarks: z.array(z.string()),
});
const incidentSchema = z.object({
  id: z.string(),
  vmId: z.string(),
  vmName: z.string(),
  mode: z.string(),
  closedAt: z.string().nullable(),
  signalIds: z.array(z.string()),
  outcome: outcomeSchema.nullable(),
  ledger: z.array(z.looseObject({ state: z.string() })),
  steps: z.array(z.looseObject({ name: z.string(), state: z.string() })),
});

/** What the simulator's log says. */
export type SimulatorLog = z.output<typeof logSchema>;
/** An incident, as the host's API shows it. */
export type ShownIncident = z.output<typeof incidentSchema>;

/** Simulated Azure, wherever it runs. */
export interface FleetSimulator {
  readonly armEndpoint: string;
  readonly subscriptionId: string;
  readonly token: string;
  close(): Promise<void>;
}

/** Simulated Azure, and a real host in a process of its own, which can be killed. */
export class Fleet {
  readonly simulator: FleetSimulator;
  readonly folder: string;
  readonly #settings: Readonly<Record<string, string>>;
  #host: ChildProcess | null = null;
  url = "";
  /** What the hosts wrote so far. */
  hostOutput = "";

  private constructor(simulator: FleetSimulator, settings: Readonly<Record<string, string>>) {
    this.simulator = simulator;
    this.#settings = { ...SHORT_WAITS, ...settings };
    this.folder = mkdtempSync(path.join(tmpdir(), "remediator-test-"));
  }

  /** Starts simulated Azure in this process, which enforces the deployed role unless a scenario has its own, and a host on it. */
  static async start(
    scenario: ScenarioInput,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Fleet> {
    const deployed = parseScenario({ role: { actions: [...actionsOf()] }, ...scenario });
    return await Fleet.on(await startSimulator({ scenario: deployed }), settings);
  }

  /** Starts a host on simulated Azure, which ends with the fleet. */
  static async on(
    simulator: FleetSimulator,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Fleet> {
    const fleet = new Fleet(simulator, settings);
    await fleet.startHost();
    return fleet;
  }

  /** Id of the host's process. */
  get hostPid(): number {
    const pid = this.#host?.pid;
    if (pid === undefined) {
      throw new Error("The host does not run.");
    }
    return pid;
  }

  /** Id of a VM of the scenario. */
  vmId(name: string, resourceGroup = "rg-fleet"): string {
    const { subscriptionId } = this.simulator;
    return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${name}`;
  }

  /** Starts the host on the same data folder, with more settings if they are given. */
  async startHost(more: Readonly<Record<string, string>> = {}): Promise<void> {
    const host = spawn(
      process.execPath,
      [
        launcher(),
        "serve",
        "--json",
        "--port",
        "0",
        "--data",
        this.folder,
        "--simulator",
        this.simulator.armEndpoint,
      ],
      { env: { ...process.env, ...this.#settings, ...more }, stdio: ["ignore", "pipe", "pipe"] },
    );
    this.#host = host;
    for (const stream of [host.stdout, host.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        this.hostOutput += chunk.toString();
      });
    }
    const errors: string[] = [];
    host.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
    const lines = createInterface({ input: host.stdout });
    const ended = once(host, "exit").then(() => "");
    const [line] = await Promise.race([once(lines, "line"), ended.then((text) => [text])]);
    const first = z.string().parse(line);
    if (first === "") {
      throw new Error(`The host did not start: ${errors.join("")}`);
    }
    this.url = z.object({ url: z.string() }).parse(JSON.parse(first)).url;
  }

  /** Kills the host as a power cut would. */
  async killHost(): Promise<void> {
    const host = this.#host;
    if (host !== null && host.exitCode === null && host.signalCode === null) {
      const ended = once(host, "exit");
      host.kill("SIGKILL");
      await ended;
    }
  }

  /** Ends both and removes the data. */
  async close(): Promise<void> {
    await this.killHost();
    await this.simulator.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Calls the host's API. */
  async api(route: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    return await callJson(`${this.url}${route}`, body);
  }

  /** Calls the simulator's own interface, for example `/holds`. */
  async admin(route: string, body?: unknown): Promise<unknown> {
    const answer = await callJson(`${this.simulator.armEndpoint}/_simulator${route}`, body);
    if (answer.status >= 400) {
      throw new Error(`${route}: ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }

  /** Lets every held request go on, and holds no more. */
  async clearHolds(): Promise<void> {
    await fetch(`${this.simulator.armEndpoint}/_simulator/holds`, { method: "DELETE" });
  }

  /** What simulated Azure was asked and what it did, of one VM if it is named. */
  async log(vm?: string): Promise<SimulatorLog> {
    const log = logSchema.parse(await this.admin("/log"));
    return vm === undefined
      ? log
      : {
          requests: log.requests.filter((entry) => entry.vm === vm),
          effects: log.effects.filter((entry) => entry.vm === vm),
        };
  }

  /** An operator asks for a heal; gives the signal's id. */
  async heal(vm: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const answer = await this.api("/api/heal", { vmId: this.vmId(vm), ...more });
    return z.object({ signalId: z.string() }).parse(answer.body).signalId;
  }

  /** Everything that the host has on record of a VM, newest first. */
  async incidents(vm?: string): Promise<readonly ShownIncident[]> {
    const { body } = await this.api("/api/incidents?limit=500");
    const list = z
      .object({ incidents: z.array(z.object({ id: z.string(), vmName: z.string() })) })
      .parse(body);
    const wanted = list.incidents.filter((entry) => vm === undefined || entry.vmName === vm);
    return await Promise.all(wanted.map(async ({ id }) => await this.incident(id)));
  }

  /** One incident on record. */
  async incident(id: string): Promise<ShownIncident> {
    return incidentSchema.parse((await this.api(`/api/incidents/${id}`)).body);
  }

  /** Waits until a VM's newest incident is closed; gives it. */
  async outcomeOf(vm: string, seconds = 45): Promise<ShownIncident> {
    return await this.until(`an outcome of ${vm}`, seconds, async () => {
      const [newest] = await this.incidents(vm);
      return (newest?.closedAt ?? null) === null ? null : (newest ?? null);
    });
  }

  /** Asks again and again until the answer is not null, within a bound. */
  async until<Answer>(
    what: string,
    seconds: number,
    ask: () => Promise<Answer | null>,
  ): Promise<Answer> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const answer = await ask();
      if (answer !== null) {
        return answer;
      }
      if (Date.now() > deadline) {
        throw new Error(`Waited ${seconds} s for ${what}.`);
      }
      await pause(50);
    }
  }
}

async function callJson(url: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, {
    ...(body === undefined
      ? {}
      : {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: typeof body === "string" ? body : JSON.stringify(body),
        }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  const parsed: unknown = text === "" ? null : JSON.parse(text);
  return { status: response.status, body: parsed };
}
