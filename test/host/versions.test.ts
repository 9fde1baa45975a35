import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Versioning } from "../../local/host/versions.ts";
import {
  compareVersions,
  readVersioning,
  runsVersion,
  unversioned,
} from "../../local/host/versions.ts";
import { aFolder, HostProcess, until } from "./harness.ts";

// Hosts are started one after another; a busy machine needs seconds for each.
vi.setConfig({ testTimeout: 240_000 });

const APPS = join(import.meta.dirname, "versioned-apps");
const hosts: HostProcess[] = [];
let folder: ReturnType<typeof aFolder>;

beforeEach(() => {
  folder = aFolder();
});

afterEach(async () => {
  for (const host of hosts.splice(0)) {
    await host.kill();
  }
  folder.remove();
});

async function aHost(app: "old" | "new", hostJson: string = app): Promise<HostProcess> {
  const hostFile = join(APPS, `${hostJson}.host.json`);
  const host = await HostProcess.start(folder.path, `./versioned-apps/${app}.ts`, hostFile);
  hosts.push(host);
  return host;
}

function file(name: string): string {
  return join(folder.path, name);
}

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
}

async function underWay(host: HostProcess, id: string): Promise<void> {
  await until(async () => {
    const history = (await host.status(id))?.historyEvents ?? [];
    return history.some(({ EventType }) => EventType === 4) ? true : undefined;
  }, `task of ${id}`);
}

describe("a run that an upgrade meets", () => {
  it("ends on the code of its own version, and new ones run the new code; the old app leaves new ones alone", async () => {
    const input = { file: file("log"), gate: file("gate") };
    const before = await aHost("old");
    await before.start("journey", "begun-before", input);
    await before.start("again", "again-before", { ...input, file: file("again") });
    await underWay(before, "begun-before");
    await underWay(before, "again-before");
    await before.kill();

    const after = await aHost("new");
    await after.start("journey", "begun-after", { file: file("new-log"), gate: file("new-gate") });
    await after.post("/durabletask/orchestrators/plain/asked-old?version=1.0", {
      file: file("plain-log"),
      line: "plain",
    });
    writeFileSync(input.gate, "");

    // A part for which the story names no version is told by the newest code, as on Azure.
    expect((await after.ended("begun-before")).output).toEqual({
      told: "old",
      part: "old",
      plain: "new",
    });
    expect(linesOf(input.file)).toEqual(["journey by old", "part by old", "plain"]);
    expect((await after.ended("again-before")).output).toBe("old");
    expect(linesOf(file("again"))).toEqual(["again by old", "again by old"]);
    // Each beginning anew keeps the version too.
    await after.start("again", "again-after", { file: file("again-new"), gate: input.gate });
    expect((await after.ended("again-after")).output).toBe("new");
    expect(linesOf(file("again-new"))).toEqual(["again by new", "again by new"]);
    expect((await after.ended("asked-old")).output).toBe("old");
    await underWay(after, "begun-after");
    await after.kill();

    const back = await aHost("old");
    writeFileSync(file("new-gate"), "");
    await until(
      () => back.events.find((event) => event.kind === "activity" && event.name === "gate"),
      "end of the gate",
    );
    const warning = await until(
      () => back.events.find((event) => event.kind === "log" && event.level === "warning"),
      "warning",
    );
    expect(warning).toMatchObject({
      message: "instance begun-after has version 2.0, which this app with version 1.0 does not run",
    });
    await back.start("plain", "still-served", { file: file("plain-log"), line: "plain" });
    expect((await back.ended("still-served")).output).toBe("old");
    expect((await back.status("begun-after"))?.runtimeStatus).toBe("Running");
    expect(linesOf(file("new-log"))).toEqual([]);
    await back.kill();

    const again = await aHost("new");
    expect((await again.ended("begun-after")).output).toEqual({
      told: "new",
      part: "new",
      plain: "new",
    });
  });
});

describe("a run of a version that the app does not know", () => {
  it("fails with the reason where host.json says so", async () => {
    const host = await aHost("old", "old-fail");

    await host.post("/durabletask/orchestrators/plain/too-new?version=2.0", null);

    const { runtimeStatus, output } = await host.ended("too-new");
    expect(runtimeStatus).toBe("Failed");
    expect(output).toContain("it has version 2.0, which this app with version 1.0 does not run");
  });
});

describe("versions", () => {
  it.each([
    ["1.0", "2.0"],
    ["1.9", "1.10"],
    ["1.0", "1.0.0"],
    [null, "1.0"],
    ["v1-release", "V2-release"],
    // Not two numbers: compared as texts.
    ["10", "2"],
  ])("%s is older than %s", (older, newer) => {
    expect(compareVersions(older, newer)).toBeLessThan(0);
    expect(compareVersions(newer, older)).toBeGreaterThan(0);
    expect(compareVersions(newer, newer)).toBe(0);
  });

  it.each<[Versioning["match"], readonly (string | null)[]]>([
    ["CurrentOrOlder", [null, "1.0", "2.0"]],
    ["Strict", ["2.0"]],
    ["None", [null, "1.0", "2.0", "3.0"]],
  ])("are matched %s", (match, run) => {
    const versioning: Versioning = { defaultVersion: "2.0", match, failure: "Reject" };
    const versions = [null, "1.0", "2.0", "3.0"];

    expect(versions.filter((version) => runsVersion(versioning, version))).toEqual(run);
  });
});

describe("host.json", () => {
  const place = aFolder();

  afterAll(() => {
    place.remove();
  });

  it.each([
    ["{}", { defaultVersion: null, match: "CurrentOrOlder", failure: "Reject" }],
    [
      '{"extensions":{"durableTask":{"defaultVersion":"3.1","versionMatchStrategy":"Strict","versionFailureStrategy":"Fail"}}}',
      { defaultVersion: "3.1", match: "Strict", failure: "Fail" },
    ],
  ])("%s is read as Azure does", (text, versioning) => {
    const path = join(place.path, "host.json");
    writeFileSync(path, text);

    expect(readVersioning(path)).toEqual(versioning);
  });

  it("that is not there says nothing", () => {
    expect(readVersioning(join(place.path, "none.json"))).toEqual(unversioned);
  });

  it("with a strategy that Azure does not have is refused", () => {
    const path = join(place.path, "odd.json");
    writeFileSync(path, '{"extensions":{"durableTask":{"versionMatchStrategy":"Newest"}}}');

    expect(() => readVersioning(path)).toThrow("versionMatchStrategy");
  });
});
