import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { matching } from "./matchers.ts";
import {
  firstRecord,
  LONG,
  noTerminal,
  recordsOf,
  runBin,
  runOnTerminal,
  startBin,
  stopBin,
} from "./run-bin.ts";
import { startSimulate } from "./simulator.ts";
import type { RunningSimulator } from "./simulator.ts";

const VM = "vm-web-01";
const NO_TERMINAL = noTerminal();
const NOWHERE = "http://127.0.0.1:9";
const VM_ID =
  "/subscriptions/5a1e/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm-x";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "remediator-verbs-test-"));
  await writeFile(join(folder, "a-file"), "{}");
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("bad input", () => {
  it.each([
    { words: ["demo", "--jsno"], code: "unknown-option" },
    { words: ["heal", "vm-web-01"], code: "invalid-argument" },
    { words: ["demo", "--scenario", "no-such-file.json"], code: "invalid-scenario" },
    { words: ["diagnose", VM_ID, "--simulator", NOWHERE], code: "no-simulator" },
    { words: ["serve", "--port", "0", "--data", "FOLDER/a-file"], code: "unusable-data-folder" },
  ])("$words exits with 2, says why, and what to do", async ({ words, code }) => {
    const there = words.map((word) => word.replace("FOLDER", folder));

    const ended = await runBin([...there, "--json"]);

    expect(ended.code).toBe(2);
    expect(recordsOf(ended.stdout)).toMatchObject([
      { type: "error", code, message: matching(/./u), nextStep: matching(/./u) },
    ]);
    expect(ended.stderr).toContain(`error (${code}): `);
    expect(ended.stderr).toContain("\nnext: ");
  });

  it("in the settings exits with 2 and names every wrong variable", async () => {
    const wrong = { REMEDIATOR_POLL_SECONDS: "soon", REMEDIATOR_PROBE_PORT: "0" };

    const data = join(folder, "settings");
    const ended = await runBin(["serve", "--azure", "--port", "0", "--data", data], wrong);

    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe("");
    expect(ended.stderr).toContain("REMEDIATOR_POLL_SECONDS");
    expect(ended.stderr).toContain("REMEDIATOR_PROBE_PORT");
  });
});

describe("help", () => {
  it("is what the bare command shows, with exit code 2", async () => {
    const ended = await runBin([]);

    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe("");
    expect(ended.stderr).toContain("Usage: remediator");
  });

  it("goes to standard output when asked for", async () => {
    const ended = await runBin(["heal", "--help"]);

    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toContain("Exit codes:");
  });
});

describe("serve", () => {
  it("says its address first, answers there, and ends with 0 on Ctrl-C", async () => {
    const data = join(folder, "serve");
    const child = startBin(["serve", "--json", "--port", "0", "--data", data]);

    const first = await firstRecord(child);
    const answer = await fetch(`${String(first["url"])}/api/incidents`);
    const exit = once(child, "exit");
    child.kill("SIGINT");
    await exit;

    expect(first["url"]).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/u);
    expect(answer.status).toBe(200);
    expect(child.exitCode).toBe(0);
  });
});

describe("serve with a fleet of its own", () => {
  it("leaves no folder behind when a second Ctrl-C ends it at once", LONG, async () => {
    const child = startBin(["serve", "--json", "--port", "0"]);
    const first = await firstRecord(child);
    const simulator = `${String(first["armEndpoint"])}/_simulator`;
    await post(`${simulator}/holds`, { operation: "runCommand.post", when: "before" });
    await post(`${simulator}/alerts`, { vm: VM });
    await fetch(`${simulator}/holds/1?wait=40`);

    child.kill("SIGINT");
    // A signal that comes at once counts as the same Ctrl-C.
    await sleep(600);
    const there = existsSync(String(first["dataFolder"]));
    const code = await stopBin(child, "SIGINT");

    expect(there).toBe(true);
    expect(code).toBe(130);
    expect(existsSync(String(first["dataFolder"]))).toBe(false);
  });
});

async function post(url: string, body: object): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  expect(answer.ok).toBe(true);
}

