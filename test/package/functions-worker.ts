// Loads an app as the Node worker of Azure Functions does, and prints what it registered, what time of a
// processor that took, and the stack of a call that fails. The worker
// answers `@azure/functions-core` by changing `require`. Source: azure-functions-nodejs-worker, `setupCoreModule.ts`.
import Module from "node:module";
import { pathToFileURL } from "node:url";

type Callback = (...values: unknown[]) => unknown;

const registered = new Map<string, Callback>();

const core = {
  version: "1.0.0",
  hostVersion: "4.0.0",
  workerVersion: "3.0.0",
  registerFunction: ({ name }: { readonly name: string }, callback: Callback) => {
    registered.set(name, callback);
    return { dispose: () => undefined };
  },
  registerHook: () => ({ dispose: () => undefined }),
  setProgrammingModel: () => undefined,
  getProgrammingModel: () => undefined,
  log: () => undefined,
};

// oxlint-disable-next-line typescript/unbound-method -- it is called with its own `this`
Module.prototype.require = new Proxy(Module.prototype.require, {
  apply: (target, self, [name]: [string]): unknown =>
    name === "@azure/functions-core" ? core : Reflect.apply(target, self, [name]),
});

const before = process.cpuUsage();
await import(pathToFileURL(process.argv[2] ?? "").href);
const { user, system } = process.cpuUsage(before);
const functions = [...registered.keys()].toSorted();
const loadMs = (user + system) / 1000;
process.stdout.write(JSON.stringify({ functions, loadMs, stack: await failedCall() }));

/** An activity that reads its input cannot do so without one. */
async function failedCall(): Promise<string> {
  try {
    await registered.get("explainSilence")?.(undefined, undefined);
  } catch (error) {
    return error instanceof Error ? (error.stack ?? "") : "";
  }
  return "";
}
