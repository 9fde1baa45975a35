import { onTestFinished } from "vitest";
import { z } from "zod";

import { parseScenario } from "../../local/simulator/scenario/scenario.ts";
import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { startSimulator } from "../../local/simulator/simulator.ts";
import { createAzure } from "../../shared/azure/clients.ts";
import type { Azure } from "../../shared/azure/clients.ts";
import type { AzureFacts } from "../../shared/domain/facts.ts";
import { readAzureFacts, readSubnets } from "../../shared/facts/azure-facts.ts";

type ScenarioVm = ScenarioInput["vms"][number];

/** Time of every test, as the orchestration would give it. */
export const NOW = "2026-03-04T10:00:00.000Z";

const logged = z.object({
  requests: z.array(
    z.object({
      method: z.string(),
      operation: z.string(),
      vm: z.string().optional(),
      script: z.string().optional(),
      status: z.union([z.number(), z.string()]),
    }),
  ),
  effects: z.array(z.object({ kind: z.string(), vm: z.string().nullable(), detail: z.string() })),
});

/** What simulated Azure has seen. */
export type SeenLog = z.output<typeof logged>;

/** A simulated Azure with one test's fleet, and the way to it. */
export interface SimulatedAzure {
  readonly azure: Azure;
  readonly endpoint: string;
  readonly token: string;
  readonly vmId: (name: string) => string;
  readonly nicId: (name: string) => string;
  /** Every request and effect so far. */
  readonly log: () => Promise<SeenLog>;
  /** Names of the requests so far, in their order. */
  readonly operations: () => Promise<readonly string[]>;
  /** Does something as a person would, through the simulator's own interface. */
  readonly admin: (method: string, path: string, body?: unknown) => Promise<unknown>;
  readonly facts: (vm: string) => Promise<AzureFacts>;
}

/** A VM with one NIC on DHCP; its agent reports whatever address Windows has. */
export function aVm(name: string, address: string, parts: Partial<ScenarioVm> = {}): ScenarioVm {
  return {
    name,
    agentSurvivesWrongAddress: true,
    nics: [{ ipConfigurations: [{ address }] }],
    ...parts,
  };
}

/** A VM whose Windows has another address than Azure gave it. */
export function aBrokenVm(
  name: string,
  address: string,
  parts: Partial<ScenarioVm> = {},
): ScenarioVm {
  return aVm(name, address, {
    nics: [
      {
        ipConfigurations: [{ address }],
        adapter: { static: { addresses: ["10.40.2.99/24"], gateway: "10.40.2.1" } },
      },
    ],
    ...parts,
  });
}

/** Starts simulated Azure for one test; it stops by itself when the test is over. */
export async function simulatedAzure(
  scenario: Partial<ScenarioInput> & Pick<ScenarioInput, "vms">,
  requestTimeoutSeconds = 10,
): Promise<SimulatedAzure> {
  const simulator = await startSimulator({
    scenario: parseScenario({
      network: { subnets: [{ name: "apps", prefixes: ["10.40.2.0/24"] }] },
      resourceGroup: "rg-shop",
      ...scenario,
    }),
  });
  onTestFinished(async () => {
    await simulator.close();
  });
  const { armEndpoint: endpoint, token, subscriptionId } = simulator;
  const azure = createAzure(
    { simulator: { armEndpoint: endpoint, token } },
    { requestTimeoutSeconds },
  );
  const group = `/subscriptions/${subscriptionId}/resourceGroups/rg-shop/providers`;
  async function admin(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${endpoint}/_simulator${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    }
    return await response.json();
  }
  async function log(): Promise<SeenLog> {
    return logged.parse(await admin("GET", "/log"));
  }
  function vmId(name: string): string {
    return `${group}/Microsoft.Compute/virtualMachines/${name}`;
  }
  return {
    azure,
    endpoint,
    token,
    vmId,
    nicId: (name) => `${group}/Microsoft.Network/networkInterfaces/${name}`,
    log,
    operations: async () => (await log()).requests.map(({ operation }) => operation),
    admin,
    async facts(name) {
      const reading = await readAzureFacts(azure, vmId(name), NOW);
      if (reading.kind === "not-found") {
        throw new Error(reading.message);
      }
      return await readSubnets(azure, reading.facts);
    },
  };
}
