import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { z } from "zod";

import { makeApp } from "../../local/package/app-files.ts";
import { zip } from "../../local/package/zip.ts";
import type { Figure } from "./figures.ts";

const run = promisify(execFile);
const ROOT = path.join(import.meta.dirname, "../..");
const WORKER = path.join(ROOT, "test/package/functions-worker.ts");
const SOURCES = path.join(ROOT, "functions/main.ts");
const ZIP_BYTES = 1_000_000;
const LOADS = 7;

const loadSchema = z.object({ loadMs: z.number() });

/** How large the package is, and how long it loads in a Functions worker, beside the sources with their npm packages. */
export async function packageFigures(): Promise<readonly Figure[]> {
  const { files } = await makeApp();
  const bytes = (await zip(files)).length;
  const folder = mkdtempSync(path.join(tmpdir(), "remediator-bench-"));
  for (const [name, contents] of files) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), contents);
  }
  const compiled = path.join(await compileSources(), "functions/main.js");
  const times = await loadTimes([SOURCES, compiled, path.join(folder, "main.js")]);
  rmSync(folder, { recursive: true });
  const [sources = Number.NaN, asJavaScript = Number.NaN, bundled = Number.NaN] = times;
  const unit = "ms of a processor";
  const quarter = { text: "a quarter of the sources'", met: bundled <= sources / 4 };
  const below = { text: "below 1 MB", met: bytes < ZIP_BYTES };
  return [
    { name: "package, zipped", value: bytes, unit: "bytes", aim: below },
    { name: "load of all functions, sources", value: sources, unit, aim: null },
    {
      name: "load of all functions, sources compiled before",
      value: asJavaScript,
      unit,
      aim: null,
    },
    { name: "load of all functions, from the package", value: bundled, unit, aim: quarter },
  ];
}

/** The sources as plain JavaScript, which tells what stripping types takes of their load. */
async function compileSources(): Promise<string> {
  const folder = path.join(ROOT, ".cache/unbundled");
  const tsc = path.join(ROOT, "node_modules/typescript/bin/tsc");
  const options = [
    "--noCheck",
    "--noEmit",
    "false",
    "--incremental",
    "false",
    "--rootDir",
    ".",
    "--outDir",
    folder,
  ];
  await run(process.execPath, [tsc, "-p", ".", ...options], { cwd: ROOT });
  return folder;
}

/** The quickest of several processes for each, in turn: what else the machine does takes time from some of them only. */
async function loadTimes(mains: readonly string[]): Promise<readonly number[]> {
  const times = mains.map((): number[] => []);
  for (let turn = 0; turn < LOADS; turn++) {
    for (const [index, main] of mains.entries()) {
      const { stdout } = await run(process.execPath, [WORKER, main]);
      times[index]?.push(loadSchema.parse(JSON.parse(stdout)).loadMs);
    }
  }
  return times.map((each) => Math.round(Math.min(...each)));
}