describe("on simulated Azure", () => {
  let simulator: RunningSimulator;
  let runs = 0;

  beforeAll(async () => {
    simulator = await startSimulate();
  });

  afterAll(async () => {
    await simulator.stop();
  });

  /** Runs a verb on a VM with a data folder of its own, and gives what reached simulated Azure too. */
  async function runOn(name: string, words: readonly string[]) {
    runs += 1;
    const data = join(folder, `run-${runs}`);
    const where = ["--simulator", simulator.url, "--data", data, "--json"];
    await simulator.forget();
    const [verb = "", ...options] = words;
    const ended = await runBin([verb, simulator.vmId(name), ...options, ...where]);
    const { requests, effects } = await simulator.log();
    const posts = requests.filter(({ method }) => method !== "GET" && method !== "CONNECT");
    const scripts = posts.map(({ operation, script }) => `${operation} ${script ?? ""}`);
    return { ...ended, result: recordsOf(ended.stdout).at(-1), scripts, effects };
  }

  it.each([
    { name: VM, words: ["diagnose"], code: 1 },
    { name: VM, words: ["heal", "--dry-run"], code: 0 },
    { name: "vm-app-01", words: ["diagnose"], code: 0 },
    { name: "vm-sql-01", words: ["diagnose"], code: 0 },
    { name: "vm-sql-01", words: ["heal", "--dry-run"], code: 0 },
  ])(
    "$words of $name exits with $code after reads and one read-only Run Command",
    LONG,
    async (row) => {
      const { code, scripts, effects, stderr } = await runOn(row.name, row.words);

      expect(stderr).toBe("");
      expect(scripts).toEqual(["runCommand.post read-guest"]);
      expect(effects).toEqual([]);
      expect(code).toBe(row.code);
    },
  );

  it("diagnose --no-guest sends no Run Command, and cannot tell", LONG, async () => {
    const { code, scripts, effects, result } = await runOn(VM, ["diagnose", "--no-guest"]);

    expect(scripts).toEqual([]);
    expect(effects).toEqual([]);
    expect(result).toMatchObject({ type: "result", nics: [{ windows: null }] });
    expect(code).toBe(3);
  });

  it.skipIf(NO_TERMINAL !== "")(
    `honours NO_COLOR and 40 columns on a terminal${NO_TERMINAL}`,
    LONG,
    async () => {
      const data = join(folder, "terminal");
      const where = ["--simulator", simulator.url, "--data", data];
      const words = ["diagnose", simulator.vmId("vm-app-01"), ...where];

      const { code, stdout } = await runOnTerminal(words, 40, { NO_COLOR: "1" });

      const lines = stripVTControlCharacters(stdout).split(/\r?\n|\r/u);
      const steps = lines.filter((line) => /^[✔✖⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] /u.test(line));
      expect(code).toBe(0);
      // oxlint-disable-next-line no-control-regex -- colours begin with it
      expect(stdout).not.toMatch(/\u001B\[[\d;]*m/u);
      expect(steps).toContainEqual(matching(/^✔ Read Windows \(read-only\) +\d/u));
      expect(steps.filter((line) => line.length >= 40)).toEqual([]);
    },
  );

  it.each(["diagnose", "heal"])("%s of a VM that is not there exits with 2", async (verb) => {
    const { code, result, effects } = await runOn("vm-gone", [verb]);

    expect(result).toMatchObject({ type: "error", code: "vm-not-found" });
    expect(effects).toEqual([]);
    expect(code).toBe(2);
  });

  it("stops as with Ctrl-C when nobody reads its output any more", LONG, async () => {
    const data = join(folder, "unread");
    const where = ["--simulator", simulator.url, "--data", data];
    const child = startBin(["diagnose", simulator.vmId(VM), ...where, "--json"]);

    await firstRecord(child);
    child.stdout?.destroy();
    await once(child, "exit");

    expect(child.exitCode).toBe(130);
  });

  it("heal that was killed midway goes on with the same incident", LONG, async () => {
    const data = join(folder, "killed");
    const where = ["--simulator", simulator.url, "--data", data];
    const words = ["heal", simulator.vmId(VM), ...where];
    await simulator.forget();
    const hold = { operation: "snapshot.put", when: "after" };
    await simulator.call("holds", hold);

    const first = startBin(words);
    await simulator.call("holds/1?wait=40");
    const meanwhile = await runBin(["diagnose", simulator.vmId("vm-app-01"), ...where]);
    await stopBin(first, "SIGKILL");
    await simulator.call("holds/1/release", {});
    const second = await runBin([...words, "--json"]);

    const [resumed, ...rest] = recordsOf(second.stdout);
    const { effects } = await simulator.log();
    const kinds = effects.map(({ kind }) => kind);
    expect(meanwhile).toMatchObject({ code: 0, stderr: "" });
    expect(resumed).toMatchObject({ type: "resumed" });
    expect(rest.at(-1)).toMatchObject({
      outcome: "healed",
      incidentId: resumed?.["incidentId"],
    });
    expect(second.code).toBe(0);
    expect(kinds.filter((kind) => kind === "snapshotCreated")).toHaveLength(1);
    expect(kinds.filter((kind) => kind === "dhcpSwitched")).toHaveLength(1);
  });

  it("heal of a VM that is well exits with 0 and changes nothing", async () => {
    const { code, result, effects } = await runOn("vm-app-01", ["heal"]);

    expect(result).toMatchObject({ outcome: "healthy", changes: [] });
    expect(effects).toEqual([]);
    expect(code).toBe(0);
  });
});
