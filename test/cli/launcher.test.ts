import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

const LAUNCHER = new URL("../../local/cli/remediator.mjs", import.meta.url);
/** Makes the launcher believe that an old Node runs it. */
const OLD_NODE = "data:text/javascript,Object.defineProperty(process,'version',{value:'v20.20.2'})";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "remediator-launcher-"));
  await mkdir(join(folder, "local", "cli"), { recursive: true });
  await copyFile(LAUNCHER, join(folder, "local", "cli", "remediator.mjs"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

interface Ended {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

async function launchOnOldNode(...words: readonly string[]): Promise<Ended> {
  const launcher = join(folder, "local", "cli", "remediator.mjs");
  return await new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--import", OLD_NODE, launcher, ...words],
      { timeout: 30_000 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : error.code, stdout, stderr });
      },
    );
  });
}

async function packNode(script: string): Promise<void> {
  const bin = join(folder, "node_modules", `node-${process.platform}-${process.arch}`, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "node"), script);
  await chmod(join(bin, "node"), 0o755);
}

describe("the launcher on an old Node", () => {
  it("says in one line what to do when no newer Node came with the packages", async () => {
    const ended = await launchOnOldNode("demo");

    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe("");
    expect(ended.stderr.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/needs Node 22\.18 or newer.*v20\.20\.2.*npm ci/u),
    ]);
  });

  it.skipIf(process.platform === "win32")(
    "runs the packaged Node with the same words and passes on its exit code",
    async () => {
      await packNode('#!/bin/sh\necho "$@"\nexit 7\n');

      const ended = await launchOnOldNode("heal", "an id", "--json");

      expect(ended.code).toBe(7);
      expect(ended.stdout).toBe(
        `${join(folder, "local", "cli", "remediator.mjs")} heal an id --json\n`,
      );
    },
  );

  it.skipIf(process.platform === "win32")(
    "gives the shell's code for a child that a signal ended",
    async () => {
      await packNode("#!/bin/sh\nkill -TERM $$\n");

      const ended = await launchOnOldNode("demo");

      expect(ended.code).toBe(143);
    },
  );
});
