import type { Doing } from "./doing.ts";
import { HOW_COMPUTED } from "./duration.ts";
import { vmText, writesText } from "./expected.ts";
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

/** Both side by side, by simulated Azure's own state. */
function totals(rows: readonly Row[]): readonly string[] {
  return [
    ...totalsOf(
      "static-ip-remediator",
      rows.map(({ ours }) => ours),
    ),
    ...totalsOf(
      "az vm repair reset-nic",
      rows.map(({ baseline }) => baseline),
    ),
  ];
}

function totalsOf(name: string, doings: readonly Doing[]): readonly string[] {
  const restarts = sumOf(doings.map((doing) => doing.restarts));
  return [
    name,
    ...groupsIn(doings),
    `  restarts ${restarts}, minutes per heal ${meanMinutes(doings)}`,
  ];
}

/** What became of the VMs that were ill, and of those that were not. */
function groupsIn(doings: readonly Doing[]): readonly string[] {
  const ill = doings.filter(({ wasIll }) => wasIll);
  const well = doings.filter(({ wasIll }) => !wasIll);
  return [
    `  of ${ill.length} that were ill: ${counts(ill, ["healed", "still ill", "left broken"])}`,
    `  of ${well.length} that were in order: ${counts(well, ["well", "left broken"])}`,
    ...reasonsIn(doings),
  ];
}

function counts(doings: readonly Doing[], verdicts: readonly Verdict[]): string {
  return verdicts
    .map((wanted) => `${doings.filter(({ verdict }) => verdict === wanted).length} ${wanted}`)
    .join(", ");
}

function reasonsIn(doings: readonly Doing[]): readonly string[] {
  const broken = doings.filter(({ verdict }) => verdict === "left broken");
  const reasons = [...new Set(broken.flatMap((doing) => doing.broken))].toSorted();
  return reasons.map((reason) => {
    const ofReason = broken.filter((doing) => doing.broken.includes(reason));
    const inOrder = ofReason.filter(({ isInOrder }) => isInOrder).length;
    return `  left broken, since ${reason}: ${ofReason.length}, of which ${inOrder} answer as they are now`;
  });
}

function meanMinutes(doings: readonly Doing[]): string {
  const healed = doings.filter(({ verdict }) => verdict === "healed");
  const sum = sumOf(healed.map(({ minutes }) => minutes));
  return healed.length === 0 ? "none" : (sum / healed.length).toFixed(1);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
