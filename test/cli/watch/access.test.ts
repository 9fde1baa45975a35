import { once } from "node:events";
import { env } from "node:process";

import { afterEach, describe, expect, it } from "vitest";

import { makeFakeAz, tokensFor } from "../../azure/fake-az.ts";
import { LONG, recordsOf, runBin, startBin, stopBin } from "../run-bin.ts";
import { startSmallServer } from "./small-server.ts";
import type { SmallServer } from "./small-server.ts";

const KEY = "k3y-of-the-test==";
const NOTHING_OPEN = { status: 200, body: { incidents: [], counters: {} } };
const servers: SmallServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map(async (server) => await server.close()));
});

async function aServer(...how: Parameters<typeof startSmallServer>): Promise<SmallServer> {
  const server = await startSmallServer(...how);
  servers.push(server);
  return server;
}

describe("the key of a host", () => {
  it("is sent with each request, and printed nowhere", LONG, async () => {
    const server = await aServer(() => NOTHING_OPEN);

    const ended = await runBin(["watch", server.url, "--once", "--json"], {
      REMEDIATOR_HOST_KEY: ` ${KEY}\n`,
    });

    expect(server.keys).toEqual([KEY, KEY]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(recordsOf(ended.stdout)).toEqual([{ type: "state", url: server.url, open: [] }]);
  });

  it("is not sent when there is none", LONG, async () => {
    const server = await aServer(() => NOTHING_OPEN);

    await runBin(["watch", server.url, "--once"], { REMEDIATOR_HOST_KEY: "" });

    expect(server.keys).toEqual([null, null]);
  });

  it("goes to no host that an answer points to", LONG, async () => {
    const other = await aServer(() => NOTHING_OPEN);
    const headers = { location: `${other.url}/api/incidents` };
    const server = await aServer(() => ({ status: 302, headers, body: "" }));

    const ended = await runBin(["watch", server.url, "--once"], { REMEDIATOR_HOST_KEY: KEY });

    expect(other.keys).toEqual([]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("error (not-a-remediator): ");
  });

  it("goes over http to no address but a loopback one", LONG, async () => {
    const server = await aServer(() => NOTHING_OPEN, "0.0.0.0");

    const ended = await runBin(["watch", `http://0.0.0.0:${server.port}`, "--once"], {
      REMEDIATOR_HOST_KEY: KEY,
    });

    expect(server.keys).toEqual([]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("error (invalid-host-url): ");
  });

  it("is not repeated when it cannot be one", LONG, async () => {
    const server = await aServer(() => NOTHING_OPEN);

    const ended = await runBin(["watch", server.url], { REMEDIATOR_HOST_KEY: `${KEY} x` });

    expect(server.keys).toEqual([]);
    expect(ended.code).toBe(2);
    expect(ended.stdout + ended.stderr).toContain("REMEDIATOR_HOST_KEY");
    expect(ended.stdout + ended.stderr).not.toContain(KEY);
  });
});

describe("the token of whoever is signed in", () => {
  it("is sent instead of a key where the host's application is named", LONG, async () => {
    const server = await aServer(() => NOTHING_OPEN);
    const az = makeFakeAz(tokensFor(3600));

    const ended = await runBin(["watch", server.url, "--once", "--json"], {
      PATH: az.path(env["PATH"] ?? ""),
      AZURE_TOKEN_CREDENTIALS: "AzureCliCredential",
      REMEDIATOR_ENTRA_AUDIENCE: "api://ab5eed00-1111-4222-8333-444455556666",
      REMEDIATOR_HOST_KEY: KEY,
    });
    az.remove();

    expect(server.keys).toEqual([null, null]);
    expect(new Set(server.authorizations)).toEqual(new Set(["Bearer token-1"]));
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).not.toContain("token-1");
  });
});

describe("a host that cannot be watched", () => {
  const trouble = {
    error: { code: "no-store", message: "No store.", problems: [], nextStep: "Wait." },
  };

  it.each([
    { title: "401", answer: { status: 401, body: "" }, code: "host-key-refused", exit: 2 },
    { title: "403", answer: { status: 403, body: "<p>" }, code: "host-key-refused", exit: 2 },
    { title: "404", answer: { status: 404, body: "<p>" }, code: "not-a-remediator", exit: 2 },
    { title: "a page", answer: { status: 200, body: "<p>" }, code: "not-a-remediator", exit: 2 },
    { title: "other JSON", answer: { status: 200, body: {} }, code: "not-a-remediator", exit: 2 },
    { title: "503", answer: { status: 503, body: trouble }, code: "no-store", exit: 1 },
    { title: "502", answer: { status: 502, body: "<p>" }, code: "unexpected-answer", exit: 1 },
  ])("by $title ends it with $exit, says why and what to do", LONG, async (row) => {
    const server = await aServer(() => row.answer);

    const ended = await runBin(["watch", server.url, "--json"], { REMEDIATOR_HOST_KEY: KEY });

    expect(recordsOf(ended.stdout)).toMatchObject([{ type: "error", code: row.code }]);
    expect(ended.stderr).toMatch(/^next: ./mu);
    expect(ended.stdout + ended.stderr).not.toContain(KEY);
    expect(ended.code).toBe(row.exit);
  });

  it("since nobody is there ends it with 2", LONG, async () => {
    const server = await startSmallServer(() => NOTHING_OPEN);
    await server.close();

    const ended = await runBin(["watch", server.url]);

    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^error \(no-host\): No host answers at .*ECONNREFUSED/u);
  });
});

describe("a host that is asked too often", () => {
  it("is asked again after the time that it names, and is watched on", LONG, async () => {
    const askedAt: number[] = [];
    const error = { code: "too-many-requests", message: "Too many.", nextStep: "Wait." };
    const refused = { status: 429, headers: { "retry-after": "3" }, body: { error } };
    const again = new AbortController();
    const server = await aServer(() => {
      // Two questions for each look.
      const look = Math.ceil(askedAt.push(Date.now()) / 2);
      if (look === 3) {
        again.abort();
      }
      return look === 2 ? refused : NOTHING_OPEN;
    });

    const child = startBin(["watch", server.url]);
    await once(child, "exit", { signal: again.signal }).catch(() => undefined);

    expect(await stopBin(child, "SIGINT")).toBe(0);
    expect((askedAt[4] ?? 0) - (askedAt[2] ?? 0)).toBeGreaterThan(2900);
  });
});
