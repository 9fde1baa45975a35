import { env } from "node:process";

import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { createCallerToken } from "../../shared/azure/identity/caller-token.ts";
import { makeFakeAz, tokensFor } from "./fake-az.ts";
import type { FakeAz } from "./fake-az.ts";

const AUDIENCE = "api://ab5eed00-1111-4222-8333-444455556666";
let az: FakeAz | null = null;

beforeEach(() => {
  vi.stubEnv("AZURE_TOKEN_CREDENTIALS", "AzureCliCredential");
});

afterEach(() => {
  vi.unstubAllEnvs();
  az?.remove();
});

function signedIn(body: string): FakeAz {
  az = makeFakeAz(body);
  vi.stubEnv("PATH", az.path(env["PATH"] ?? ""));
  return az;
}

it("is asked of Azure CLI for the application, once for many requests", async () => {
  const cli = signedIn(tokensFor(3600));
  const token = createCallerToken(AUDIENCE);

  const together = await Promise.all([token(), token()]);

  expect([...together, await token()]).toEqual(["token-1", "token-1", "token-1"]);
  expect(cli.calls()).toEqual([
    ["account", "get-access-token", "--output", "json", "--resource", AUDIENCE],
  ]);
});

it("is asked for anew when it is about to end", async () => {
  signedIn(tokensFor(200));
  const token = createCallerToken(AUDIENCE);

  expect([await token(), await token()]).toEqual(["token-1", "token-2"]);
});

it("is missing where nobody is signed in, and the error says how to, but not who it was", async () => {
  signedIn('console.error("AADSTS50076: jane@contoso.example must sign in"); process.exit(1);');
  const token = createCallerToken(AUDIENCE);

  await expect(token()).rejects.toMatchObject({
    code: "no-token",
    message: `No token for ${AUDIENCE} can be had.`,
    nextStep: `Sign in with: az login --scope ${AUDIENCE}/.default`,
  });
});
