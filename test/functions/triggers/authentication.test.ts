import { request as httpRequest } from "node:http";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startLocalHost } from "../../../local/host/host.ts";
import type { LocalHost } from "../../../local/host/host.ts";
import { readSettings } from "../../../shared/settings.ts";
import {
  aVersion1Token,
  aVersion2Token,
  anActionGroupToken,
  anUnsignedToken,
  AUDIENCE,
  AZURE_CLI,
  CLIENT,
  startEntra,
  TENANT,
} from "../../azure/entra.ts";
import type { Claims, Entra } from "../../azure/entra.ts";
import { aFolder, until } from "../../host/harness.ts";
import { anAlert } from "../../signals/payloads.ts";

const OTHER = "0bad0000-1111-4222-8333-444455556666";
const HOUR = 3600;
const READ = { roles: ["Heal.Read"] };
const OPERATE = { roles: ["Heal.Operate"] };

/** Each endpoint of the program, with a request that it could fulfil. */
const ROUTES = {
  alerts: ["POST", "/api/alerts", anAlert({ alertTargetIDs: [] })],
  heal: ["POST", "/api/heal", { vmId: "no id" }],
  signal: ["GET", "/api/signals/unknown"],
  incidents: ["GET", "/api/incidents"],
  incident: ["GET", "/api/incidents/unknown"],
  rollback: ["POST", "/api/incidents/unknown/rollback", {}],
  evidence: ["GET", "/api/incidents/unknown/evidence/unknown.txt"],
} as const;
type Route = keyof typeof ROUTES;
const ALL: readonly Route[] = [
  "alerts",
  "heal",
  "signal",
  "incidents",
  "incident",
  "rollback",
  "evidence",
];

interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

