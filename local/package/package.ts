// `npm run package`: makes `dist/app`, which a Functions host runs as it is, and the same as a zip to deploy.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { makeApp } from "./app-files.ts";
import { ROOT } from "./bundle.ts";
import type { Files } from "./bundle.ts";
import { zip } from "./zip.ts";

const FOLDER = path.join(ROOT, "dist/app");
const ZIP = path.join(ROOT, "dist/static-ip-remediator.zip");
/** The user's own, for `func start` there. */
const KEPT = "local.settings.json";

const { files } = await makeApp();
writeFolder(files);
const packed = await zip(files);
writeFileSync(ZIP, packed);
process.stdout.write(
  `dist/app: ${files.size} files\ndist/static-ip-remediator.zip: ${packed.length.toLocaleString("en-US")} bytes\n`,
);

function writeFolder(contents: Files): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of readdirSync(FOLDER).filter((each) => each !== KEPT)) {
    rmSync(path.join(FOLDER, name), { recursive: true });
  }
  for (const [name, content] of contents) {
    const file = path.join(FOLDER, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
