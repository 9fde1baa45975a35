import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** An answer of the small server. */
interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A small HTTP server which answers what the test sets, and remembers the keys that it was sent. */
export interface SmallServer {
  readonly url: string;
  readonly port: number;
  /** One entry for each request: its key, or null. */
  readonly keys: readonly (string | null)[];
  /** One entry for each request: its `Authorization`, or null. */
  readonly authorizations: readonly (string | null)[];
  close(): Promise<void>;
}

/** Starts a small server on loopback, or on all of this machine's addresses. */
export async function startSmallServer(
  answer: (path: string) => Answer,
  address = "127.0.0.1",
): Promise<SmallServer> {
  const keys: (string | null)[] = [];
  const authorizations: (string | null)[] = [];
  const server = createServer((request, response) => {
    keys.push(request.headersDistinct["x-functions-key"]?.[0] ?? null);
    authorizations.push(request.headers.authorization ?? null);
    const { status, headers, body } = answer(request.url ?? "/");
    response.writeHead(status, headers);
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  server.listen(0, address);
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has this form of address
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    keys,
    authorizations,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
