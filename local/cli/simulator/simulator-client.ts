import { z } from "zod";

import { ConfigurationError } from "../../../shared/domain/errors.ts";
import type { SimulatorAccess } from "../host/embedded-settings.ts";
import { simulatorLog, simulatorState } from "./simulator-schema.ts";
import type { SimulatorLogView, SimulatorStateView } from "./simulator-schema.ts";

const TIMEOUT_MS = 10_000;

const access = z.object({
  armEndpoint: z.url(),
  subscriptionId: z.string(),
  token: z.string(),
});

/** What people see and do beside Resource Manager; none of it is in the simulator's log. */
export interface SimulatorAdmin {
  state(): Promise<SimulatorStateView>;
  log(): Promise<SimulatorLogView>;
  /** Has alerts sent to this address from now on. */
  subscribeToAlerts(url: string): Promise<void>;
  /** Has the writes of network interfaces sent to this address from now on, as Event Grid does. */
  subscribeToNicWrites(url: string): Promise<void>;
  /** Fires the alert of a failed connection test to this VM. */
  fireAlert(vmName: string): Promise<void>;
}

/**
 * Asks simulated Azure how to reach it.
 * @throws ConfigurationError `no-simulator` if it is not there.
 */
export async function findSimulator(url: string): Promise<SimulatorAccess> {
  try {
    return access.parse(await exchange(new URL("/_simulator", url)));
  } catch (error) {
    throw new ConfigurationError(`No simulated Azure answers at ${url}.`, {
      code: "no-simulator",
      nextStep: 'Start one with "remediator simulate" and give the address that it prints.',
      cause: error,
    });
  }
}

/** Opens the simulator's own interface. */
export function openSimulatorAdmin(endpoint: string): SimulatorAdmin {
  function at(path: string): URL {
    return new URL(`/_simulator/${path}`, endpoint);
  }
  return {
    state: async () => simulatorState.parse(await exchange(at("state"))),
    log: async () => simulatorLog.parse(await exchange(at("log"))),
    subscribeToAlerts: async (url) => {
      await exchange(at("subscriptions"), { kind: "alerts", url });
    },
    subscribeToNicWrites: async (url) => {
      await exchange(at("subscriptions"), { kind: "eventGrid", url });
    },
    fireAlert: async (vmName) => {
      await exchange(at("alerts"), { vm: vmName });
    },
  };
}

async function exchange(url: URL, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined
      ? {}
      : {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
  });
  if (!response.ok) {
    throw new Error(`${url.pathname} answered ${response.status}: ${await response.text()}`);
  }
  return await response.json();
}
