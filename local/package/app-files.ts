import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import type { Metafile } from "esbuild";

import packageFile from "../../package.json" with { type: "json" };
import { ROOT, bundleFunctions } from "./bundle.ts";
import type { Files } from "./bundle.ts";
import { thirdPartyNotices } from "./notices.ts";

/** Everything that a Functions host needs of this program. */
export interface App {
  readonly files: Files;
  readonly metafile: Metafile;
}

/** Where `shared/guest/script.ts` looks, from the folder with `host.json`. */
const GUEST = "shared/guest";

/** Makes the app. The same sources and packages give the same bytes. */
export async function makeApp(): Promise<App> {
  const { files, metafile } = await bundleFunctions();
  const scripts = readdirSync(path.join(ROOT, GUEST)).filter((name) => name.endsWith(".ps1"));
  const copied = ["host.json", "LICENSE", ...scripts.map((name) => `${GUEST}/${name}`)];
  const { name, version, description, license } = packageFile;
  const described = { name, version, description, license, type: "module", main: "main.js" };
  return {
    files: new Map([
      ...files,
      ...copied.map((file) => [file, readFileSync(path.join(ROOT, file))] as const),
      ["package.json", Buffer.from(`${JSON.stringify(described, null, 2)}\n`)],
      ["THIRD-PARTY-NOTICES.txt", Buffer.from(thirdPartyNotices(metafile, ROOT))],
    ]),
    metafile,
  };
}
