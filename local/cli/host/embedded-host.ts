import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { z } from "zod";

import { ConfigurationError } from "../../../shared/domain/errors.ts";
import { environmentVariables } from "../../../shared/settings.ts";
import type { Settings } from "../../../shared/settings.ts";
import { startLocalHost } from "../../host/host.ts";
import type { LocalHost, LocalHostOptions } from "../../host/host.ts";
import { embeddedSettings } from "./embedded-settings.ts";
import type { EmbeddedChoice } from "./embedded-settings.ts";
import { unpackPackage } from "./unpack-package.ts";

/** How to start the engine in this process. */
export interface EmbeddedHostOptions extends EmbeddedChoice {
  /** 0: any free one. */
  readonly port: number;
  /** Settings as environment variables, where the environment says nothing. @default none */
  readonly defaults?: Readonly<Record<string, string>>;
  /** Package to run, a folder or a zip, as `npm run package` makes them. @default null: the sources */
  readonly packagePath?: string | null;
  readonly onEvent?: LocalHostOptions["onEvent"];
}

const servicesModule = z.object({
  useServices: z.custom<(settings: Settings) => void>((value) => typeof value === "function"),
});

/**
 * Starts the local host with the functions of this checkout, or of a package. Works once per process.
 * @throws ConfigurationError if the settings are wrong, the folder or the port is taken, or there is no package.
 */
export async function startEmbeddedHost(options: EmbeddedHostOptions): Promise<LocalHost> {
  const { port, dataFolder, onEvent, defaults = {}, packagePath = null } = options;
  const settings = embeddedSettings({ ...defaults, ...environmentVariables() }, options);
  makeFolder(dataFolder);
  const functions = packagePath === null ? SOURCES : packaged(packagePath);
  return await startLocalHost({
    app: async () => {
      await loadFunctions(settings, functions);
    },
    dataFolder,
    hostFile: functions.hostFile,
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

/** Addresses of the modules that take settings and register the functions, and the file of what the host is told. */
interface Functions {
  readonly services: string;
  readonly main: string;
  readonly hostFile: string;
}

const SOURCES: Functions = {
  services: new URL("../../../functions/services.ts", import.meta.url).href,
  main: new URL("../../../functions/main.ts", import.meta.url).href,
  hostFile: fileURLToPath(new URL("../../../host.json", import.meta.url)),
};

function packaged(path: string): Functions {
  const folder = path.endsWith(".zip") ? unpacked(path) : path;
  const main = resolve(folder, "main.js");
  if (!existsSync(main)) {
    throw new ConfigurationError(`There is no package in ${folder}: it has no main.js.`, {
      code: "no-package",
      nextStep: 'Run "npm run package" and name dist/app, or the zip beside it.',
    });
  }
  return {
    services: pathToFileURL(resolve(folder, "services.js")).href,
    main: pathToFileURL(main).href,
    hostFile: resolve(folder, "host.json"),
  };
}

/** A folder that goes when the process ends. None of this project's npm packages can be found from there, as in Azure. */
function unpacked(zip: string): string {
  const folder = mkdtempSync(join(tmpdir(), "remediator-package-"));
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  unpackPackage(zip, folder);
  return folder;
}

/** The functions are loaded by address, after the host has put its own core in place: an import would load them earlier. */
async function loadFunctions(settings: Settings, functions: Functions): Promise<void> {
  const services: unknown = await import(functions.services);
  servicesModule.parse(services).useServices(settings);
  await import(functions.main);
}
