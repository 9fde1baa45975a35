import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

// A client of Azure Resource Manager as somebody else would write it: `fetch` and the public rules of the API,
// nothing of this project.

/** Where a simulated Azure is, and the token that it takes. */
export interface Address {
  readonly armEndpoint: string;
  readonly subscriptionId: string;
  readonly token: string;
}

/** How a client writes its requests. */
export interface Spelling {
  /** Changes the letter case of a path. */
  readonly path: (path: string) => string;
  readonly apiVersion: string;
}

/** What came back. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** What goes with a request. */
export interface PlainRequest {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client of Azure Resource Manager. */
export interface PlainClient {
  /** Sends one request; the path begins after the resource group or, with a leading `/`, at the top. */
  send(path: string, request?: PlainRequest): Promise<PlainAnswer>;
  /** Sends a request that starts an operation, and follows its headers to the end. */
  run(path: string, request: PlainRequest): Promise<OperationEnd>;
}

/** How an operation ended. */
export interface OperationEnd {
  readonly started: PlainAnswer;
  /** What its state said each time, the last one included. */
  readonly states: readonly string[];
  /** What `Location` answers in the end. */
  readonly result: PlainAnswer;
}

const SHORTEST_WAIT_MS = 50;
const MOST_POLLS = 200;

const operationBody = z.looseObject({ status: z.string() });

/** Makes a client. */
export function plainClient(address: Address, group: string, spelling: Spelling): PlainClient {
  async function send(path: string, request: PlainRequest = {}): Promise<PlainAnswer> {
    const base = `/subscriptions/${address.subscriptionId}/resourceGroups/${group}/`;
    const url = `${spelling.path(path.startsWith("/") ? path : base + path)}?api-version=${spelling.apiVersion}`;
    return await call(address, address.armEndpoint + url, request);
  }

  async function run(path: string, request: PlainRequest): Promise<OperationEnd> {
    const started = await send(path, request);
    const states: string[] = [];
    while (states.length < MOST_POLLS && (states.at(-1) ?? "InProgress") === "InProgress") {
      const wait = Number(started.headers.get("Retry-After") ?? 0) * 1000;
      await sleep(Math.max(wait, SHORTEST_WAIT_MS));
      const poll = await call(address, started.headers.get("Azure-AsyncOperation") ?? "", {});
      states.push(operationBody.parse(poll.body).status);
    }
    const result = await call(address, started.headers.get("Location") ?? "", {});
    return { started, states, result };
  }

  return { send, run };
}

async function call(address: Address, url: string, request: PlainRequest): Promise<PlainAnswer> {
  const response = await fetch(url, {
    method: request.method ?? "GET",
    headers: {
      Authorization: `Bearer ${address.token}`,
      ...(request.body === undefined ? {} : { "Content-Type": "application/json" }),
      ...request.headers,
    },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  });
  const text = await response.text();
  const body: unknown = text === "" ? null : JSON.parse(text);
  return { status: response.status, headers: response.headers, body };
}
