import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { aFolder, HostProcess, until } from "./harness.ts";

const folder = aFolder();
let host: HostProcess;

beforeAll(async () => {
  host = await HostProcess.start(folder.path);
});

afterAll(async () => {
  await host.kill();
  folder.remove();
});

function file(name: string): string {
  return join(folder.path, name);
}

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
}

async function entered(path: string): Promise<void> {
  await until(() => (linesOf(path).includes("entered") ? true : undefined), "activity under way");
}

async function taken(id: string, event: string): Promise<void> {
  await until(async () => {
    const history = (await host.status(id))?.historyEvents ?? [];
    return history.some((past) => past.Name === event) ? true : undefined;
  }, `${event} in ${id}`);
}

async function waiting(id: string, customStatus: unknown): Promise<void> {
  await until(async () => {
    const status = await host.status(id);
    return JSON.stringify(status?.customStatus) === JSON.stringify(customStatus) ? true : undefined;
  }, `status of ${id}`);
}

describe("tasks", () => {
  it("runs activities, timers, compounds, a sub-orchestration and retries", async () => {
    await host.start("tour", "tour-1", { hello: "x" });

    const status = await host.ended("tour-1");

    expect(status).toMatchObject({
      runtimeStatus: "Completed",
      input: { hello: "x" },
      output: { first: "w", timerWon: true, all: ["p1", "p2"], sub: "part of tour-1" },
      customStatus: { step: "last" },
    });
  });

  it("gives an activity's failure to the orchestrator in a few words", async () => {
    await host.start("tour", "tour-2", null);

    const { output } = await host.ended("tour-2");

    expect(output).toHaveProperty(
      "error",
      expect.stringMatching(/^Activity function 'refuse' failed: {2}no luck \n/u),
    );
    expect(JSON.stringify(output).length).toBeLessThan(600);
  });

  it("runs compounds within compounds", async () => {
    await host.start("nested", "nested-1");

    expect(await host.ended("nested-1")).toMatchObject({
      output: { innerDone: true, all: ["c", ["d"]] },
    });
  });

  it("does not start a task again that is awaited by itself after a compound", async () => {
    const input = { file: file("again"), gate: file("again-gate") };
    await host.start("wait-again", "again-1", input);
    await entered(input.file);
    await host.raise("again-1", "Note");
    await taken("again-1", "Note");
    writeFileSync(input.gate, "");

    expect(await host.ended("again-1")).toMatchObject({
      output: { noteCame: true, slowResult: "through", next: "next" },
    });
    expect(linesOf(input.file)).toEqual(["entered", "left"]);
  });

  it("refuses a task in two compounds, which Azure would start twice", async () => {
    const input = { file: file("reuse"), gate: file("reuse-gate") };
    await host.start("reuse", "reuse-1", input);
    await host.raise("reuse-1", "Note");

    const status = await host.ended("reuse-1");
    writeFileSync(input.gate, "");

    expect(status).toMatchObject({
      runtimeStatus: "Failed",
      output: expect.stringContaining("Task 'gate' is in a second Task.any") as unknown,
    });
  });

  it("numbers a retry's attempts as the library does while other tasks go on", async () => {
    const input = { file: file("beside"), failures: 3 };
    await host.start("retry-beside", "beside-1", input);
    await host.raise("beside-1", "Note");

    expect(await host.ended("beside-1")).toMatchObject({
      output: { attempts: 4, seen: [0, 1, 2, 3] },
    });
    expect(linesOf(input.file)).toHaveLength(4);
  });

  it("tries a sub-orchestration again", async () => {
    await host.start("retry-child", "retry-child-1", { file: file("child"), failures: 2 });

    expect(await host.ended("retry-child-1")).toMatchObject({ output: 3 });
  });

  it("waits in steps for a timer beyond six days, and drops it when it is cancelled", async () => {
    await host.start("week", "week-1");
    await host.raise("week-1", "Note");

    expect(await host.ended("week-1")).toMatchObject({ output: "done" });
  });

  it("does not fire a cancelled timer", async () => {
    await host.start("cancel", "cancel-1", 400);
    await host.raise("cancel-1", "Note");
    await host.start("sleep", "cancel-rival", 800);
    await host.ended("cancel-rival");
    await host.raise("cancel-1", "End");

    const { output, historyEvents } = await host.ended("cancel-1");

    expect(output).toBe("after");
    expect(historyEvents?.filter((event) => event.EventType === 10)).toHaveLength(1);
    expect(historyEvents?.filter((event) => event.EventType === 11)).toHaveLength(0);
  });
});

