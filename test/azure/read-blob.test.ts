import { createServer, type RequestListener } from "node:http";

import { describe, expect, it, onTestFinished } from "vitest";

import { readBlob } from "../../shared/azure/read-blob.ts";

const SECRET = "?sv=2022-11-02&sig=c2VjcmV0";

/** A store of one blob at a loopback address; gives the blob's address. */
async function aStore(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  return `http://127.0.0.1:${port}/blob${SECRET}`;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

describe("a blob", () => {
  it("is read whole, without any token", async () => {
    const seen: (string | undefined)[] = [];
    const address = await aStore((request, response) => {
      seen.push(request.headers.authorization, request.headers.cookie);
      response.end("content");
    });

    const reading = await readBlob(address, { most: 7, part: "all" });

    expect(reading.kind === "read" ? textOf(reading.bytes) : reading).toBe("content");
    expect(seen).toEqual([undefined, undefined]);
  });

  it("that is too large is not kept, where a part is of no use", async () => {
    const address = await aStore((_request, response) => response.end("content"));

    const reading = await readBlob(address, { most: 6, part: "all" });

    expect(reading).toEqual({
      kind: "unavailable",
      message: "is larger than 6 bytes, so it was not kept.",
    });
  });

  it.each([
    ["knows ranges", true],
    ["gives everything whatever is asked", false],
  ])("gives its last part where the store %s", async (_what, ranges) => {
    const content = "0123456789";
    const address = await aStore((request, response) => {
      const from = /^bytes=(?<from>\d+)-$/u.exec(String(request.headers["x-ms-range"]))?.groups;
      const begin = ranges ? Number(from?.["from"] ?? 0) : 0;
      response.writeHead(begin === 0 ? 200 : 206, { "Content-Length": content.length - begin });
      response.end(request.method === "HEAD" ? undefined : content.slice(begin));
    });

    const reading = await readBlob(address, { most: 4, part: "end" });

    expect(reading.kind === "read" ? textOf(reading.bytes) : reading).toBe("6789");
  });

  it.each([
    ["is refused", (): RequestListener => (_request, response) => response.writeHead(403).end()],
    [
      "breaks off",
      (): RequestListener => (request, response) => {
        response.writeHead(200, { "Content-Length": 100 }).write("begin");
        setTimeout(() => request.socket.destroy(), 20);
      },
    ],
    [
      "is said to be elsewhere",
      (): RequestListener => (request, response) =>
        request.url === "/other"
          ? response.end("content")
          : response.writeHead(302, { Location: "/other" }).end(),
    ],
  ])("that %s is missing with a reason that names no address", async (_what, answer) => {
    const address = await aStore(answer());

    const reading = await readBlob(address, { most: 100, part: "all" });

    expect(reading.kind).toBe("unavailable");
    expect(JSON.stringify(reading)).not.toMatch(/sig|127\.0\.0\.1/u);
  });

  it.each([
    `https://attacker.example/blob${SECRET}`,
    `https://attacker.example/.blob.core.windows.net${SECRET}`,
    `https://blob.core.windows.net.attacker.example/blob${SECRET}`,
    `http://store.blob.core.windows.net/blob${SECRET}`,
    "file:///etc/passwd",
    "no address",
  ])("at %s is not asked for", async (address) => {
    expect(await readBlob(address, { most: 100, part: "all" })).toEqual({
      kind: "unavailable",
      message: "is kept at an address that is none of Azure Storage.",
    });
  });
});
