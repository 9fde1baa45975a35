import { once } from "node:events";
import { createServer } from "node:http";

import { expect, it, onTestFinished } from "vitest";

import { StorageContainer } from "../../shared/azure/storage/container.ts";
import { openStorage } from "../../shared/azure/storage/storage.ts";
import { StorageTable } from "../../shared/azure/storage/table.ts";

const BLOBS = "https://records.blob.core.windows.net";
const TABLES = "https://records.table.core.windows.net";

/** A server that answers everything so; `seen` holds what it was asked. */
async function aServer(
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly endpoint: string; readonly seen: readonly string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.writeHead(status, headers).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { endpoint: `http://127.0.0.1:${port}`, seen };
}

it.each([
  ["another host", { tableEndpoint: "https://records.example.com", blobEndpoint: BLOBS }],
  ["another service", { tableEndpoint: BLOBS, blobEndpoint: BLOBS }],
  [
    "a host that only begins so",
    { tableEndpoint: "https://records.table.core.example.com", blobEndpoint: BLOBS },
  ],
  ["a blob host that is none", { tableEndpoint: TABLES, blobEndpoint: "https://10.0.0.4" }],
  ["plain HTTP", { tableEndpoint: TABLES.replace("https", "http"), blobEndpoint: BLOBS }],
])("never sends a token to %s", (_, endpoints) => {
  expect(() => openStorage(endpoints)).toThrow(
    expect.objectContaining({ name: "ConfigurationError", code: "foreign-host" }),
  );
});

it("knows an account, and Azurite on this machine", () => {
  const azurite = { tableEndpoint: "http://127.0.0.1:10002", blobEndpoint: "http://[::1]:10000" };

  expect(() => openStorage({ tableEndpoint: TABLES, blobEndpoint: BLOBS })).not.toThrow();
  expect(() => openStorage(azurite)).not.toThrow();
});

it.each(["another host", "the same host"])("follows no redirect to %s", async (where) => {
  const other = await aServer(200);
  const start = where === "another host" ? other.endpoint : "";
  const { endpoint, seen } = await aServer(307, { Location: `${start}/elsewhere` });
  const account = openStorage({ tableEndpoint: endpoint, blobEndpoint: endpoint });

  await expect(new StorageTable(account, "t", "t").get("a")).rejects.toMatchObject({ status: 307 });
  await expect(new StorageContainer(account, "c").read("a")).rejects.toMatchObject({ status: 307 });

  expect(seen).toHaveLength(2);
  expect(other.seen).toEqual([]);
});

it.each([429, 500, 503])("retries nothing by itself after %d", async (status) => {
  const { endpoint, seen } = await aServer(status, { "Retry-After": "1" });
  const account = openStorage({ tableEndpoint: endpoint, blobEndpoint: endpoint });
  const table = new StorageTable(account, "t", "t");
  const change = { kind: "insert", rowKey: "a", values: {} } as const;
  const expected = { name: "AzureRequestError", status, retryable: true, retryAfterSeconds: 1 };

  await expect(table.get("a")).rejects.toMatchObject(expected);
  await expect(table.write([change, { ...change, rowKey: "b" }])).rejects.toMatchObject(expected);
  await expect(new StorageContainer(account, "c").read("a")).rejects.toMatchObject(expected);

  expect(seen).toHaveLength(3);
});
