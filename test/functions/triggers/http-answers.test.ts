import { expect, it } from "vitest";

import { jsonBody } from "../../../functions/triggers/http-answers.ts";

const HALF_A_MEBIBYTE = 512 * 1024;

/** A request whose body comes in pieces of half a MiB of blanks, 64 of them unless it is told an end; counts those which were taken. */
function aStreamed(end?: string): { request: Parameters<typeof jsonBody>[0]; taken: () => number } {
  let taken = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      taken += 1;
      controller.enqueue(new Uint8Array(HALF_A_MEBIBYTE).fill(0x20));
      if (end !== undefined || taken === 64) {
        controller.enqueue(new TextEncoder().encode(end ?? ""));
        controller.close();
      }
    },
  });
  return { request: { body, headers: new Headers() }, taken: () => taken };
}

it("reads no more of a huge body than an endpoint takes", async () => {
  const { request, taken } = aStreamed();

  await expect(jsonBody(request)).rejects.toMatchObject({ code: "body-too-large" });
  expect(taken()).toBeLessThanOrEqual(4);
});

it("reads nothing of a body that says it is too large", async () => {
  const { request } = aStreamed("{}");
  request.headers.set("content-length", `${1024 * 1024 + 1}`);

  await expect(jsonBody(request)).rejects.toMatchObject({ code: "body-too-large" });
  expect(request.body?.locked).toBe(false);
});

it("puts a body together that comes in pieces", async () => {
  const { request } = aStreamed('{"reason":"für"}');

  expect(await jsonBody(request)).toEqual({ reason: "für" });
});

it("takes a request without a body for one that is not JSON", async () => {
  const request = { body: null, headers: new Headers() };

  await expect(jsonBody(request)).rejects.toMatchObject({ code: "invalid-json" });
});
