import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";

/** Where to go and by which way. */
export interface Destination {
  readonly address: string;
  readonly port: number;
  /** HTTP CONNECT proxy; null: directly. */
  readonly proxy: string | null;
}

/** What trying to open a connection gave. `signal` ends the attempt as `no-answer`. */
export type Dialled =
  | { readonly kind: "connected"; readonly socket: Duplex }
  | {
      readonly kind: "refused" | "no-answer" | "no-route";
      readonly detail: string;
    };

const REFUSED = new Set(["ECONNREFUSED", "ECONNRESET"]);
const TIMED_OUT = new Set(["ETIMEDOUT", "ABORT_ERR"]);

/** Opens a TCP connection, directly or through the proxy. Never throws. */
export async function dial(destination: Destination, signal: AbortSignal): Promise<Dialled> {
  return destination.proxy === null
    ? await dialDirectly(destination, signal)
    : await dialThroughProxy(destination, new URL(destination.proxy), signal);
}

async function dialDirectly({ address, port }: Destination, signal: AbortSignal): Promise<Dialled> {
  return await new Promise((resolve) => {
    const socket = connect({ host: address, port });
    function giveUp(): void {
      socket.destroy();
      resolve({ kind: "no-answer", detail: "no TCP connection in time" });
    }
    signal.addEventListener("abort", giveUp, { once: true });
    socket.once("connect", () => {
      signal.removeEventListener("abort", giveUp);
      resolve({ kind: "connected", socket });
    });
    // Stays on: an error after the connection is read by whoever holds the socket, and must not end the process.
    socket.on("error", (error: NodeJS.ErrnoException) => {
      signal.removeEventListener("abort", giveUp);
      resolve(failureOf(error));
    });
  });
}

function failureOf(error: NodeJS.ErrnoException): Dialled {
  const code = error.code ?? error.message;
  if (REFUSED.has(code)) {
    return { kind: "refused", detail: `TCP connection refused (${code})` };
  }
  if (TIMED_OUT.has(code)) {
    return { kind: "no-answer", detail: `no TCP connection (${code})` };
  }
  return { kind: "no-route", detail: `no way to the address from here (${code})` };
}

async function dialThroughProxy(
  { address, port }: Destination,
  proxy: URL,
  signal: AbortSignal,
): Promise<Dialled> {
  return await new Promise((resolve) => {
    const asked = request({
      host: proxy.hostname,
      port: proxy.port === "" ? 80 : Number(proxy.port),
      method: "CONNECT",
      path: `${address}:${port}`,
      agent: false,
    });
    function giveUp(): void {
      asked.destroy();
      resolve({ kind: "no-answer", detail: "no TCP connection through the proxy in time" });
    }
    signal.addEventListener("abort", giveUp, { once: true });
    asked.once("connect", (response, socket, head) => {
      signal.removeEventListener("abort", giveUp);
      // Read by whoever holds the socket; without a listener it would end the process.
      socket.on("error", () => undefined);
      socket.unshift(head);
      resolve(readProxyAnswer(response, socket));
    });
    asked.on("error", (error: NodeJS.ErrnoException) => {
      signal.removeEventListener("abort", giveUp);
      resolve({ kind: "no-route", detail: `no proxy (${error.code ?? error.message})` });
    });
    asked.end();
  });
}

function readProxyAnswer(response: IncomingMessage, socket: Duplex): Dialled {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) {
    return { kind: "connected", socket };
  }
  socket.destroy();
  return proxyFailure(status, proxyErrorOf(response.headers["proxy-status"]));
}

/** The error type in a `Proxy-Status` header; null if there is none. Source: RFC 9209, 2.1.1. */
function proxyErrorOf(header: string | readonly string[] | undefined): string | null {
  const text = [header ?? ""].flat().join(",");
  return /;\s*error=(?<error>[a-z_]+)/iu.exec(text)?.groups?.["error"]?.toLowerCase() ?? null;
}

/** Error types of RFC 9209, 2.3, that tell a refusal and a missing route from plain silence. */
const PROXY_ERRORS: Readonly<Record<string, "refused" | "no-answer" | "no-route">> = {
  connection_refused: "refused",
  connection_terminated: "refused",
  connection_timeout: "no-answer",
  destination_ip_prohibited: "no-route",
  destination_ip_unroutable: "no-route",
  destination_not_found: "no-route",
  dns_error: "no-route",
  http_request_denied: "no-route",
};

function proxyFailure(status: number, error: string | null): Dialled {
  const said = `the proxy answered ${status}${error === null ? "" : ` (${error})`}`;
  const known = PROXY_ERRORS[error ?? ""];
  if (known !== undefined) {
    return { kind: known, detail: said };
  }
  // 5xx: it tried and could not connect. Anything else: it does not serve us, which says nothing about the VM.
  return { kind: status >= 500 ? "no-answer" : "no-route", detail: said };
}
