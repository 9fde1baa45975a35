import { ConfigurationError } from "../../shared/domain/errors.ts";
import { installFunctionsCore } from "./core-module.ts";
import type { FunctionsCore, ProgrammingModel } from "./core-module.ts";
import { clientData } from "./durable-api.ts";
import { lockFolder } from "./folder-lock.ts";
import type { FolderLock } from "./folder-lock.ts";
import type { Emit, HostEvent } from "./host-events.ts";
import { createHttpApp } from "./http-app.ts";
import { listStatus, readStatus } from "./instances.ts";
import type { InstanceStatus, StatusOptions } from "./instances.ts";
import { createInvoker } from "./invocation.ts";
import { openJournalFile } from "./journal-schema.ts";
import { Journal } from "./journal.ts";
import { readRegistrations } from "./registry.ts";
import type { Registry } from "./registry.ts";
import { listen } from "./server.ts";
import { Sql } from "./sql.ts";
import { startTimerTriggers } from "./timer-triggers.ts";
import { createTriggerRunner } from "./triggers.ts";
import { readVersioning, unversioned } from "./versions.ts";
import type { Versioning } from "./versions.ts";
import { Worker } from "./worker.ts";

/** How to start a local host. */
export interface LocalHostOptions {
  /** Imports the module that registers the functions; it must not be loaded before. */
  readonly app: () => Promise<unknown>;
  /** Folder of the journal; made when it is not there. One host at a time. */
  readonly dataFolder: string;
  /** The app's `host.json`, which has the versions of orchestrations. @default none: instances have no version */
  readonly hostFile?: string;
  /** @default 0, a free one */
  readonly port?: number;
  /** Called for what happens, in order. @default nothing */
  readonly onEvent?: (event: HostEvent) => void;
  /** @default 32 */
  readonly maxConcurrentActivities?: number;
}

/** A running local host. */
export interface LocalHost {
  /** For example `http://127.0.0.1:7071`. */
  readonly url: string;
  readonly functionNames: readonly string[];
  readonly client: LocalClient;
  /** Starts nothing more, lets the functions under way end, closes. Pending work waits in the journal. */
  stop(): Promise<void>;
}

/** Reads orchestrations without HTTP. */
export interface LocalClient {
  /** Undefined when there is no instance of that id. */
  status(id: string, options?: StatusOptions): InstanceStatus | undefined;
  /** Oldest first. */
  list(): readonly InstanceStatus[];
}

/**
 * Loads an app's functions unchanged and runs them on the real `durable-functions` library, on loopback. Works once per
 * process.
 * @throws ConfigurationError when the folder or the port is taken, or the app has functions that this host cannot run.
 */
export async function startLocalHost(options: LocalHostOptions): Promise<LocalHost> {
  const emit: Emit = options.onEvent ?? (() => undefined);
  const lock = lockFolder(options.dataFolder);
  try {
    const versioning =
      options.hostFile === undefined ? unversioned : readVersioning(options.hostFile);
    const { core, registry, model } = await loadApp(options.app, emit);
    const journal = new Journal(new Sql(openJournalFile(options.dataFolder)));
    return await runOrClose({ options, emit, lock, core, registry, model, journal, versioning });
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function loadApp(
  app: () => Promise<unknown>,
  emit: Emit,
): Promise<{ core: FunctionsCore; registry: Registry; model: ProgrammingModel }> {
  const core = installFunctionsCore((level, message) => {
    emit({ kind: "log", level, name: "host", message });
  });
  await app();
  const model = await readModel(core);
  return { core, registry: readRegistrations(core.registrations), model };
}

async function readModel(core: FunctionsCore): Promise<ProgrammingModel> {
  const model = core.model();
  if (model === undefined) {
    throw new ConfigurationError("The app registered no functions.", {
      code: "no-functions",
      nextStep:
        "Import @azure/functions and durable-functions only from the app's module, not before the host starts.",
    });
  }
  const capabilities = await model.getCapabilities({});
  if (capabilities["HttpUri"] !== undefined) {
    throw new ConfigurationError("The local host does not stream HTTP.", {
      code: "unsupported-setup",
      nextStep: "Leave out enableHttpStream.",
    });
  }
  return model;
}

interface Parts {
  readonly options: LocalHostOptions;
  readonly emit: Emit;
  readonly lock: FolderLock;
  readonly core: FunctionsCore;
  readonly registry: Registry;
  readonly model: ProgrammingModel;
  readonly journal: Journal;
  readonly versioning: Versioning;
}

async function runOrClose(parts: Parts): Promise<LocalHost> {
  try {
    return await run(parts);
  } catch (error) {
    parts.journal.close();
    throw error;
  }
}

async function run(parts: Parts): Promise<LocalHost> {
  const { options, emit, registry, model, journal, versioning } = parts;
  let url = "";
  let stopping = false;
  const invoker = createInvoker({ model, clientData: () => clientData(url), emit });
  const runner = createTriggerRunner(invoker, emit);
  const maxConcurrentActivities = options.maxConcurrentActivities ?? 32;
  const work = { journal, registry, invoker, versioning, emit, maxConcurrentActivities };
  const worker = new Worker(work);
  const app = createHttpApp({
    registry,
    runner,
    journal,
    defaultVersion: versioning.defaultVersion,
    emit,
    wake: () => {
      worker.wake();
    },
    isStopping: () => stopping,
  });
  const server = await listen(app, options.port ?? 0);
  ({ url } = server);
  const stopTimers = startTimerTriggers(registry, runner);
  worker.wake();
  return {
    url,
    functionNames: [...registry.keys()],
    client: createClient(journal),
    stop: async () => {
      stopping = true;
      stopTimers();
      // Functions under way may still use the Durable API, so the server closes last.
      await Promise.all([runner.idle(), worker.stop()]);
      await parts.core.terminate();
      await server.close();
      journal.close();
      parts.lock.release();
    },
  };
}

function createClient(journal: Journal): LocalClient {
  return {
    status: (id, options) => readStatus(journal, id, options),
    list: () => listStatus(journal, {}),
  };
}
