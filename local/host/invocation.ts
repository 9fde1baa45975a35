import { randomUUID } from "node:crypto";

import type { ProgrammingModel } from "./core-module.ts";
import type { Emit } from "./host-events.ts";
import type { HostFunction } from "./registry.ts";
import type { RpcData } from "./rpc.ts";

/** What a function gave back: the value itself and the form in which it would leave the worker. */
export interface Invoked {
  readonly result: unknown;
  readonly returned: RpcData | null | undefined;
}

/** Runs functions of the app through `@azure/functions`, as a worker would. */
export interface Invoker {
  /** @throws whatever the function throws. */
  invoke(
    target: HostFunction,
    input: RpcData,
    triggerMetadata?: Readonly<Record<string, RpcData>>,
  ): Promise<Invoked>;
}

/** What an invoker needs; `clientData` is read at each call, since the host's port is known late. */
export interface InvokerParts {
  readonly model: ProgrammingModel;
  readonly clientData: () => unknown;
  readonly emit: Emit;
}

/** Makes an invoker for the app's programming model. */
export function createInvoker(parts: InvokerParts): Invoker {
  return {
    invoke: async (target, input, triggerMetadata = {}) => {
      const client = { json: JSON.stringify(parts.clientData()) };
      const request = {
        inputData: [
          { name: target.triggerBinding, data: input },
          ...target.clientBindings.map((name) => ({ name, data: client })),
        ],
        triggerMetadata,
      };
      const invocation = parts.model.getInvocationModel({
        invocationId: randomUUID(),
        metadata: target.metadata,
        request,
        log: (level, _category, message) => {
          parts.emit({ kind: "log", level, name: target.name, message });
        },
      });
      const { context, inputs } = await invocation.getArguments();
      // The library keeps the request in a WeakMap, whose values V8 frees only with its rare full collections: a history
      // for each turn would pile up there.
      request.inputData = [];
      const result = await invocation.invokeFunction(context, inputs, target.callback);
      const response = await invocation.getResponse(context, result);
      return { result, returned: response.returnValue };
    },
  };
}
