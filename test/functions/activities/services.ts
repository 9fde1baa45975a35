import type { Services } from "../../../functions/services.ts";
import { NO_TELEMETRY } from "../../../functions/telemetry/telemetry.ts";
import type { Azure } from "../../../shared/azure/clients.ts";
import type { InventoryReader } from "../../../shared/facts/keep-inventory.ts";
import type { IncidentStore } from "../../../shared/incidents/store.ts";
import { readSettings } from "../../../shared/settings.ts";

/** What an activity works with: the parts that a test gives, and default settings. */
export function someServices(parts: {
  readonly azure?: Azure;
  readonly store?: IncidentStore;
  readonly inventory?: InventoryReader;
}): Services {
  return {
    settings: readSettings({}),
    azure: async () => await given(parts.azure),
    store: async () => await given(parts.store),
    tokens: null,
    rate: () => 0,
    telemetry: async () => await Promise.resolve(NO_TELEMETRY),
    endTelemetry: async () => {
      await Promise.resolve();
    },
    inventory: async (maxAgeSeconds) => await (await given(parts.inventory))(maxAgeSeconds),
  };
}

async function given<Part>(part: Part | undefined): Promise<Part> {
  if (part === undefined) {
    throw new TypeError("This test gave no such part.");
  }
  return await Promise.resolve(part);
}
