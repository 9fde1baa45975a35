import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

import { quantile, type Figure } from "./figures.ts";

const BIN = path.join(import.meta.dirname, "../../local/cli/remediator.mjs");
const LOAD = path.join(import.meta.dirname, "load-app.ts");

/** Until a fresh host has its functions: the median of five processes. */
export async function loadTime(): Promise<Figure> {
  const times: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    const { stdout } = await promisify(execFile)(process.execPath, [LOAD]);
    times.push(Number(stdout));
  }
  const value = Math.round(quantile(times, 0.5));
  return { name: "load until all functions are registered", value, unit: "ms", aim: null };
}

/** The demo as a user starts it, from the start of its process to the end; once, since most of it is waits. */
export async function demoTime(): Promise<Figure> {
  const begun = performance.now();
  // It throws unless the demo went as expected.
  await promisify(execFile)(process.execPath, [BIN, "demo", "--json"]);
  const value = (performance.now() - begun) / 1000;
  const aim = { text: "at most 60 s", met: value <= 60 };
  return { name: "demo, whole process", value, unit: "s", aim };
}
