import type { AddressInfo } from "node:net";

import { serve } from "@hono/node-server";
import type { ServerType } from "@hono/node-server";
import type { Hono } from "hono";

import { ConfigurationError } from "../../shared/domain/errors.ts";

/** A listening server. */
export interface ListeningServer {
  /** For example `http://127.0.0.1:7071`. */
  readonly url: string;
  /** Takes no more connections; resolves when the open ones are closed. */
  close(): Promise<void>;
}

const hostname = "127.0.0.1";
/**
 * How long a connection is kept for its next request. Loading Azure's SDKs blocks the process for seconds; with Node's 5 s
 * a request that came meanwhile would be answered with a broken connection.
 */
const keepAliveTimeout = 65_000;
/** Time that an answer has to leave once nothing works on it any more. */
const lastAnswersMs = 1000;

/**
 * Serves on loopback; port 0 takes a free one.
 * @throws ConfigurationError `port-in-use`, or `cannot-listen` for any other reason.
 */
export async function listen(app: Hono, port: number): Promise<ListeningServer> {
  const server = serve({ fetch: app.fetch, hostname, port, serverOptions: { keepAliveTimeout } });
  await opened(server, port);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has this form of address
  const address = server.address() as AddressInfo;
  return {
    url: `http://${hostname}:${address.port}`,
    close: async () => {
      await closed(server);
    },
  };
}

async function opened(server: ServerType, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", (cause: Error) => {
      reject(listenError(port, cause));
    });
  });
}

/** What to tell about a port that could not be listened on. */
export function listenError(port: number, cause: unknown): ConfigurationError {
  const taken = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ConfigurationError(`Cannot listen on port ${port}: ${reason}.`, {
    code: taken ? "port-in-use" : "cannot-listen",
    nextStep: taken
      ? "Choose another port, or 0 for a free one."
      : "Choose a port that this user may listen on, or 0 for a free one.",
    cause,
  });
}

async function closed(server: ServerType): Promise<void> {
  await new Promise<void>((resolve) => {
    const rest = setTimeout(() => {
      if ("closeAllConnections" in server) {
        server.closeAllConnections();
      }
    }, lastAnswersMs);
    server.close(() => {
      clearTimeout(rest);
      resolve();
    });
  });
}
