import { createServer } from "node:http";

import { expect, it, onTestFinished } from "vitest";

import { createAzure } from "../../shared/azure/clients.ts";
import { pollRunCommand, startRunCommand } from "../../shared/azure/run-command.ts";
import { readAzureFacts } from "../../shared/facts/azure-facts.ts";
import { aVm, NOW, simulatedAzure } from "./simulated-azure.ts";

async function aHttpServer(
  answer: (url: string) => { status: number; headers?: Record<string, string> },
): Promise<{
  endpoint: string;
  seen: { url: string; authorization: string | undefined; agent: string | undefined }[];
}> {
  const seen: { url: string; authorization: string | undefined; agent: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const { authorization, "user-agent": agent } = request.headers;
    seen.push({ url: request.url ?? "", authorization, agent });
    const { status, headers } = answer(request.url ?? "");
    response.writeHead(status, headers).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { endpoint: `http://127.0.0.1:${port}`, seen };
}

const VM_ID =
  "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm-till";

it("refuses a simulator that is not on this machine", () => {
  expect(() =>
    createAzure({ simulator: { armEndpoint: "http://198.51.100.7:80", token: "t" } }),
  ).toThrow(expect.objectContaining({ code: "simulator-not-local" }));
});

it("never sends the simulator's token to another host, even where an answer points there", async () => {
  const other = await aHttpServer(() => ({ status: 200 }));
  const { endpoint } = await aHttpServer(() => ({
    status: 307,
    headers: { Location: `${other.endpoint}/elsewhere` },
  }));
  const azure = createAzure({ simulator: { armEndpoint: endpoint, token: "secret-token" } });

  await expect(readAzureFacts(azure, VM_ID, NOW)).rejects.toMatchObject({ retryable: false });

  expect(other.seen).toEqual([]);
});

it("never follows an operation to another host", async () => {
  const other = await aHttpServer(() => ({ status: 200 }));
  const { endpoint } = await aHttpServer(() => ({
    status: 202,
    headers: { "Azure-AsyncOperation": `${other.endpoint}/status` },
  }));
  const azure = createAzure({ simulator: { armEndpoint: endpoint, token: "secret-token" } });
  const start = await startRunCommand(azure, VM_ID, ["hostname"]);
  const operation = start.kind === "started" ? start.operation : "";

  await expect(pollRunCommand(azure, VM_ID, operation)).rejects.toMatchObject({
    code: "foreign-host",
    retryable: false,
  });

  expect(other.seen).toEqual([]);
});

it("says who it is to Azure, and sends a request once", async () => {
  const { endpoint, seen } = await aHttpServer(() => ({ status: 500 }));
  const azure = createAzure({ simulator: { armEndpoint: endpoint, token: "t" } });

  await expect(readAzureFacts(azure, VM_ID, NOW)).rejects.toMatchObject({ status: 500 });

  expect(seen).toHaveLength(1);
  expect(seen[0]?.agent).toContain("static-ip-remediator");
  expect(seen[0]?.authorization).toBe("Bearer t");
});

it("keeps one client for each subscription, whatever its letter case", async () => {
  const { azure } = await simulatedAzure({ vms: [aVm("vm-till", "10.40.2.7")] });

  expect(await azure.compute("AA-1")).toBe(await azure.compute("aa-1"));
  expect(await azure.compute("aa-1")).not.toBe(await azure.compute("aa-2"));
  expect(await azure.network("AA-1")).toBe(await azure.network("aa-1"));
});

it("keeps one client for what is no subscription's, and one for each vault", async () => {
  const { azure, endpoint } = await simulatedAzure({ vms: [aVm("vm-till", "10.40.2.7")] });

  expect(await azure.rest()).toBe(await azure.rest());
  expect(await azure.vault(endpoint)).toBe(await azure.vault(endpoint));
  expect(await azure.vault(endpoint)).not.toBe(await azure.vault("http://127.0.0.1:9"));
});

it("tries a client again that could not be made", async () => {
  const azure = createAzure({ simulator: null }, { credential: { getToken: async () => null } });

  await expect(azure.vault("https://example.com")).rejects.toMatchObject({ code: "foreign-host" });
  await expect(azure.vault("https://example.com")).rejects.toMatchObject({ code: "foreign-host" });
});

it("knows its own identity from the token, without a request", async () => {
  const { azure, operations } = await simulatedAzure({ vms: [aVm("vm-till", "10.40.2.7")] });

  const identity = await azure.ownIdentity();

  expect(identity?.oid).toMatch(/^[0-9a-f-]{36}$/u);
  expect(identity?.appid).toMatch(/^[0-9a-f-]{36}$/u);
  expect(await operations()).toEqual([]);
});

it("knows no identity from a token that cannot be read", async () => {
  const azure = createAzure({ simulator: { armEndpoint: "http://127.0.0.1:9", token: "opaque" } });

  expect(await azure.ownIdentity()).toBeNull();
});
