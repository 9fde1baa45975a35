import { differences, expectedKeys, update } from "./expected.ts";
import { tableText } from "./print.ts";
import { tableRows } from "./rows.ts";
import { keyOf, runTable } from "./table.ts";

const startedAt = performance.now();
const rows = await runTable(tableRows());
process.stdout.write(`${tableText(rows, (performance.now() - startedAt) / 1000)}\n`);
if (process.argv.includes("--update")) {
  update(rows);
  process.stdout.write("Kept as what is expected from now on.\n");
} else {
  const played = new Set(rows.map(keyOf));
  const gone = expectedKeys().filter((key) => !played.has(key));
  const found = [...differences(rows), ...gone.map((key) => `${key}\n  is expected and no row`)];
  process.stdout.write(
    found.length === 0 ? "All as expected.\n" : `\nNot as expected:\n${found.join("\n")}\n`,
  );
  process.exitCode = found.length === 0 ? 0 : 1;
}
