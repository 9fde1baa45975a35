import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { matching } from "../matchers.ts";
import {
  firstRecord,
  LONG,
  noTerminal,
  readerOf,
  recordsOf,
  runBin,
  startBin,
  startOnTerminal,
  stopBin,
} from "../run-bin.ts";
import { startSimulate } from "../simulator.ts";
import type { RunningSimulator } from "../simulator.ts";

const VM = "vm-web-01";
const NO_TERMINAL = noTerminal();

let folder = "";
let simulator: RunningSimulator;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "remediator-watch-test-"));
  simulator = await startSimulate();
});

afterEach(async () => {
  await Promise.all(children.splice(0).map(async (child) => await stopBin(child, "SIGKILL")));
  await simulator.stop();
  await rm(folder, { recursive: true });
});

function start(words: readonly string[]): ChildProcess {
  const child = startBin(words);
  children.push(child);
  return child;
}

/** The local host on the simulator; gives its address. */
async function serve(port = "0"): Promise<{ url: string; child: ChildProcess }> {
  const where = ["--port", port, "--data", folder, "--simulator", simulator.url];
  const child = start(["serve", "--json", ...where]);
  return { url: String((await firstRecord(child))["url"]), child };
}

async function askForHeal(url: string, vm = VM): Promise<void> {
  const response = await fetch(`${url}/api/heal`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ vmId: simulator.vmId(vm) }),
  });
  expect(response.status).toBe(202);
}

describe("watch", () => {
  it("tells an incident from its opening to its end, as lines and as objects", LONG, async () => {
    const { url } = await serve();
    const lines = start(["watch", url]);
    const objects = start(["watch", url, "--json"]);
    const told = readerOf(lines);
    const recorded = readerOf(objects);
    await told.until("No incident is open");
    await recorded.until('"watching"');

    await askForHeal(url);
    await told.until("time to heal");
    await recorded.until('"closed"');

    expect(await stopBin(lines, "SIGINT")).toBe(0);
    expect(await stopBin(objects, "SIGINT")).toBe(0);
    // oxlint-disable-next-line no-control-regex -- there shall be none
    expect(told.text()).not.toMatch(/\u001B/u);
    expect(told.text().split("\n")).toEqual(
      expect.arrayContaining([
        `No incident is open at ${url}.`,
        matching(/^vm-web-01: [\d:]{8} opened {2}heal, incident inc-/u),
        matching(/^vm-web-01: [\d:]{8} started Snapshot the OS disk$/u),
        matching(/^vm-web-01: [\d:]{8} done {4}Prove it \(.* s\): ./u),
        matching(/^vm-web-01: [\d:]{8} healed \(guest-dhcp\), time to heal .* s; incident inc-/u),
      ]),
    );
    const records = recordsOf(recorded.text());
    expect(records.slice(0, 2)).toMatchObject([
      { type: "watching", url, open: 0 },
      { type: "opened", vmName: VM, mode: "heal" },
    ]);
    expect(records).toContainEqual(
      expect.objectContaining({ type: "step", step: "proof", state: "done", vmName: VM }),
    );
    expect(records.filter(({ type }) => type === "closed")).toMatchObject([
      {
        incidentId: records[1]?.["incidentId"],
        vmName: VM,
        outcome: "healed",
        code: "guest-dhcp",
      },
    ]);
    expect(typeof records.at(-1)?.["secondsToHeal"]).toBe("number");
    expect(new Set(records.map((record) => JSON.stringify(record))).size).toBe(records.length);
  });

  it("shows once what is open, as text and as one object", LONG, async () => {
    const { url } = await serve();
    await simulator.call("holds", { operation: "runCommand.post", when: "before" });
    await askForHeal(url);
    await simulator.call("holds/1?wait=40");

    const text = await runBin(["watch", url, "--once"]);
    const object = await runBin(["watch", url, "--once", "--json"]);

    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).toMatch(/^vm-web-01 {2}heal since [\d:]{8} UTC \(.* s\)\n/u);
    expect(text.stdout).toMatch(/^ {2}. Read Windows \(read-only\) +\d.* s/mu);
    expect(text.stdout).toMatch(new RegExp(`\n1 incident is open at ${url}\\.\n$`, "u"));
    expect(object.code).toBe(0);
    expect(recordsOf(object.stdout)).toMatchObject([
      {
        type: "state",
        url,
        open: [{ vmName: VM, mode: "heal", steps: containingStep("guestRead") }],
      },
    ]);
    await simulator.call("holds/1/release", {});
  });

  it("says once that the host is away, and goes on when it is back", LONG, async () => {
    const host = await serve();
    const { port } = new URL(host.url);
    await simulator.call("holds", { operation: "snapshot.put", when: "after" });
    await askForHeal(host.url);
    await simulator.call("holds/1?wait=40");
    const child = start(["watch", host.url]);
    const told = readerOf(child);
    await told.until("started Snapshot the OS disk");

    await stopBin(host.child, "SIGKILL");
    await told.until("away: ");
    await simulator.call("holds/1/release", {});
    await serve(port);
    await told.until("time to heal");

    const lines = told.text().split("\n");
    expect(lines.filter((line) => line.includes(" away: "))).toHaveLength(1);
    expect(lines.filter((line) => line.includes(" back: "))).toHaveLength(1);
    expect(lines.filter((line) => line.includes(" opened "))).toHaveLength(1);
    expect(await stopBin(child, "SIGINT")).toBe(0);
  });

  it.skipIf(NO_TERMINAL !== "")(
    `draws over its lines on a terminal, and ends with 0 on Ctrl-C${NO_TERMINAL}`,
    LONG,
    async () => {
      const { url } = await serve();
      const child = startOnTerminal(["watch", url], { columns: 60, rows: 12 });
      children.push(child);
      const told = readerOf(child);
      await told.until("No incident is open");

      await askForHeal(url);
      await told.until("time to heal");
      child.stdin.write("\u0003");
      await once(child, "exit");

      const output = told.text();
      const shown = stripVTControlCharacters(output).split(/\r?\n|\r/u);
      expect(child.exitCode).toBe(0);
      expect(shown).toContainEqual(matching(/^vm-web-01 {2}heal since/u));
      expect(shown).toContainEqual(matching(/^ {2}[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] .* s/u));
      expect(shown).toContainEqual(matching(/^✔ vm-web-01: [\d:]{8} healed \(guest-dhcp\)/u));
      expect(output.lastIndexOf("\u001B[?25h")).toBeGreaterThan(output.lastIndexOf("\u001B[?25l"));
    },
  );
});

function containingStep(name: string): unknown {
  return expect.arrayContaining([expect.objectContaining({ name, state: "running" })]);
}
