import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { Azure } from "../shared/azure/clients.ts";
import type { TokenReader } from "../shared/azure/identity/entra-tokens.ts";
import { ConfigurationError } from "../shared/domain/errors.ts";
import { keepInventory, type InventoryReader } from "../shared/facts/keep-inventory.ts";
import type { IncidentStore } from "../shared/incidents/store.ts";
import { readSettings, type Settings, type TelemetryTarget } from "../shared/settings.ts";
import { NO_TELEMETRY, type Telemetry } from "./telemetry/telemetry.ts";
import { createRateLimit, type RateLimit } from "./triggers/rate-limit.ts";

/** What triggers and activities work with; each part is made when it is first asked for, and kept. */
export interface Services {
  readonly settings: Settings;
  readonly store: () => Promise<IncidentStore>;
  readonly azure: () => Promise<Azure>;
  /** What VMs there are, kept in memory; ask with the age in seconds that will do. */
  readonly inventory: InventoryReader;
  /** Reads the tokens of HTTP callers; null where the host asks them for keys. */
  readonly tokens: (() => Promise<TokenReader>) | null;
  /** Counts the requests of HTTP callers. */
  readonly rate: RateLimit;
  readonly telemetry: () => Promise<Telemetry>;
  /** Sends what telemetry still holds, if it was ever asked for. */
  readonly endTelemetry: () => Promise<void>;
}

let chosen: Settings | null = null;
let made: Services | null = null;

/** Runs the functions with these settings instead of the environment's; call it before anything asks for `services()`. */
export function useServices(settings: Settings): void {
  chosen = settings;
  made = null;
}

/** The services of this process. Nothing is connected and no SDK is loaded until a part is asked for. */
export function services(): Services {
  made ??= makeServices(chosen ?? readSettings());
  return made;
}

function makeServices(settings: Settings): Services {
  const azure = once(async () => {
    const { createAzure } = await import("../shared/azure/clients.ts");
    return createAzure(settings);
  });
  const { telemetry, endTelemetry } = telemetryOf(settings.telemetry);
  return {
    settings,
    telemetry,
    endTelemetry,
    store: once(async () => {
      const store = await openStore(settings);
      return settings.telemetry.kind === "off" ? store : await watched(store, await telemetry());
    }),
    azure,
    inventory: keepInventory(async () => {
      const { readInventory } = await import("../shared/facts/inventory.ts");
      return await readInventory(await azure());
    }),
    tokens: tokensOf(settings),
    rate: createRateLimit(settings.ratePerMinute),
  };
}

function tokensOf({ authentication }: Settings): Services["tokens"] {
  return authentication.kind === "functionKey"
    ? null
    : once(async () => {
        const { createTokenReader } = await import("../shared/azure/identity/entra-tokens.ts");
        return await createTokenReader(authentication);
      });
}

function telemetryOf(target: TelemetryTarget): Pick<Services, "telemetry" | "endTelemetry"> {
  let started: Promise<Telemetry> | null = null;
  return {
    telemetry: async () => await (started ??= startTelemetry(target)),
    endTelemetry: async () => {
      await (await started)?.stop();
    },
  };
}

/** Nothing that is wrong with telemetry may stop a heal. */
async function startTelemetry(target: TelemetryTarget): Promise<Telemetry> {
  if (target.kind === "off") {
    return target.problem === undefined ? NO_TELEMETRY : await withoutTelemetry(target.problem);
  }
  try {
    const telemetry = await import("./telemetry/open-telemetry.ts");
    return await telemetry.startTelemetry(target);
  } catch (error) {
    return await withoutTelemetry(error instanceof Error ? error.message : "it did not start");
  }
}

async function withoutTelemetry(reason: string): Promise<Telemetry> {
  const { warn } = await import("./telemetry/warning-once.ts");
  warn(`Telemetry is off: ${reason}`);
  return NO_TELEMETRY;
}

async function watched(store: IncidentStore, telemetry: Telemetry): Promise<IncidentStore> {
  const { watchedStore } = await import("./telemetry/watched-store.ts");
  return watchedStore(store, telemetry);
}

async function openStore({ dataFolder, cloudStore }: Settings): Promise<IncidentStore> {
  if (cloudStore !== null) {
    if (dataFolder !== null) {
      throw twoStores();
    }
    const { openStorage } = await import("../shared/azure/storage/storage.ts");
    const { openCloudStore } = await import("../shared/incidents/cloud/cloud-store.ts");
    return openCloudStore(openStorage(cloudStore));
  }
  if (dataFolder === null) {
    throw new ConfigurationError("No store is configured.", {
      code: "no-store",
      nextStep:
        "Set REMEDIATOR_TABLE_ENDPOINT and REMEDIATOR_BLOB_ENDPOINT to those of a storage account, or REMEDIATOR_DATA to a folder that this program may write to.",
    });
  }
  const { openSqliteStore } = await import("../shared/incidents/sqlite/sqlite-store.ts");
  await mkdir(dataFolder, { recursive: true });
  return await openSqliteStore(join(dataFolder, "incidents.db"));
}

/** Records in two places would be two programs that know nothing of each other. */
function twoStores(): ConfigurationError {
  return new ConfigurationError("Two stores are configured: a folder and a storage account.", {
    code: "two-stores",
    nextStep: "Unset REMEDIATOR_DATA, or REMEDIATOR_TABLE_ENDPOINT and REMEDIATOR_BLOB_ENDPOINT.",
  });
}

/** Keeps the promise of the first call; a failed one is forgotten, so that the next call tries again. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let kept: Promise<Value> | null = null;
  return async () => {
    kept ??= make().catch((error: unknown) => {
      kept = null;
      throw error;
    });
    return await kept;
  };
}
