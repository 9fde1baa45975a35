import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import type { Context } from "hono";

import type { WebEnvironment } from "../arm/arm-app.ts";
import type { Reply } from "../arm/reply.ts";
import { passGate } from "../faults/gate.ts";
import type { Simulation } from "../simulation.ts";
import { blobAt, vmOfBlob, type Blob } from "./boot-blobs.ts";
import { isGranted } from "./signature.ts";

const RANGE = /^bytes=(?<from>\d+)-(?<to>\d*)$/u;

/** Makes the part that gives blobs to whoever holds an address with a good signature, as Azure Storage does. */
export function makeBlobApp(simulation: Simulation): Hono<WebEnvironment> {
  const app = new Hono<WebEnvironment>();
  app.on(["GET", "HEAD"], "*", async (context) => await serve(simulation, context));
  app.notFound(() =>
    problem(405, "UnsupportedHttpVerb", "The resource doesn't support this verb."),
  );
  return app;
}

async function serve(simulation: Simulation, context: Context<WebEnvironment>): Promise<Response> {
  const { pathname, searchParams } = new URL(context.req.url);
  const vm = vmOfBlob(simulation, pathname);
  const { outgoing } = context.env;
  const arrival = {
    operation: "blob.get" as const,
    method: context.req.method,
    path: pathname,
    vm: vm?.name ?? null,
    script: null,
    clientGone: new Promise<void>((resolve) => {
      outgoing.once("close", resolve);
    }),
  };
  const departure = await passGate(simulation, arrival, (): Reply => {
    const at = simulation.now().getTime();
    if (!isGranted(simulation.blobKey, pathname, searchParams, at)) {
      return { status: 403 };
    }
    return { status: vm === null ? 404 : 200 };
  });
  if (departure.kind !== "reply") {
    if (departure.kind === "break") {
      outgoing.destroy();
    }
    return RESPONSE_ALREADY_SENT;
  }
  const { status } = departure.reply;
  return vm === null || status !== 200
    ? refusal(status)
    : content(blobAt(vm, pathname), rangeOf(context));
}

function rangeOf({ req }: Context<WebEnvironment>): string | null {
  return req.header("x-ms-range") ?? req.header("Range") ?? null;
}

/** A range beyond the end gives what is there. */
function content({ bytes, contentType }: Blob, range: string | null): Response {
  const { from, to } = RANGE.exec(range ?? "")?.groups ?? {};
  const headers = { "Content-Type": contentType, "x-ms-blob-type": "PageBlob" };
  if (from === undefined) {
    const length = String(bytes.length);
    return new Response(bytes, { headers: { ...headers, "Content-Length": length } });
  }
  const first = Number(from);
  const last = Math.min(bytes.length - 1, to === "" ? Infinity : Number(to));
  if (first > last) {
    return problem(416, "InvalidRange", "The range specified is invalid for the current size.");
  }
  return new Response(bytes.slice(first, last + 1), {
    status: 206,
    headers: { ...headers, "Content-Range": `bytes ${first}-${last}/${bytes.length}` },
  });
}

function refusal(status: number): Response {
  switch (status) {
    case 403:
      return problem(
        403,
        "AuthenticationFailed",
        "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
      );
    case 404:
      return problem(404, "BlobNotFound", "The specified blob does not exist.");
    default:
      return problem(status, "InternalError", "The server encountered an internal error.");
  }
}

function problem(status: number, code: string, message: string): Response {
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return new Response(body, {
    status,
    headers: { "Content-Type": "application/xml", "x-ms-error-code": code },
  });
}
