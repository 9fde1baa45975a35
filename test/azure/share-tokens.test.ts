import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/core-auth";
import { createDefaultHttpClient } from "@azure/core-rest-pipeline";
import { describe, expect, it } from "vitest";

import { createAzure } from "../../shared/azure/clients.ts";
import { shareTokens } from "../../shared/azure/identity/share-tokens.ts";
import { readInventory } from "../../shared/facts/inventory.ts";
import { aVm, simulatedAzure } from "./simulated-azure.ts";

const SCOPE = "https://management.azure.com/.default";
const HOUR_MS = 3_600_000;

interface Source extends TokenCredential {
  readonly asked: GetTokenOptions[];
}

/** Gives these tokens, one after the other, and the last one from then on. */
function aSource(...tokens: readonly (AccessToken | Error)[]): Source {
  const asked: GetTokenOptions[] = [];
  return {
    asked,
    async getToken(_scopes, options = {}) {
      asked.push(options);
      const next = tokens[Math.min(asked.length, tokens.length) - 1];
      await Promise.resolve();
      if (next instanceof Error) {
        throw next;
      }
      return next ?? null;
    },
  };
}

function aToken(lastsMs = HOUR_MS, more: Partial<AccessToken> = {}): AccessToken {
  return { token: "t", expiresOnTimestamp: Date.now() + lastsMs, ...more };
}

describe("a shared credential", () => {
  it("asks once for whoever needs the same token at the same time or later", async () => {
    const source = aSource(aToken());
    const shared = shareTokens(source);

    const tokens = await Promise.all([shared.getToken(SCOPE), shared.getToken([SCOPE])]);
    const later = await shared.getToken(SCOPE);

    expect(source.asked).toHaveLength(1);
    expect([...tokens, later].map((token) => token?.token)).toEqual(["t", "t", "t"]);
  });

  it.each<[string, string | string[], GetTokenOptions]>([
    ["another audience", "https://vault.azure.net/.default", {}],
    ["another tenant", SCOPE, { tenantId: "other" }],
    ["a token that can be revoked early", SCOPE, { enableCae: true }],
    ["an answer to a challenge", SCOPE, { claims: "challenge" }],
  ])("asks again for %s", async (_what, scopes, options) => {
    const source = aSource(aToken());
    const shared = shareTokens(source);

    await shared.getToken(SCOPE);
    await shared.getToken(scopes, options);

    expect(source.asked).toHaveLength(2);
  });

  it("asks for each challenge anew, though the last answer is still good", async () => {
    const source = aSource(aToken());
    const shared = shareTokens(source);

    await shared.getToken(SCOPE, { claims: "challenge" });
    await shared.getToken(SCOPE, { claims: "challenge" });

    expect(source.asked).toHaveLength(2);
  });

  it.each([
    ["ends soon", aToken(HOUR_MS / 60)],
    ["should be renewed", aToken(HOUR_MS, { refreshAfterTimestamp: Date.now() - 1 })],
  ])("asks again once the token %s", async (_what, token) => {
    const source = aSource(token, aToken());
    const shared = shareTokens(source);

    await shared.getToken(SCOPE);
    await shared.getToken(SCOPE);
    await shared.getToken(SCOPE);

    expect(source.asked).toHaveLength(2);
  });

  it("gives the token that still lasts while no new one can be had", async () => {
    const shared = shareTokens(aSource(aToken(HOUR_MS / 20), new Error("no answer")));
    await shared.getToken(SCOPE);

    expect((await shared.getToken(SCOPE))?.token).toBe("t");
    await expect(shared.getToken(SCOPE, { claims: "challenge" })).rejects.toThrow("no answer");
  });

  it("gives no token that is about to end", async () => {
    const shared = shareTokens(aSource(aToken(HOUR_MS / 60), new Error("no answer")));
    await shared.getToken(SCOPE);

    await expect(shared.getToken(SCOPE)).rejects.toThrow("no answer");
  });

  it("keeps neither a failure nor the lack of a token", async () => {
    const shared = shareTokens(aSource(new Error("no sign-in"), aToken()));

    await expect(shared.getToken(SCOPE)).rejects.toThrow("no sign-in");

    expect((await shared.getToken(SCOPE))?.token).toBe("t");
  });
});

describe("the way to Azure", () => {
  it("takes one token for the clients of all subscriptions", async () => {
    const subscriptions = [
      "6f0c2d81-4b7e-4c1a-9e35-d8a7b1f20c44",
      "a31f7e92-0d5c-4b68-8f14-2c9e6b7d0a53",
    ].map((id, index) => ({
      id,
      network: { subnets: [{ name: "apps", prefixes: ["10.40.2.0/24"] }] },
      vms: [aVm(`vm-${index}`, "10.40.2.7")],
    }));
    const { endpoint, token } = await simulatedAzure({
      vms: [aVm("vm-till", "10.40.2.7")],
      subscriptions,
    });
    const source = aSource(aToken(HOUR_MS, { token }));
    const client = createDefaultHttpClient();
    const azure = createAzure(
      { simulator: null },
      {
        credential: source,
        // The SDKs believe that they speak to the real one.
        httpClient: {
          async sendRequest(request) {
            request.url = request.url.replace("https://management.azure.com", endpoint);
            request.allowInsecureConnection = true;
            return await client.sendRequest(request);
          },
        },
      },
    );

    const { vms } = await readInventory(azure);
    await readInventory(azure);

    expect(vms.map(({ name }) => name)).toEqual(["vm-till", "vm-0", "vm-1"]);
    expect(source.asked).toHaveLength(1);
    // The console's token is one that nothing asks to prove itself anew.
    expect(await azure.token()).toBe(token);
    expect(await azure.ownIdentity()).not.toBeNull();
    expect(source.asked).toHaveLength(2);
  });
});
