import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { z } from "zod";

import { ConfigurationError } from "../../../shared/domain/errors.ts";
import { environmentVariables } from "../../../shared/settings.ts";
import type { Settings } from "../../../shared/settings.ts";
import { startLocalHost } from "../../host/host.ts";
import type { LocalHost, LocalHostOptions } from "../../host/host.ts";
import { embeddedSettings } from "./embedded-settings.ts";
import type { EmbeddedChoice } from "./embedded-settings.ts";

/** How to start the engine in this process. */
export interface EmbeddedHostOptions extends EmbeddedChoice {
  /** 0: any free one. */
  readonly port: number;
  /** Settings as environment variables, where the environment says nothing. @default none */
  readonly defaults?: Readonly<Record<string, string>>;
  readonly onEvent?: LocalHostOptions["onEvent"];
}

const servicesModule = z.object({
  useServices: z.custom<(settings: Settings) => void>((value) => typeof value === "function"),
});

/**
 * Starts the local host with the functions of this checkout. Works once per process.
 * @throws ConfigurationError if the settings are wrong, or the folder or the port is taken.
 */
export async function startEmbeddedHost(options: EmbeddedHostOptions): Promise<LocalHost> {
  const { port, dataFolder, onEvent, defaults = {} } = options;
  const settings = embeddedSettings({ ...defaults, ...environmentVariables() }, options);
  makeFolder(dataFolder);
  return await startLocalHost({
    app: async () => {
      await loadFunctions(settings);
    },
    dataFolder,
    hostFile: fileURLToPath(new URL("../../../host.json", import.meta.url)),
    port,
    ...(onEvent === undefined ? {} : { onEvent }),
  });
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`Cannot use ${folder} for the data: ${reason}.`, {
      code: "unusable-data-folder",
      nextStep: "Choose another folder with --data.",
      cause: error,
    });
  }
}

/** The functions are loaded by address, after the host has put its own core in place: an import would load them earlier. */
async function loadFunctions(settings: Settings): Promise<void> {
  const services: unknown = await import(addressOf("services.ts"));
  servicesModule.parse(services).useServices(settings);
  await import(addressOf("main.ts"));
}

function addressOf(file: string): string {
  return new URL(`../../../functions/${file}`, import.meta.url).href;
}
