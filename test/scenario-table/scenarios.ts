import { parseArgs } from "node:util";

import { buildProgram } from "../built/build-program.ts";
import { LAUNCHER_VARIABLE } from "../built/launcher.ts";
import { nameOf } from "./combinations.ts";
import { differences, expectedKeys, update } from "./expected.ts";
import { tableText } from "./print.ts";
import { everything, keyOf, runTable, type Choice } from "./table.ts";

const { values, positionals } = parseArgs({
  options: { update: { type: "boolean", default: false } },
  allowPositionals: true,
});
const isWhole = positionals.length === 0;

/** The scenarios whose names have all of the words; without any word, every one. */
function chosen(): Choice {
  const { combinations, disturbances } = everything();
  return {
    combinations: combinations.filter((each) => isMeant(nameOf(each))),
    disturbances: disturbances.filter(({ name }) => isMeant(name)),
  };
}

function isMeant(name: string): boolean {
  return positionals.every((word) => name.includes(word));
}

process.env[LAUNCHER_VARIABLE] = await buildProgram();
const startedAt = performance.now();
const { rows } = await runTable(chosen());
process.stdout.write(`${tableText(rows, (performance.now() - startedAt) / 1000)}\n`);
if (values.update) {
  update(rows, isWhole);
  process.stdout.write("Kept as what is expected from now on.\n");
} else {
  const played = new Set(rows.map(keyOf));
  const gone = isWhole ? expectedKeys().filter((key) => !played.has(key)) : [];
  const found = [...differences(rows), ...gone.map((key) => `${key}\n  is expected and no row`)];
  process.stdout.write(
    found.length === 0 ? "All as expected.\n" : `\nNot as expected:\n${found.join("\n")}\n`,
  );
  process.exitCode = found.length === 0 ? 0 : 1;
}
