import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { startLocalHost } from "../../local/host/host.ts";

/** Prints the milliseconds from the start of this process until the app's functions are registered and served. */
const dataFolder = mkdtempSync(path.join(tmpdir(), "remediator-bench-"));
const host = await startLocalHost({
  app: async () => await import("../../functions/main.ts"),
  dataFolder,
});
const milliseconds = performance.now();
await host.stop();
rmSync(dataFolder, { recursive: true });
process.stdout.write(`${milliseconds}\n`);
