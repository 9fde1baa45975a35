import type { PipelinePolicy } from "@azure/core-rest-pipeline";

/** Ends a request whose whole answer is not there in time. The SDK's own `timeout` ends once the headers are there; this one covers the body as well. */
export function timeoutPolicy(milliseconds: number): PipelinePolicy {
  return {
    name: "wholeAnswerTimeout",
    async sendRequest(request, next) {
      const timeout = AbortSignal.timeout(milliseconds);
      const given = request.abortSignal;
      request.abortSignal =
        given instanceof AbortSignal ? AbortSignal.any([given, timeout]) : timeout;
      return await next(request);
    },
  };
}
