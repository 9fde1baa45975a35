import { grouped } from "./figures.ts";
import type { Level } from "./open-incidents.ts";

const COLUMNS: readonly (readonly [title: string, value: (level: Level) => number])[] = [
  ["open incidents", ({ open }) => open],
  ["turns per second", ({ turnsPerSecond }) => turnsPerSecond],
  ["CPU per turn, ms", ({ cpuMsPerTurn }) => cpuMsPerTurn],
  ["heap in use, MB", ({ heapMb }) => heapMb],
  ["memory, MB", ({ residentMb }) => residentMb],
  ["peak, MB", ({ peakMb }) => peakMb],
];

/** The levels, one a line. */
export function growthTable(levels: readonly Level[]): string {
  const rows = [
    COLUMNS.map(([title]) => title),
    ...levels.map((level) => COLUMNS.map(([, value]) => grouped(value(level)))),
  ];
  return rows
    .map((row) =>
      row.map((text, index) => text.padStart(COLUMNS[index]?.[0].length ?? 0)).join("  "),
    )
    .join("\n");
}

/** How time and memory grow from the first level to the last. */
export function growthSentence(levels: readonly Level[]): string {
  const [first] = levels;
  const last = levels.at(-1);
  if (first === undefined || last === undefined) {
    throw new Error("Nothing was measured.");
  }
  // Of the processor, not of the clock: what else runs on the machine meanwhile does not count.
  const ratio = last.cpuMsPerTurn / first.cpuMsPerTurn;
  const more = last.open - first.open;
  const kilobytes = ((last.heapMb - first.heapMb) * 1000) / more;
  return `With ${grouped(last.open)} open incidents a turn takes ${grouped(ratio)} times the CPU time that it takes with ${grouped(first.open)}, and each further one holds ${grouped(kilobytes)} kB of the heap.`;
}
