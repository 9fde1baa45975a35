import { once } from "node:events";
import { createServer, type Server } from "node:http";

import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocketServer, type WebSocket as Peer } from "ws";

import { createAzure } from "../../shared/azure/clients.ts";
import { openSerialConsole } from "../../shared/azure/serial-console.ts";
import type { ConsoleOpening } from "../../shared/domain/console-line.ts";

const VM =
  "/subscriptions/5a1e0c2e-9b1d-4f6e-8c3a-7d2b5e9f1a64/resourceGroups/rg-shop/providers/Microsoft.Compute/virtualMachines/vm-till";
const TOKEN = "a.b.c";

/** A service that gives this connection string, `HERE` standing for its own host, and speaks so to who connects. */
async function opened(
  connectionString: string,
  speak: (peer: Peer, received: string[]) => void = () => undefined,
): Promise<{ opening: ConsoleOpening; received: string[]; urls: string[] }> {
  const received: string[] = [];
  const urls: string[] = [];
  const server = createServer((request, response) => {
    const port = portOf(server);
    const body = (request.url ?? "").includes("consoleServices")
      ? { properties: { disabled: false } }
      : { connectionString: connectionString.replace("HERE", `127.0.0.1:${port}`) };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  const gateway = new WebSocketServer({ server });
  gateway.on("connection", (peer, request) => {
    urls.push(request.url ?? "");
    peer.on("message", (data: Buffer) => {
      received.push(data.toString());
    });
    speak(peer, received);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    gateway.close();
    server.closeAllConnections();
    server.close();
  });
  const port = portOf(server);
  const simulator = { armEndpoint: `http://127.0.0.1:${port}`, token: TOKEN };
  return { opening: await openSerialConsole(createAzure({ simulator }), VM), received, urls };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("The server does not listen on a port.");
  }
  return address.port;
}

async function printedBy(opening: ConsoleOpening, end: string): Promise<string> {
  let printed = "";
  if (opening.kind === "open") {
    for (let reads = 0; reads < 10 && !printed.endsWith(end); reads++) {
      printed += (await opening.line.receive(AbortSignal.timeout(5000))) ?? "";
    }
  }
  return printed;
}

describe("the way to a serial console", () => {
  it("sends the token in the address, at the start, and after the first message", async () => {
    const { opening, received, urls } = await opened("ws://HERE/vm/client", (peer) => {
      peer.send("Connecting...");
    });

    await expect.poll(() => received, { timeout: 5000 }).toEqual([TOKEN, TOKEN]);
    expect(opening.kind).toBe("open");
    expect(urls).toEqual([`/vm/client?authorization=${TOKEN}&new=1`]);
  });

  it("gives text and bytes in the order in which they came, without the first message", async () => {
    const { opening } = await opened("ws://HERE/vm/client", (peer) => {
      peer.send("Connecting...");
      peer.send("SA");
      peer.send(Buffer.from("C>"));
    });

    expect(await printedBy(opening, ">")).toBe("SAC>");
  });

  it("ends a wait when the other side closes", async () => {
    const { opening } = await opened("ws://HERE/vm/client", (peer) => {
      peer.send("Connecting...");
      setTimeout(() => {
        peer.close();
      }, 50);
    });

    const printed = opening.kind === "open" ? opening.line.receive(AbortSignal.timeout(5000)) : "";

    expect(await printed).toBeNull();
  });

  it.each([
    "wss://serialconsole.azure.com.example.org/client",
    "wss://HERE/client",
    "ws://console.example.org/client",
  ])("takes the token nowhere else than to Azure: %s", async (address) => {
    const { opening, urls } = await opened(address);

    expect(opening).toMatchObject({ kind: "unavailable", code: "console-untrusted" });
    expect(JSON.stringify(opening)).not.toContain(TOKEN);
    expect(urls).toEqual([]);
  });

  it("says so where the service turns the connection away", async () => {
    const { opening } = await opened("ws://HERE/vm/client", (peer) => {
      peer.close();
    });

    expect(opening).toMatchObject({ kind: "unavailable", code: "console-no-answer" });
  });
});
