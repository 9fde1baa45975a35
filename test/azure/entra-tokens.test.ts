import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { createTokenReader } from "../../shared/azure/identity/entra-tokens.ts";
import type { TokenReader } from "../../shared/azure/identity/entra-tokens.ts";
import {
  aVersion1Token,
  aVersion2Token,
  AUDIENCE,
  AZURE_CLI,
  CLIENT,
  startEntra,
  TENANT,
} from "./entra.ts";
import type { Entra } from "./entra.ts";

const HALF_A_MINUTE = 31_000;
const HALF_A_DAY = 12 * 60 * 60 * 1000 + 1;

let entra: Entra;
let read: TokenReader;

beforeAll(async () => {
  entra = await startEntra();
});

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  read = await aReader(entra.authority);
});

afterEach(() => {
  vi.useRealTimers();
  entra.setDown(false);
});

afterAll(async () => {
  await entra.close();
});

async function aReader(authority: string): Promise<TokenReader> {
  return await createTokenReader({
    tenantId: TENANT,
    clientId: CLIENT,
    audience: AUDIENCE,
    authority,
  });
}

/** How often the keys were fetched meanwhile. */
async function fetchesOf(work: () => Promise<unknown>): Promise<number> {
  const before = entra.asked.length;
  await work();
  return entra.asked.length - before;
}

async function good(): Promise<string> {
  return await entra.sign(aVersion2Token());
}

async function ofUnknownKey(): Promise<string> {
  return await entra.sign(aVersion2Token(), { kid: crypto.randomUUID() });
}

describe("a token's bearer", () => {
  it("has object id, application and roles, as the token's version names them", async () => {
    const roles = ["Heal.Read"];
    const one = await read(await entra.sign(aVersion1Token({ oid: "person", roles })));
    const two = await read(await entra.sign(aVersion2Token({ oid: undefined, roles })));

    const bearer = { applicationId: AZURE_CLI, roles };
    expect(one).toEqual({ kind: "good", bearer: { ...bearer, objectId: "person" } });
    expect(two).toEqual({ kind: "good", bearer: { ...bearer, objectId: null } });
  });

  it("has a minute for clocks that differ, and no more", async () => {
    const now = Math.floor(Date.now() / 1000);
    const verdicts = [];
    for (const late of [55, 65]) {
      verdicts.push(await read(await entra.sign(aVersion2Token({ exp: now - late }))));
      verdicts.push(await read(await entra.sign(aVersion2Token({ nbf: now + late }))));
    }

    expect(verdicts.map((verdict) => ("fault" in verdict ? verdict.fault : verdict.kind))).toEqual([
      "good",
      "good",
      "expired",
      "not-yet-valid",
    ]);
  });

  it("names no application of the other version", async () => {
    const verdict = await read(await entra.sign(aVersion1Token({ appid: undefined, azp: "x" })));

    expect(verdict).toEqual({ kind: "bad", fault: "claims" });
  });
});

describe("the tenant's keys", () => {
  it("are fetched once for many tokens, also when these come together", async () => {
    const fetches = await fetchesOf(async () => {
      const tokens = await Promise.all(Array.from({ length: 20 }, good));
      await Promise.all(tokens.map(read));
      await read(await good());
    });

    expect(fetches).toBe(1);
  });

  it("are fetched anew for a key that nobody has heard of, but not at once again", async () => {
    await read(await good());
    vi.advanceTimersByTime(HALF_A_MINUTE);
    const flood = await fetchesOf(async () => {
      for (let n = 0; n < 20; n += 1) {
        expect(await read(await ofUnknownKey())).toEqual({ kind: "bad", fault: "unknown-key" });
      }
    });
    await entra.rotate();
    vi.advanceTimersByTime(HALF_A_MINUTE);
    const rotated = await read(await good());

    expect(flood).toBe(1);
    expect(rotated.kind).toBe("good");
  });

  it("are kept for half a day", async () => {
    await read(await good());
    const before = await fetchesOf(async () => await read(await good()));
    vi.advanceTimersByTime(HALF_A_DAY);
    const after = await fetchesOf(async () => await read(await good()));

    expect([before, after]).toEqual([0, 1]);
  });

  it("that cannot be had let nobody in, and are not asked for with each token", async () => {
    entra.setDown(true);
    const fetches = await fetchesOf(async () => {
      for (let n = 0; n < 20; n += 1) {
        expect(await read(await good())).toEqual({ kind: "unknown" });
      }
    });
    entra.setDown(false);
    vi.advanceTimersByTime(HALF_A_MINUTE);

    expect(fetches).toBe(1);
    expect((await read(await good())).kind).toBe("good");
  });

  it("that are known still do while no new ones can be had", async () => {
    await read(await good());
    entra.setDown(true);
    vi.advanceTimersByTime(HALF_A_MINUTE);

    expect(await read(await ofUnknownKey())).toEqual({ kind: "unknown" });
    expect((await read(await good())).kind).toBe("good");
  });

  it("are taken from no host that the sign-in host points to", async () => {
    const pointing = await startEntra({ redirectTo: entra.authority });
    const reader = await aReader(pointing.authority);

    const fetches = await fetchesOf(async () => {
      expect(await reader(await good())).toEqual({ kind: "unknown" });
    });
    await pointing.close();

    expect(fetches).toBe(0);
  });
});
