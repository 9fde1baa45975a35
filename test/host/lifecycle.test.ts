import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { aFolder, HostProcess, until } from "./harness.ts";

// Each test starts hosts, one of them six; a busy machine needs seconds for each.
vi.setConfig({ testTimeout: 240_000 });

let folder: ReturnType<typeof aFolder>;
const hosts: HostProcess[] = [];

beforeEach(() => {
  folder = aFolder();
});

afterEach(async () => {
  await Promise.all(
    hosts.splice(0).map(async (host) => {
      await host.kill();
    }),
  );
  folder.remove();
});

async function aHost(): Promise<HostProcess> {
  const host = await HostProcess.start(folder.path);
  hosts.push(host);
  return host;
}

function file(name: string): string {
  return join(folder.path, name);
}

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
}

async function linesWith(path: string, line: string): Promise<void> {
  await until(() => (linesOf(path).includes(line) ? true : undefined), `'${line}' in the file`);
}

describe("a host that is killed", () => {
  it("runs an activity again that was under way, and goes on from there", async () => {
    const input = { file: file("log"), gate: file("gate") };
    const first = await aHost();
    await first.start("gated", "gated-1", input);
    await linesWith(input.file, "entered");

    await first.kill();
    writeFileSync(input.gate, "");
    const second = await aHost();

    expect(await second.ended("gated-1")).toMatchObject({ output: "through" });
    expect(linesOf(input.file)).toEqual(["entered", "entered", "left", "after"]);
  });

  it("fires a timer after the restart that became due meanwhile, and one that is due later", async () => {
    const first = await aHost();
    await first.start("sleep", "short", 300);
    await first.start("sleep", "long", 3000);
    await until(async () => {
      const history = (await first.status("long"))?.historyEvents ?? [];
      return history.some((event) => event.EventType === 10) ? true : undefined;
    }, "timer");

    await first.kill();
    await sleep(400);
    const second = await aHost();

    expect(await second.ended("short")).toMatchObject({ output: "woke" });
    expect(await second.ended("long")).toMatchObject({ output: "woke" });
  });

  it("keeps what it answered with success: starts and events", async () => {
    const first = await aHost();
    await first.start("collect", "kept", 2);
    await first.raise("kept", "Note", "one");
    await first.kill();

    const second = await aHost();
    await second.raise("kept", "Note", "two");

    expect(await second.ended("kept")).toMatchObject({ output: ["one", "two"] });
  });

  it("ends each run with the right answer, killed again and again at arbitrary points", async () => {
    const ids = Array.from({ length: 8 }, (_, index) => `steps-${index}`);
    const count = 12;
    let host = await aHost();
    for (const id of ids) {
      await host.start("steps", id, { file: file(id), count });
      await host.start("tour", `tour-${id}`, null);
    }
    for (const pause of [3, 17, 41, 8, 63]) {
      await sleep(pause);
      await host.kill();
      host = await aHost();
    }

    for (const id of ids) {
      expect(await host.ended(id)).toMatchObject({ output: count, customStatus: { step: count } });
      expect(await host.ended(`tour-${id}`)).toMatchObject({
        output: { first: "w", all: ["p1", "p2"], sub: `part of tour-${id}` },
      });
      // A step may have run twice, but never after its successor.
      const lines = linesOf(file(id)).map((line) => Number(line.slice("step ".length)));
      expect(lines).toEqual(lines.toSorted((left, right) => left - right));
      expect(new Set(lines).size).toBe(count);
    }
  });
});

describe("a host that is asked to stop", () => {
  it("lets the activity under way end, starts nothing more, and goes on at the next start", async () => {
    const input = { file: file("log"), gate: file("gate") };
    const first = await aHost();
    await first.start("gated", "stopped", input);
    await linesWith(input.file, "entered");

    const stopped = first.stop();
    await until(async () => {
      const response = await fetch(`${first.url}/api/things/1`);
      return response.status === 503 ? true : undefined;
    }, "refusal");
    writeFileSync(input.gate, "");

    expect(await stopped).toBe(0);
    expect(linesOf(input.file)).toEqual(["entered", "left"]);

    const second = await aHost();
    expect(await second.ended("stopped")).toMatchObject({ output: "through" });
    expect(linesOf(input.file)).toEqual(["entered", "left", "after"]);
  });

  it("still serves the Durable API to functions under way", async () => {
    const input = { file: file("log"), gate: file("gate") };
    const host = await aHost();
    await host.start("gated", "stopping", input);
    await linesWith(input.file, "entered");

    const stopped = host.stop();
    await until(async () => {
      const response = await fetch(`${host.url}/api/things/1`);
      return response.status === 503 ? true : undefined;
    }, "refusal");
    const status = await host.raise("stopping", "Note");
    writeFileSync(input.gate, "");

    expect(status).toBe(202);
    expect(await stopped).toBe(0);
  });

  it("runs what the app wants done at its end, and ends although that fails", async () => {
    const host = await aHost();

    const code = await host.stop();
    const said = await until(
      () => host.events.find((event) => event.kind === "log" && event.level === "error"),
      "error in the log",
    );

    expect(code).toBe(0);
    expect(said).toMatchObject({ message: "A hook for the app's end failed: the app's last word" });
  });
});

describe("a data folder", () => {
  it("is refused to a second host while the first one runs", async () => {
    await aHost();

    await expect(HostProcess.start(folder.path)).rejects.toThrow(
      `Another host is running on the data folder ${folder.path}.`,
    );
  });

  it("is free again once its host was killed", async () => {
    const first = await aHost();
    await first.kill();

    const second = await aHost();

    expect(second.functionNames).toContain("tour");
  });

  it("is refused when another version wrote its journal", async () => {
    const database = new DatabaseSync(join(folder.path, "journal.sqlite"));
    database.exec("PRAGMA user_version = 99");
    database.close();

    await expect(HostProcess.start(folder.path)).rejects.toThrow("has version 99, not 1");
  });
});

describe("an app", () => {
  it.each([
    ["entity.ts", "cannot run function 'counter': entityTrigger"],
    ["queue.ts", "cannot run function 'inbox': queueTrigger"],
    ["hook.ts", "has no hook 'preInvocation', and the app asks for it"],
    ["twice.ts", "Two functions are named 'same'"],
    ["bad-schedule.ts", "Cannot read the timer schedule 'every day'"],
    ["stream.ts", "does not stream HTTP"],
    ["nothing.ts", "registered no functions"],
  ])("with %s is refused with the reason", async (name, reason) => {
    await expect(HostProcess.start(folder.path, `./refused-apps/${name}`)).rejects.toThrow(reason);
  });

  it("has its timer functions run", async () => {
    const host = await aHost();

    const tick = await until(
      () => host.events.find((event) => event.kind === "log" && event.name === "tick"),
      "tick",
    );

    expect(tick).toMatchObject({ level: "information", message: "tick false" });
  });

  it("has a timer function run when somebody asks, whatever its schedule says", async () => {
    const host = await aHost();

    const asked = await host.post("/admin/functions/Yearly", {});

    expect(asked.status).toBe(202);
    const run = await until(
      () => host.events.find((event) => event.kind === "log" && event.name === "yearly"),
      "yearly run",
    );
    expect(run).toMatchObject({ message: "a year has gone" });
  });

  it.each(["steps", "thing", "nothing"])("has nothing but timers run so: %s", async (name) => {
    const host = await aHost();

    expect((await host.post(`/admin/functions/${name}`, {})).status).toBe(404);
  });
});
