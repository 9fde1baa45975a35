import { once } from "node:events";
import { createServer } from "node:http";

import { describe, expect, it, onTestFinished } from "vitest";

import { createAzure, type Azure } from "../../shared/azure/clients.ts";
import { readSecret } from "../../shared/azure/key-vault.ts";
import { readLogin } from "../../shared/remedies/serial-console/credentials.ts";

const PASSWORD = "Opened-4-rep@ir";

/** A vault on this machine that gives this answer, and the address of a secret in it. */
async function aVault(
  body: string,
  status = 200,
): Promise<{ azure: Azure; address: string; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.url} ${request.headers.authorization}`);
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const listening = server.address();
  const port = typeof listening === "object" && listening !== null ? listening.port : 0;
  const endpoint = `http://127.0.0.1:${port}`;
  const azure = createAzure({ simulator: { armEndpoint: endpoint, token: "a.b.c" } });
  return { azure, address: `${endpoint}/secrets/console`, seen };
}

function secretOf(value: unknown): string {
  return JSON.stringify({ value: typeof value === "string" ? value : JSON.stringify(value) });
}

describe("a secret of Key Vault", () => {
  it("is read with the identity's token", async () => {
    const { azure, address, seen } = await aVault(secretOf("text"));

    expect(await readSecret(azure, address)).toEqual({ kind: "read", value: "text" });
    expect(seen).toEqual(["/secrets/console?api-version=7.4 Bearer a.b.c"]);
  });

  it.each([
    ["no JSON", `{"value":"${PASSWORD}`, 200, "secret-odd"],
    ["another form", `{"values":["${PASSWORD}"]}`, 200, "secret-odd"],
    ["a refusal", '{"error":{"code":"Forbidden","message":"no"}}', 403, "secret-unreadable"],
    [
      "nothing there",
      '{"error":{"code":"SecretNotFound","message":"no"}}',
      404,
      "secret-unreadable",
    ],
  ])(
    "is not to be had, without a word of it, where the answer is %s",
    async (_what, body, status, code) => {
      const { azure, address } = await aVault(body, status);

      const reading = await readSecret(azure, address);

      expect(reading).toMatchObject({ kind: "unavailable", code });
      expect(JSON.stringify(reading)).not.toContain("Opened");
    },
  );

  it("is asked for again where Key Vault is in trouble", async () => {
    const { azure, address } = await aVault('{"error":{"code":"x","message":"y"}}', 503);

    await expect(readSecret(azure, address)).rejects.toMatchObject({ retryable: true });
  });

  it("is asked of simulated Azure only at its own origin", async () => {
    const { azure, seen } = await aVault(secretOf("text"));
    const other = await aVault(secretOf("text"));

    const reading = await readSecret(azure, other.address);

    expect(reading).toMatchObject({ kind: "unavailable", code: "secret-unreadable" });
    expect([...seen, ...other.seen]).toEqual([]);
  });

  it.each(["http://127.0.0.1:9/secrets/console", "https://vault.example.org/secrets/console"])(
    "is asked of the real Azure only at its own vaults: %s",
    async (address) => {
      const reading = await readSecret(createAzure({ simulator: null }), address);

      expect(reading).toMatchObject({ kind: "unavailable", code: "secret-unreadable" });
      expect(JSON.stringify(reading)).toContain("no Key Vault");
    },
  );
});

describe("the login for a command prompt", () => {
  it.each([
    [{ username: "ops", password: PASSWORD }, ""],
    [{ username: "ops", domain: "CONTOSO", password: PASSWORD }, "CONTOSO"],
  ])("is read from the secret's JSON", async (value, domain) => {
    const { azure, address } = await aVault(secretOf(value));

    const reading = await readLogin(azure, address);

    expect(reading).toEqual({
      kind: "read",
      login: { username: "ops", domain, password: PASSWORD },
    });
  });

  it.each([
    [PASSWORD],
    [{ username: "ops", pass: PASSWORD }],
    [{ username: "", password: PASSWORD }],
    [{ username: "ops\r\nexit", password: PASSWORD }],
    [{ username: "ops", password: `${PASSWORD}\r` }],
  ])("is refused, without a word of it, where it could not be typed: %#", async (value) => {
    const { azure, address } = await aVault(secretOf(value));

    const reading = await readLogin(azure, address);

    expect(reading).toMatchObject({ kind: "unavailable", code: "console-secret-odd" });
    expect(JSON.stringify(reading)).not.toContain("Opened");
  });
});