describe("external events", () => {
  it("keeps events that come before somebody waits for them, in their order", async () => {
    const input = { file: file("late"), gate: file("late-gate") };
    await host.start("late-wait", "late-1", input);
    await entered(input.file);
    await host.raise("late-1", "Note", "early");
    await host.raise("late-1", "Note", "second");
    writeFileSync(input.gate, "");

    expect(await host.ended("late-1")).toMatchObject({ output: "early" });
  });

  it("answers 404 for an unknown instance and 410 for one that has ended", async () => {
    await host.start("collect", "collect-0", 0);
    await host.ended("collect-0");

    expect(await host.raise("nobody", "Note")).toBe(404);
    expect(await host.raise("collect-0", "Note")).toBe(410);
  });

  it("hands over 60 events raised at once, none twice", async () => {
    await host.start("collect", "collect-1", 60);
    const numbers = Array.from({ length: 60 }, (_, index) => index);

    await Promise.all(numbers.map(async (number) => await host.raise("collect-1", "Note", number)));

    const { output } = await host.ended("collect-1");
    expect(new Set(z.array(z.number()).parse(output))).toEqual(new Set(numbers));
  });

  it("carries events that nobody took over to the next run of a continued instance", async () => {
    await host.start("rounds", "rounds-1", { left: 2, notes: [] });
    await waiting("rounds-1", { left: 2 });
    await host.raise("rounds-1", "Note", "one");
    await host.raise("rounds-1", "Note", "two");
    await host.raise("rounds-1", "Begin");

    const status = await host.ended("rounds-1");

    expect(status).toMatchObject({ output: ["none", "one", "two"], customStatus: { left: 0 } });
    expect(status.historyEvents?.filter((event) => event.EventType === 0)).toHaveLength(1);
  });
});

describe("ends", () => {
  it("lets a sub-orchestration go on when its parent has ended", async () => {
    await host.start("orphan", "orphan-1");
    await taken("orphan-1", "collect");
    await host.raise("orphan-1", "Leave");
    const parent = await host.ended("orphan-1");

    await host.raise("orphan-1-child", "Note", "still here");

    expect(parent.output).toBe("left");
    expect(await host.ended("orphan-1-child")).toMatchObject({ output: ["still here"] });
  });

  it.each([
    ["fail", "Orchestrator function 'fail' failed: out of luck", "about to fail"],
    [
      "unknown-activity",
      "Orchestrator function 'unknown-activity' failed: Activity function 'nowhere' failed:  the app has no activity of that name",
      null,
    ],
    ["calls-http", "Orchestrator function 'calls-http' failed: The local host does not know", null],
  ])("says why '%s' failed", async (name, reason, customStatus) => {
    await host.start(name, `ends-${name}`);

    expect(await host.ended(`ends-${name}`)).toMatchObject({
      runtimeStatus: "Failed",
      output: expect.stringContaining(reason) as unknown,
      customStatus,
    });
  });

  it("gives a sub-orchestration's failure to its parent", async () => {
    await host.start("child-fails", "child-fails-1");

    expect(await host.ended("child-fails-1")).toMatchObject({
      output: expect.stringContaining(
        "Orchestrator function 'fail' failed: out of luck",
      ) as unknown,
    });
  });
});

describe("starts", () => {
  it("runs one of 40 starts with one id, and tells the others that it runs", async () => {
    const input = { file: file("starts"), gate: file("starts-gate") };
    const starts = Array.from(
      { length: 40 },
      async () => await host.start("gated", "starts-1", input),
    );

    const codes = (await Promise.all(starts)).map((response) => response.status);
    writeFileSync(input.gate, "");
    await host.ended("starts-1");

    expect(codes.filter((code) => code === 202)).toHaveLength(1);
    expect(codes.filter((code) => code === 409)).toHaveLength(39);
    expect(linesOf(input.file)).toEqual(["entered", "left", "after"]);
  });

  it("says what a real host says when the instance runs", async () => {
    await host.start("collect", "starts-2", 1);
    await taken("starts-2", "collect");

    const response = await host.start("collect", "starts-2", 1);

    expect(await response.json()).toEqual({
      Message: "An Orchestration instance with the status Running already exists.",
    });
  });

  it("starts an ended instance anew, with the old history gone", async () => {
    await host.start("collect", "starts-3", 0);
    const first = await host.ended("starts-3");
    await host.start("sleep", "starts-3", 1);

    const second = await host.ended("starts-3");

    expect(second.output).toBe("woke");
    expect(second.historyEvents?.[1]?.["OrchestrationInstance"]).not.toEqual(
      first.historyEvents?.[1]?.["OrchestrationInstance"],
    );
  });

  it.each([
    ["an unknown orchestrator", "nowhere", "null"],
    ["an activity's name", "echo", "null"],
    ["a body that is not JSON", "collect", "{"],
  ])("refuses %s", async (_, name, body) => {
    const response = await host.postText(`/durabletask/orchestrators/${name}/refused`, body);

    expect(response.status).toBe(400);
    expect(await host.status("refused")).toBeUndefined();
  });
});
