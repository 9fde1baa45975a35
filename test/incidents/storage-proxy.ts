import { once } from "node:events";
import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { buffer } from "node:stream/consumers";

import type { StorageEndpoints } from "../../shared/azure/storage/storage.ts";

/** What becomes of a request: it passes, its connection ends before or after its effect, or it gets an answer without one. */
export type Fate =
  | "pass"
  | "lostBefore"
  | "lostAfter"
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string;
    };

/** Stands between a store and Azurite. */
export interface StorageProxy extends StorageEndpoints {
  /** Requests so far, as `GET /devstoreaccount1/…`. */
  readonly requests: string[];
  /** Says what becomes of the next requests, by their number from now on, starting at 1. */
  decide(fate: (n: number, request: string) => Fate | Promise<Fate>): void;
  close(): Promise<void>;
}

/** Starts it on free ports of this machine. The shared key signs no host, so that what passes is still valid. */
export async function startStorageProxy(behind: StorageEndpoints): Promise<StorageProxy> {
  const requests: string[] = [];
  let count = 0;
  let fateOf: (n: number, request: string) => Fate | Promise<Fate> = pass;

  async function fateOfNext({ method, url }: IncomingMessage): Promise<Fate> {
    const name = `${method} ${url}`;
    requests.push(name);
    count += 1;
    return await fateOf(count, name);
  }

  const tables = await listen(behind.tableEndpoint, fateOfNext);
  const blobs = await listen(behind.blobEndpoint, fateOfNext);
  return {
    tableEndpoint: addressOf(tables),
    blobEndpoint: addressOf(blobs),
    requests,
    decide: (fate) => {
      count = 0;
      fateOf = fate;
    },
    close: async () => {
      for (const server of [tables, blobs]) {
        server.closeAllConnections();
        server.close();
        await once(server, "close");
      }
    },
  };
}

async function listen(
  endpoint: string,
  fateOf: (asked: IncomingMessage) => Promise<Fate>,
): Promise<Server> {
  const server = createServer((asked, answer) => {
    handle(endpoint, fateOf, { asked, answer }).catch(() => {
      answer.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function handle(
  endpoint: string,
  fateOf: (asked: IncomingMessage) => Promise<Fate>,
  { asked, answer }: { readonly asked: IncomingMessage; readonly answer: ServerResponse },
): Promise<void> {
  const fate = await fateOf(asked);
  const body = await buffer(asked);
  if (typeof fate === "object") {
    answer.writeHead(fate.status, fate.headers).end(fate.body);
    return;
  }
  const given = fate === "lostBefore" ? null : await passOn(endpoint, asked, body);
  if (given === null || fate === "lostAfter") {
    answer.destroy();
    return;
  }
  answer.writeHead(given.status, given.headers).end(given.bytes);
}

async function passOn(
  endpoint: string,
  { method = "GET", url = "", headers }: IncomingMessage,
  body: Buffer,
): Promise<{ status: number; headers: IncomingHttpHeaders; bytes: Buffer }> {
  const given = await new Promise<IncomingMessage>((resolve, reject) => {
    const passed = request(new URL(url, endpoint), { method, headers }, resolve);
    passed.once("error", reject);
    passed.end(body);
  });
  return { status: given.statusCode ?? 500, headers: given.headers, bytes: await buffer(given) };
}

function pass(): Fate {
  return "pass";
}

function addressOf(server: Server): string {
  const address = server.address();
  return typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
}