describe("callers with tokens", () => {
  let entra: Entra;
  let host: LocalHost;
  let addresses = 0;
  const folder = aFolder();
  /** What the functions wrote into their log. */
  const log: string[] = [];

  beforeAll(async () => {
    entra = await startEntra();
    const settings = readSettings({
      REMEDIATOR_DATA: folder.path,
      REMEDIATOR_AUTH: "entra",
      REMEDIATOR_ENTRA_TENANT: TENANT.toUpperCase(),
      REMEDIATOR_ENTRA_CLIENT: CLIENT,
      REMEDIATOR_ENTRA_AUTHORITY: entra.authority,
      // So few that a second request is one too many: each caller of these tests is another one.
      REMEDIATOR_RATE_PER_MINUTE: "1",
    });
    host = await startLocalHost({
      // The host puts its own core in place before the functions may be loaded.
      app: async () => {
        (await import("../../../functions/services.ts")).useServices(settings);
        await import("../../../functions/main.ts");
      },
      dataFolder: folder.path,
      onEvent: (event) => {
        if (event.kind === "log") {
          log.push(`${event.level} ${event.name}: ${event.message}`);
        }
      },
    });
  }, 60_000);

  afterAll(async () => {
    await host.stop();
    await entra.close();
    folder.remove();
  });

  it("are let in by nobody as long as the keys cannot be had, and told when to come again", async () => {
    entra.setDown(true);
    const refused = await call("incidents", await entra.sign(aVersion2Token(OPERATE)));
    entra.setDown(false);

    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect(refused.text).toContain("keys-unavailable");
    await until(async () => {
      const { status } = await call("incidents", await entra.sign(aVersion2Token(OPERATE)));
      return status === 200 ? true : undefined;
    }, "key");
    expect(new Set(entra.asked)).toEqual(new Set([`/${TENANT}/discovery/v2.0/keys`]));
  });

  it.each<[string, Claims, readonly Route[]]>([
    [
      "Heal.Read of version 1",
      aVersion1Token(READ),
      ["signal", "incidents", "incident", "evidence"],
    ],
    [
      "Heal.Read of version 2",
      aVersion2Token(READ),
      ["signal", "incidents", "incident", "evidence"],
    ],
    ["Heal.Operate of version 1", aVersion1Token(OPERATE), ALL.filter((name) => name !== "alerts")],
    ["Heal.Operate of version 2", aVersion2Token(OPERATE), ALL.filter((name) => name !== "alerts")],
    ["Azure Monitor's role, from Azure Monitor", anActionGroupToken(), ["alerts"]],
    [
      "Azure Monitor's role, from another application",
      anActionGroupToken({ appid: AZURE_CLI }),
      [],
    ],
    [
      "another role, from Azure Monitor",
      anActionGroupToken(OPERATE),
      ALL.filter((name) => name !== "alerts"),
    ],
    ["no role", aVersion2Token(), []],
    ["another role", aVersion2Token({ roles: ["heal.operate", "Heal"] }), []],
  ])("with %s are let in by the routes of that role only", async (_what, claims, open) => {
    const letIn: Route[] = [];
    const said = new Set<string>();
    for (const name of ALL) {
      const oid = crypto.randomUUID();
      const { status, text } = await call(name, await entra.sign({ ...claims, oid }));
      expect([200, 202, 400, 403, 404]).toContain(status);
      if (status === 403) {
        said.add(text);
      } else {
        letIn.push(name);
      }
    }
    expect(letIn).toEqual(open);
    // Whatever is missing, the answer is the same.
    expect([...said].join("\n")).toMatch(/^\{"error":\{"code":"forbidden"[^\n]*$/u);
  });

  it.each(ALL)("are asked for a token by %s", async (name) => {
    const { status, headers, text } = await call(name, null);

    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toBe("Bearer");
    expect(JSON.parse(text)).toMatchObject({ error: { code: "unauthenticated", problems: [] } });
  });

  it.each<[string, string, (entra: Entra) => Promise<string> | string]>([
    ["for another application", "audience", signed({ aud: OTHER })],
    ["for an application of nearly that name", "audience", signed({ aud: `${AUDIENCE}/` })],
    [
      "of another tenant",
      "issuer",
      signed({ iss: `https://sts.windows.net/${OTHER}/`, tid: OTHER }),
    ],
    ["of another tenant, by this one's issuer", "tenant", signed({ tid: OTHER })],
    [
      "of another cloud",
      "issuer",
      signed({ iss: `https://login.microsoftonline.us/${TENANT}/v2.0` }),
    ],
    ["of no tenant", "claims", signed({ tid: undefined })],
    ["that has expired", "expired", signed({ exp: seconds() - HOUR })],
    ["that never expires", "claims", signed({ exp: undefined })],
    ["that is not valid yet", "not-yet-valid", signed({ nbf: seconds() + HOUR })],
    ["that is an ID token", "claims", signed({ azp: undefined })],
    ["with roles that are no list", "claims", signed({ roles: "Heal.Operate" })],
    ["without a signature", "algorithm", () => anUnsignedToken(aVersion2Token(OPERATE))],
    [
      "signed with the public key as a secret",
      "algorithm",
      async (from) =>
        await from.sign(aVersion2Token(OPERATE), {
          alg: "HS256",
          key: new TextEncoder().encode(JSON.stringify(from.keys[0])),
        }),
    ],
    [
      "signed by somebody else",
      "signature",
      async (from) => {
        const forged = (await from.sign(aVersion2Token(READ))).split(".");
        const wanted = (await from.sign(aVersion2Token(OPERATE))).split(".");
        return [wanted[0], wanted[1], forged[2]].join(".");
      },
    ],
    [
      "of an unknown key",
      "unknown-key",
      async (from) => await from.sign(aVersion2Token(OPERATE), { kid: "unheard-of" }),
    ],
    ["that is garbage", "malformed", () => "garbage"],
    ["that is almost a token", "malformed", () => "e30.e30.e30"],
    ["that is none", "no-token", () => ""],
    [
      "that is two",
      "no-token",
      async (from) => `${await from.sign(aVersion2Token(OPERATE))}, Bearer x`,
    ],
  ])(
    "with a token %s are refused without a word why, which the log tells",
    async (_what, check, make) => {
      const fetches = entra.asked.length;
      const token = await make(entra);
      log.length = 0;

      const { status, headers, text } = await call("incidents", token);

      expect(status).toBe(401);
      expect(headers.get("www-authenticate")).toBe("Bearer");
      expect(text).not.toMatch(/audience|issuer|tenant|role|signature|expired|key/iu);
      expect(log).toEqual([
        `warning incidents: request refused { eventId: 'SIR401', route: 'incidents', check: '${check}' }`,
      ]);
      // Unknown keys are looked for once in half a minute.
      expect(entra.asked.length).toBe(fetches);
    },
  );

  it("are not let in by a token in the address, nor by a function key", async () => {
    const token = await entra.sign(aVersion2Token(OPERATE));
    const inAddress = await send("GET", `/api/incidents?access_token=${token}&code=${token}`, {
      "x-forwarded-for": "203.0.113.252",
    });
    const byKey = await send("GET", "/api/incidents", {
      "x-forwarded-for": "203.0.113.253",
      "x-functions-key": token,
    });

    expect([inAddress.status, byKey.status]).toEqual([401, 401]);
    expect(log.join("\n")).not.toContain(token);
  });

  it("are let in as often as they come where they are Azure Monitor, one caller for all alerts", async () => {
    const token = await entra.sign(anActionGroupToken());

    const statuses = [
      (await call("alerts", token)).status,
      (await call("alerts", token)).status,
      (await call("alerts", token)).status,
    ];

    expect(statuses).not.toContain(429);
    expect(new Set(statuses).size).toBe(1);
  });

  it("that call too often are told when to come again, and nobody else is", async () => {
    const often = await entra.sign(aVersion2Token(READ));
    const another = await entra.sign(aVersion2Token(READ));
    const address = { "x-forwarded-for": "203.0.113.250:4711" };

    const first = await send("GET", "/api/incidents", { ...address, ...bearer(often) });
    const second = await send("GET", "/api/incidents", { ...address, ...bearer(often) });
    const other = await send("GET", "/api/incidents", { ...address, ...bearer(another) });

    expect([first.status, second.status, other.status]).toEqual([200, 429, 200]);
    expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(JSON.parse(second.text)).toMatchObject({ error: { code: "too-many-requests" } });
  });

  it("without a token are counted by their address, which keeps nobody with a token out", async () => {
    const address = { "x-forwarded-for": "192.0.2.1, 203.0.113.251:4711" };
    const sameAddress = { "x-forwarded-for": "192.0.2.2, 203.0.113.251:4712" };

    const first = await send("GET", "/api/incidents", address);
    const second = await send("GET", "/api/incidents", sameAddress);
    const token = await entra.sign(aVersion2Token(READ));
    const good = await send("GET", "/api/incidents", { ...address, ...bearer(token) });

    expect([first.status, second.status, good.status]).toEqual([401, 429, 200]);
  });

  it("cannot send more than 1 MiB, nor hide it by not saying how much comes", async () => {
    const large = JSON.stringify({ vmId: "x".repeat(1024 * 1024) });
    const [whole, chunked] = await Promise.all([
      upload(large, await entra.sign(aVersion2Token(OPERATE)), true),
      upload(large, await entra.sign(aVersion2Token(OPERATE)), false),
    ]);

    expect([whole, chunked]).toEqual([413, 413]);
  });

  async function call(name: Route, token: string | null): Promise<Told> {
    const [method, route, body] = ROUTES[name];
    addresses += 1;
    const from = { "x-forwarded-for": `203.0.113.${addresses % 200}:${addresses}` };
    return await send(method, route, { ...from, ...(token === null ? {} : bearer(token)) }, body);
  }

  async function send(
    method: string,
    route: string,
    headers: Record<string, string>,
    body?: unknown,
  ): Promise<Told> {
    const response = await fetch(host.url + route, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** Sends a body to `/api/heal`, with its length or in chunks; gives the status. */
  async function upload(body: string, token: string, saysLength: boolean): Promise<number> {
    return await new Promise((resolve, reject) => {
      const length = saysLength ? { "content-length": `${Buffer.byteLength(body)}` } : {};
      const request = httpRequest(
        `${host.url}/api/heal`,
        { method: "POST", headers: { ...bearer(token), ...length } },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      request.on("error", reject);
      request.write(body.slice(0, 100));
      request.end(body.slice(100));
    });
  }
});

function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** A token of version 2 that may do all, but for these claims. */
function signed(claims: Claims): (entra: Entra) => Promise<string> {
  return async (entra) => await entra.sign(aVersion2Token({ ...OPERATE, ...claims }));
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
