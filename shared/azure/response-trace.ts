import { AsyncLocalStorage } from "node:async_hooks";

import type { PipelinePolicy } from "@azure/core-rest-pipeline";

/** What is kept of the last response of a piece of work. */
export interface TracedResponse {
  readonly headers: { get(name: string): string | undefined };
  readonly bodyText: string;
}

interface Trace {
  last: TracedResponse | null;
}

const current = new AsyncLocalStorage<Trace>();

/**
 * Runs the work and says which response came last during it. The pollers of the SDKs hide the headers of a poll and the
 * error code of a failed operation; this is the way to see both.
 */
export async function withResponseTrace<T>(
  work: (lastResponse: () => TracedResponse | null) => Promise<T>,
): Promise<T> {
  const trace: Trace = { last: null };
  return await current.run(trace, async () => await work(() => trace.last));
}

/** Pipeline policy that feeds `withResponseTrace`. */
export const responseTracePolicy: PipelinePolicy = {
  name: "responseTrace",
  async sendRequest(request, next) {
    const response = await next(request);
    const trace = current.getStore();
    if (trace !== undefined) {
      trace.last = { headers: response.headers, bodyText: response.bodyAsText ?? "" };
    }
    return response;
  },
};
