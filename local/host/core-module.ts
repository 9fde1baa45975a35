import { registerHooks } from "node:module";

import { ConfigurationError } from "../../shared/domain/errors.ts";
import { shortError } from "./host-events.ts";
import type { RpcData } from "./rpc.ts";

/** One call of a function, as `@azure/functions` runs it. */
export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(
    context: unknown,
    result: unknown,
  ): Promise<{ returnValue?: RpcData | null | undefined }>;
}

/** What the host tells `@azure/functions` about one call. */
export interface InvocationFacts {
  readonly invocationId: string;
  readonly metadata: unknown;
  readonly request: {
    readonly inputData: readonly { readonly name: string; readonly data: RpcData }[];
    readonly triggerMetadata?: Readonly<Record<string, RpcData>>;
  };
  readonly state?: string;
  log(level: string, category: string, message: string): void;
}

/** The part of `@azure/functions` that runs calls. */
export interface ProgrammingModel {
  getInvocationModel(facts: InvocationFacts): InvocationModel;
  getCapabilities(capabilities: Record<string, unknown>): Promise<Record<string, unknown>>;
}

/** A function's handler, as it was registered. */
export type FunctionCallback = (...values: unknown[]) => unknown;

/** A function as the app registered it; the metadata is not read yet. */
export interface Registration {
  readonly metadata: unknown;
  readonly callback: FunctionCallback;
}

/** What the app told the host while it loaded. */
export interface FunctionsCore {
  readonly registrations: readonly Registration[];
  /** The programming model; undefined when the app registered nothing. */
  model(): ProgrammingModel | undefined;
  /** Runs what the app wants done when its process is ended in order. */
  terminate(): Promise<void>;
}

/** What the app has the host call at some moment of its life. */
type HookCallback = (context: object) => unknown;

const coreUrl = "static-ip-remediator:functions-core";
const coreKey = Symbol.for(coreUrl);

/**
 * Answers `@azure/functions-core`, the module that a real host puts into its worker, for everything loaded from now on.
 * The hooks cannot be taken back and `@azure/functions` keeps what it found, so this works once per process.
 * @throws ConfigurationError `second-host` when called again.
 */
export function installFunctionsCore(
  onLog: (level: string, message: string) => void,
): FunctionsCore {
  requireFirst();
  const registrations: Registration[] = [];
  const terminateHooks: HookCallback[] = [];
  let current: ProgrammingModel | undefined;
  const core = {
    version: "1.0.0",
    hostVersion: "4.0.0",
    workerVersion: "3.0.0",
    registerFunction: (metadata: unknown, callback: FunctionCallback) => {
      registrations.push({ metadata, callback });
      return { dispose: () => undefined };
    },
    registerHook: (name: string, hook: HookCallback) => {
      terminateHooks.push(requireTerminate(name, hook));
      return { dispose: () => undefined };
    },
    setProgrammingModel: (model: ProgrammingModel) => {
      current = model;
    },
    getProgrammingModel: () => current,
    log: (level: string, _category: string, message: string) => {
      onLog(level, message);
    },
  };
  Reflect.set(globalThis, coreKey, core);
  answerImports();
  return {
    registrations,
    model: () => current,
    terminate: async () => {
      await runHooks(terminateHooks, onLog);
    },
  };
}

function requireFirst(): void {
  if (Reflect.has(globalThis, coreKey)) {
    throw new ConfigurationError("Cannot start a second local host in one process.", {
      code: "second-host",
      nextStep: "Start it in a process of its own.",
    });
  }
}

function answerImports(): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "@azure/functions-core"
        ? { url: coreUrl, format: "commonjs", shortCircuit: true }
        : next(specifier, context),
    load: (url, context, next) =>
      url === coreUrl
        ? {
            format: "commonjs",
            shortCircuit: true,
            source: `module.exports = globalThis[Symbol.for(${JSON.stringify(coreUrl)})];`,
          }
        : next(url, context),
  });
}

/** A hook that fails does not keep the host from its end. */
async function runHooks(
  hooks: readonly HookCallback[],
  onLog: (level: string, message: string) => void,
): Promise<void> {
  for (const hook of hooks) {
    try {
      await hook({});
    } catch (error) {
      onLog("error", `A hook for the app's end failed: ${shortError(error)}`);
    }
  }
}

function requireTerminate(name: string, hook: HookCallback): HookCallback {
  if (name === "appTerminate") {
    return hook;
  }
  throw new ConfigurationError(`The local host has no hook '${name}', and the app asks for it.`, {
    code: "unsupported-hook",
    nextStep: "Do the work in the functions themselves.",
  });
}
