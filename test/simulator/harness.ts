import { ComputeManagementClient } from "@azure/arm-compute";
import { NetworkManagementClient } from "@azure/arm-network";
import { bearerTokenAuthenticationPolicyName } from "@azure/core-rest-pipeline";
import { onTestFinished } from "vitest";
import { z } from "zod";

import { parseScenario } from "../../local/simulator/scenario/scenario.ts";
import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { startSimulator } from "../../local/simulator/simulator.ts";
import type { Simulator, SimulatorOptions } from "../../local/simulator/simulator.ts";
import { parseReadOutput } from "../../shared/guest/envelope.ts";
import { renderScript } from "../../shared/guest/script.ts";

/** A fleet of one broken and one healthy VM. */
export function aFleet(changes: Partial<ScenarioInput> = {}): ScenarioInput {
  return {
    seed: 3,
    network: { subnets: [{ name: "snet-a", prefixes: ["10.40.1.0/24"] }] },
    vms: [
      {
        name: "vm-bad-01",
        tags: { "static-ip-remediator": "on" },
        agentSurvivesWrongAddress: true,
        nics: [
          {
            ipConfigurations: [{ address: "10.40.1.4" }],
            adapter: { static: { addresses: ["10.40.1.77/24"], gateway: "10.40.1.1" } },
          },
        ],
      },
      { name: "vm-good-01", nics: [{ ipConfigurations: [{ address: "10.40.1.5" }] }] },
    ],
    ...changes,
  };
}

/** Starts a simulator which stops with the test. */
export async function simulate(
  fleet: ScenarioInput = aFleet(),
  options: Omit<SimulatorOptions, "scenario"> = {},
): Promise<Simulator> {
  const simulator = await startSimulator({ scenario: parseScenario(fleet), ...options });
  onTestFinished(async () => {
    await simulator.close();
  });
  return simulator;
}

