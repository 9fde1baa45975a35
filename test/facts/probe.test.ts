import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { Server as HttpServer } from "node:http";
import { connect, createServer } from "node:net";
import type { Server, Socket } from "node:net";

import { createHttpHeaders } from "@azure/core-rest-pipeline";
import { afterEach, describe, expect, it } from "vitest";

import { createAzure } from "../../shared/azure/clients.ts";
import { probeNic, probeOnce } from "../../shared/facts/probe.ts";
import { aNic, anIpConfiguration, azureFacts, SUBSCRIPTION } from "../builders.ts";

const CONFIRM = Buffer.from("030000130ed000001234000200080002000000", "hex");
const DIRECTLY = { proxy: null, timeoutSeconds: 0.5 };
/** Where an answer comes: never waited out, so that a busy machine does not matter. */
const PATIENTLY = { ...DIRECTLY, timeoutSeconds: 20 };

const open: (Server | HttpServer)[] = [];
const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) {
    socket.destroy();
  }
  await Promise.all(
    open.splice(0).map(async (server) => {
      server.close();
      await once(server, "close");
    }),
  );
});

async function listening(server: Server | HttpServer): Promise<number> {
  open.push(server);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return portOf(server);
}

function portOf(server: Server | HttpServer): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function aServer(serve: (socket: Socket) => void): Promise<number> {
  return await listening(createServer(serve));
}

async function aClosedPort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return port;
}

/** An HTTP CONNECT proxy; `answer` refuses instead of connecting. */
async function aProxy(answer: string | null): Promise<string> {
  const server = createHttpServer();
  server.on("connect", (request, client: Socket) => {
    if (answer !== null) {
      client.end(answer);
      return;
    }
    const [host = "", port = ""] = (request.url ?? "").split(":");
    const target = connect({ host, port: Number(port) }, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.pipe(client).pipe(target);
    });
    sockets.add(target);
    target.on("error", () => client.destroy());
  });
  return `http://127.0.0.1:${await listening(server)}`;
}

describe("straight to the address", () => {
  it("answers where an RDP service confirms", async () => {
    const port = await aServer((socket) => socket.once("data", () => socket.write(CONFIRM)));

    const result = await probeOnce({ address: "127.0.0.1", port }, PATIENTLY);

    expect(result).toMatchObject({ kind: "answers", replied: true });
    expect(result.detail).toContain("CredSSP");
  });

  it("puts a confirm together that comes byte by byte", async () => {
    const port = await aServer((socket) => {
      socket.setNoDelay(true);
      socket.once("data", () => {
        for (const byte of CONFIRM) {
          socket.write(Buffer.of(byte));
        }
      });
    });

    expect(await probeOnce({ address: "127.0.0.1", port }, DIRECTLY)).toMatchObject({
      kind: "answers",
    });
  });

  it("is refused where nobody listens, which is a reply", async () => {
    const port = await aClosedPort();

    const result = await probeOnce({ address: "127.0.0.1", port }, PATIENTLY);

    expect(result).toMatchObject({ kind: "refused", replied: true });
  });

  it.each([
    ["accepts and says nothing", (): void => undefined, "no RDP answer in time"],
    ["closes at once", (socket: Socket): unknown => socket.end(), "closed"],
    ["speaks HTTP", (socket: Socket): unknown => socket.write("HTTP/1.1 400 Bad\r\n"), "not RDP"],
    [
      "breaks off",
      (socket: Socket): unknown => socket.once("data", () => socket.resetAndDestroy()),
      "broken off",
    ],
  ])("does not take a server for RDP that %s", async (_what, serve, detail) => {
    const port = await aServer((socket) => {
      serve(socket);
    });

    const result = await probeOnce({ address: "127.0.0.1", port }, DIRECTLY);

    expect(result).toMatchObject({ kind: "no-answer", replied: true });
    expect(result.detail).toContain(detail);
  });

  it("finds no way to an address that no route leads to", async () => {
    const result = await probeOnce({ address: "not-a-name.invalid", port: 3389 }, DIRECTLY);

    expect(result).toMatchObject({ kind: "no-route", replied: false });
  });
});

describe("through a proxy", () => {
  it("answers where an RDP service behind it confirms", async () => {
    const port = await aServer((socket) => socket.once("data", () => socket.write(CONFIRM)));
    const proxy = await aProxy(null);

    const result = await probeOnce({ address: "127.0.0.1", port }, { ...PATIENTLY, proxy });

    expect(result).toMatchObject({ kind: "answers", replied: true });
  });

  it.each([
    ["504 Gateway Timeout", "", "no-answer", false],
    ["502 Bad Gateway", "", "no-answer", false],
    ["502 Bad Gateway", "Proxy-Status: jump; error=connection_refused\r\n", "refused", true],
    [
      "502 Bad Gateway",
      "Proxy-Status: jump; error=destination_ip_unroutable\r\n",
      "no-route",
      false,
    ],
    ["504 Gateway Timeout", "Proxy-Status: jump; error=connection_timeout\r\n", "no-answer", false],
    ["403 Forbidden", "", "no-route", false],
    ["407 Proxy Authentication Required", "", "no-route", false],
  ])("reads %s %s as %s", async (status, header, kind, replied) => {
    const proxy = await aProxy(`HTTP/1.1 ${status}\r\n${header}Content-Length: 0\r\n\r\n`);

    const result = await probeOnce({ address: "10.0.0.4", port: 3389 }, { ...PATIENTLY, proxy });

    expect(result).toMatchObject({ kind, replied });
  });

  it("cannot tell anything without the proxy", async () => {
    const proxy = `http://127.0.0.1:${await aClosedPort()}`;

    const result = await probeOnce({ address: "10.0.0.4", port: 3389 }, { ...DIRECTLY, proxy });

    expect(result).toMatchObject({ kind: "no-route", replied: false });
  });

  it("gives up on a proxy that says nothing", async () => {
    const proxy = `http://127.0.0.1:${await aServer(() => undefined)}`;

    const result = await probeOnce({ address: "10.0.0.4", port: 3389 }, { ...DIRECTLY, proxy });

    expect(result).toMatchObject({ kind: "no-answer", replied: false });
  });
});

describe("a public address that Azure does not show", () => {
  const publicIpId = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/publicIPAddresses/ip`;
  const configuration = anIpConfiguration({ address: "127.0.0.1", publicIpId });
  const facts = azureFacts({ nics: [aNic({ ipConfigurations: [configuration] })] });

  async function probeWhereAzureSays(status: number): ReturnType<typeof probeNic> {
    const azure = createAzure(
      { simulator: { armEndpoint: "http://127.0.0.1:1", token: "t" } },
      {
        httpClient: {
          sendRequest: async (request) =>
            await Promise.resolve({
              request,
              status,
              headers: createHttpHeaders({ "content-type": "application/json" }),
              bodyAsText: JSON.stringify({ error: { code: "No", message: "No." } }),
            }),
        },
      },
    );
    return await probeNic(azure, facts, null, { ...DIRECTLY, port: await aClosedPort() });
  }

  it("does not take away what the private one said, where it may not be read", async () => {
    expect(await probeWhereAzureSays(403)).toMatchObject({
      kind: "no-answer",
      address: "127.0.0.1",
    });
  });

  it("is asked for again where the trouble passes", async () => {
    await expect(probeWhereAzureSays(503)).rejects.toMatchObject({ retryable: true });
  });
});
