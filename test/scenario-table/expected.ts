import { readFileSync, writeFileSync } from "node:fs";

import { z } from "zod";

import type { Doing } from "./doing.ts";
import { keyOf, type Row } from "./table.ts";

const FILE = new URL("expected.json", import.meta.url);
const lines = z.record(z.string(), z.string());

/** What is kept of a row: all but durations, and how often Windows was asked: that hangs on how soon it answers. */
function lineOf({ ours, baseline }: Row): string {
  return `${textOf(ours)} | baseline ${textOf(baseline)}`;
}

/** Keys of the rows of which something is kept. */
export function expectedKeys(): readonly string[] {
  return Object.keys(readExpected());
}

/** Compares rows with what is kept of them; gives one text for each difference. */
export function differences(rows: readonly Row[]): readonly string[] {
  const expected = readExpected();
  return Object.entries(linesOf(rows))
    .filter(([name, found]) => expected[name] !== found)
    .map(
      ([name, found]) => `${name}\n  expected ${expected[name] ?? "nothing"}\n  found    ${found}`,
    );
}

function readExpected(): z.output<typeof lines> {
  return lines.parse(JSON.parse(readFileSync(FILE, "utf8")));
}

/** Keeps what was found as what is expected from now on; of a part of the rows beside what is kept of the others. */
export function update(rows: readonly Row[], isWhole: boolean): void {
  const kept = { ...(isWhole ? {} : readExpected()), ...linesOf(rows) };
  const sorted = Object.entries(kept).toSorted(([one], [other]) => one.localeCompare(other));
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
}

function linesOf(rows: readonly Row[]): Readonly<Record<string, string>> {
  return Object.fromEntries(rows.map((row) => [keyOf(row), lineOf(row)]));
}

function textOf(doing: Doing): string {
  const { outcome, remedies, writes, restarts } = doing;
  const parts = [
    `${outcome}: ${vmText(doing)}`,
    remedies.join(", "),
    writesText(writes).replace(/(?<=runCommand\.post) \d+/u, ""),
    restarts === 0 ? "" : `${restarts} restarts`,
  ];
  return parts.filter((part) => part !== "").join("; ");
}

/** What became of the VM, in words. */
export function vmText({ verdict, broken, note }: Doing): string {
  return [verdict, ...broken, ...(note === null ? [] : [note])].join(", ");
}

/** Writes in words, for example `snapshot.put 1, nic.put 2`. */
export function writesText(writes: Doing["writes"]): string {
  return Object.entries(writes)
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}