/** Both SDK clients as the program uses them against a loopback address. */
export function clientsFor(simulator: Simulator): {
  compute: ComputeManagementClient;
  network: NetworkManagementClient;
} {
  const credential = {
    getToken: async () => ({ token: simulator.token, expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
  const options = {
    endpoint: simulator.armEndpoint,
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  };
  const compute = new ComputeManagementClient(credential, simulator.subscriptionId, options);
  const network = new NetworkManagementClient(credential, simulator.subscriptionId, options);
  for (const client of [compute, network]) {
    client.pipeline.removePolicy({ name: bearerTokenAuthenticationPolicyName });
    client.pipeline.addPolicy({
      name: "loopbackToken",
      async sendRequest(request, next) {
        request.headers.set("Authorization", `Bearer ${simulator.token}`);
        return await next(request);
      },
    });
  }
  return { compute, network };
}

/** What a request answered. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

/** Asks Resource Manager; the path begins after the resource group or, with a leading `/`, at the top. */
export async function arm(
  simulator: Simulator,
  path: string,
  init: {
    method?: string;
    body?: unknown;
    headers?: Record<string, string>;
    signal?: AbortSignal;
  } = {},
): Promise<Answer> {
  const base = `/subscriptions/${simulator.subscriptionId}/resourceGroups/rg-fleet`;
  const full = path.startsWith("/") ? path : `${base}/${path}`;
  const separator = full.includes("?") ? "&" : "?";
  const version = full.includes("api-version") ? "" : `${separator}api-version=2024-07-01`;
  const response = await fetch(`${simulator.armEndpoint}${full}${version}`, {
    method: init.method ?? "GET",
    headers: { Authorization: `Bearer ${simulator.token}`, ...init.headers },
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
    ...(init.signal === undefined ? {} : { signal: init.signal }),
  });
  return await read(response);
}

/** Asks the simulator's own part. */
export async function admin(
  simulator: Simulator,
  path: string,
  init: { method?: string; body?: unknown } = {},
): Promise<Answer> {
  const response = await fetch(`${simulator.armEndpoint}/_simulator${path}`, {
    method: init.method ?? (init.body === undefined ? "GET" : "POST"),
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
  });
  return await read(response);
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const body: unknown = text === "" ? null : JSON.parse(text);
  return { status: response.status, body, headers: response.headers };
}

const errorBody = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** The code of Resource Manager's error. */
export function errorCode(answer: Answer): string {
  return errorBody.parse(answer.body).error.code;
}

const logBody = z.object({
  requests: z.array(
    z.object({
      n: z.number(),
      operation: z.string(),
      vm: z.string().optional(),
      script: z.string().optional(),
      status: z.union([z.number(), z.string()]),
    }),
  ),
  effects: z.array(
    z.object({ kind: z.string(), by: z.string(), vm: z.string().nullable(), detail: z.string() }),
  ),
});

/** The simulator's record of requests and effects. */
export async function readLog(simulator: Simulator): Promise<z.output<typeof logBody>> {
  return logBody.parse((await admin(simulator, "/log")).body);
}

/** Kinds of the effects so far. */
export async function effectKinds(simulator: Simulator): Promise<string[]> {
  return (await readLog(simulator)).effects.map((effect) => effect.kind);
}

const stateBody = z.object({
  vms: z.array(
    z.looseObject({
      name: z.string(),
      power: z.string(),
      agent: z.looseObject({ ready: z.boolean(), reportedAt: z.string().nullable() }),
      rdp: z.looseObject({ kind: z.string() }),
      undelivered: z.array(z.string().nullable()),
      guest: z.looseObject({
        tasks: z.array(z.looseObject({ name: z.string() })),
        adapters: z.array(
          z.looseObject({
            name: z.string(),
            mac: z.string(),
            dhcp: z.boolean(),
            addresses: z.array(z.object({ ip: z.string(), prefixLength: z.number() })),
            gateways: z.array(z.string()),
          }),
        ),
        ghosts: z.array(z.looseObject({ name: z.string(), guid: z.string() })),
      }),
    }),
  ),
  nics: z.array(z.looseObject({ name: z.string(), etag: z.string(), address: z.string() })),
  snapshots: z.array(z.looseObject({ name: z.string() })),
});

/** What the simulator shows of one of its VMs. */
export type VmView = z.output<typeof stateBody>["vms"][number];

/** The simulator's state of one VM. */
export async function vmView(simulator: Simulator, name = "vm-bad-01"): Promise<VmView> {
  const state = stateBody.parse((await admin(simulator, "/state")).body);
  const vm = state.vms.find((candidate) => candidate.name === name);
  if (vm === undefined) {
    throw new Error(`The simulator shows no VM ${name}.`);
  }
  return vm;
}

/** A clock which only moves when it is told to. */
export function aClock(): { now: () => Date; forward: (seconds: number) => void } {
  let milliseconds = Date.parse("2026-05-04T08:00:00.000Z");
  return {
    now: () => new Date(milliseconds),
    forward(seconds) {
      milliseconds += seconds * 1000;
    },
  };
}

/** A Run Command as Resource Manager knows it. */
export interface StartedCommand {
  readonly answer: Answer;
  /** Where its state is. */
  readonly statusPath: string;
  /** Where its result is. */
  readonly resultPath: string;
}

/** Sends a Run Command. */
export async function startCommand(
  simulator: Simulator,
  script: readonly string[],
  vm = "vm-bad-01",
): Promise<StartedCommand> {
  const answer = await arm(
    simulator,
    `providers/Microsoft.Compute/virtualMachines/${vm}/runCommand`,
    {
      method: "POST",
      body: { commandId: "RunPowerShellScript", script },
    },
  );
  return {
    answer,
    statusPath: pathOf(simulator, answer, "Azure-AsyncOperation"),
    resultPath: pathOf(simulator, answer, "Location"),
  };
}

function pathOf(simulator: Simulator, answer: Answer, header: string): string {
  return (answer.headers.get(header) ?? "").replace(simulator.armEndpoint, "");
}

const commandResult = z.object({
  value: z.array(z.object({ code: z.string(), message: z.string() })),
});

/** What a finished Run Command printed. */
export async function outputOf(
  simulator: Simulator,
  command: StartedCommand,
): Promise<{ stdout: string; stderr: string }> {
  const { value } = commandResult.parse((await arm(simulator, command.resultPath)).body);
  const [stdout, stderr] = ["StdOut", "StdErr"].map(
    (stream) => value.find((entry) => entry.code.includes(stream))?.message ?? "",
  );
  return { stdout: stdout ?? "", stderr: stderr ?? "" };
}

const operationBody = z.object({
  status: z.string(),
  error: z.object({ code: z.string() }).optional(),
});

/** How a Run Command's operation stands: `InProgress`, `Succeeded`, or the code of its failure. */
export async function standing(simulator: Simulator, command: StartedCommand): Promise<string> {
  const { status, error } = operationBody.parse((await arm(simulator, command.statusPath)).body);
  return error?.code ?? status;
}

/** The lines of the program's own script that switches the primary NIC of a VM to DHCP. */
export async function switchScript(
  simulator: Simulator,
  changes: Record<string, string | number | boolean> = {},
  vm = "vm-bad-01",
): Promise<readonly string[]> {
  const command = await startCommand(simulator, renderScript("read-guest", {}), vm);
  const reading = parseReadOutput((await outputOf(simulator, command)).stdout);
  if (reading.kind !== "read") {
    throw new Error(`The guest cannot be read: ${reading.message}`);
  }
  const adapter = reading.facts.adapters[0];
  return renderScript("switch-to-dhcp", {
    incidentId: "incident-1",
    mac: adapter?.mac ?? "",
    fingerprint: adapter?.fingerprint ?? "",
    notAfter: "2030-01-01T00:00:00Z",
    expectedAddress: "10.40.1.4",
    primaryNic: true,
    leaseWaitSeconds: 60,
    deadManSeconds: 600,
    ...changes,
  });
}

/** Adds a fault. */
export async function addFault(
  simulator: Simulator,
  fault: Record<string, unknown>,
): Promise<void> {
  const answer = await admin(simulator, "/faults", { body: fault });
  if (answer.status !== 201) {
    throw new Error(`The simulator refused the fault: ${JSON.stringify(answer.body)}`);
  }
}
