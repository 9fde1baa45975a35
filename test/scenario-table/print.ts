import type { Doing } from "./doing.ts";
import { HOW_COMPUTED } from "./duration.ts";
import { writesText } from "./expected.ts";
import type { Verdict } from "./judge.ts";
import type { Row } from "./table.ts";

const HEADING = [
  "scenario",
  "outcome",
  "remedies",
  "writes",
  "restarts",
  "min",
  "VM",
  "reset-nic",
  "restarts",
  "min",
  "VM",
];

/** The whole table: a heading, a row each, the totals. */
export function tableText(rows: readonly Row[], seconds: number): string {
  const cells = [HEADING, ...rows.map(cellsOf)];
  const widths = HEADING.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [HOW_COMPUTED, "", ...lines, "", ...totals(rows), "", sizeText(rows, seconds)].join("\n");
}

/** How large the table is and how long it took. */
export function sizeText(rows: readonly Row[], seconds: number): string {
  const combinations = rows.filter(({ part }) => part === "combination").length;
  return `${rows.length} scenarios (${combinations} combinations, ${rows.length - combinations} disturbances), each with the program and with the baseline, in ${Math.round(seconds)} s`;
}

function cellsOf({ name, ours, baseline }: Row): readonly string[] {
  return [
    name,
    ours.outcome,
    ours.remedies.join(", "),
    writesText(ours.writes),
    `${ours.restarts}`,
    ours.minutes.toFixed(1),
    vmText(ours),
    baseline.outcome,
    `${baseline.restarts}`,
    baseline.minutes.toFixed(1),
    vmText(baseline),
  ];
}

function vmText({ verdict, broken }: Doing): string {
  return broken.length === 0 ? verdict : `${verdict}: ${broken.join(", ")}`;
}

const VERDICTS: readonly Verdict[] = ["healed", "still ill", "well", "left broken"];

/** Both side by side, by simulated Azure's own state. */
function totals(rows: readonly Row[]): readonly string[] {
  const sides = [
    ["static-ip-remediator", rows.map(({ ours }) => ours)],
    ["az vm repair reset-nic", rows.map(({ baseline }) => baseline)],
  ] as const;
  const heading = ["totals", ...VERDICTS, "restarts", "minutes per heal"];
  return [heading, ...sides.map(([name, doings]) => totalsOf(name, doings))].map((line) =>
    line
      .map((cell, index) => cell.padEnd(index === 0 ? 24 : 13))
      .join("")
      .trimEnd(),
  );
}

function totalsOf(name: string, doings: readonly Doing[]): readonly string[] {
  const counts = VERDICTS.map(
    (wanted) => doings.filter(({ verdict }) => verdict === wanted).length,
  );
  const restarts = doings.reduce((sum, doing) => sum + doing.restarts, 0);
  const healed = doings.filter(({ verdict }) => verdict === "healed");
  return [name, ...counts.map(String), `${restarts}`, meanMinutes(healed)];
}

function meanMinutes(doings: readonly Doing[]): string {
  const sum = doings.reduce((total, { minutes }) => total + minutes, 0);
  return doings.length === 0 ? "none" : (sum / doings.length).toFixed(1);
}
