import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import type { Plugin } from "esbuild";

const ROOT = path.join(import.meta.dirname, "../..");
const BUILDS = path.join(ROOT, ".cache/built-program");
const SOURCES = ["functions", "local", "shared"];
/** What the build depends on beside the sources. */
const OTHERS = ["host.json", "package.json", "package-lock.json", "test/built/build-program.ts"];
const ENTRIES = ["local/cli/remediator.mjs", "functions/main.ts", "functions/services.ts"];
/** esbuild reads it as an expression of Go, which has no flag `u`. */
const BUILT_SOURCE = /\.(?:ts|mjs)$/;
/** So many old builds may stay, for runs of the tests that go on with them. */
const KEPT_BUILDS = 3;

/**
 * Builds the command line with the local host, the functions and simulated Azure, once per content of the sources, and
 * gives the launcher's path. A process starts from it in half the time that it takes to load some hundred TypeScript
 * files. Function names stay, and `NODE_OPTIONS=--enable-source-maps` turns the stacks of its processes into those of
 * the sources.
 */
export async function buildProgram(): Promise<string> {
  const folder = path.join(BUILDS, contentHash());
  if (!existsSync(folder)) {
    mkdirSync(BUILDS, { recursive: true });
    const draft = mkdtempSync(path.join(BUILDS, "draft-"));
    await bundle(draft, folder);
    copyData(draft);
    keepDraft(draft, folder);
    removeOldBuilds(folder);
  }
  return path.join(folder, ENTRIES[0] ?? "");
}

function contentHash(): string {
  const hash = createHash("sha256");
  for (const file of [...SOURCES.flatMap(filesIn), ...OTHERS]) {
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(path.join(ROOT, file)))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
    .toSorted();
}

async function bundle(draft: string, folder: string): Promise<void> {
  const { build } = await import("esbuild");
  await build({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES,
    outbase: ROOT,
    outdir: draft,
    outExtension: { ".js": ".mjs" },
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22",
    // As in the package: an import() of a bundled CommonJS module gives no named exports.
    mainFields: ["module", "main"],
    // Some SDKs compare `constructor.name`.
    keepNames: true,
    sourcemap: "linked",
    sourcesContent: false,
    // The local host answers it.
    external: ["@azure/functions-core"],
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    plugins: [placesIn(folder)],
    logLevel: "warning",
  });
}

/** Code that looks for files beside itself finds them where it would stand in the build. */
function placesIn(folder: string): Plugin {
  return {
    name: "places",
    setup(build) {
      build.onLoad({ filter: BUILT_SOURCE }, ({ path: file }) => {
        const place = path.join(folder, path.relative(ROOT, file));
        const text = file.includes("node_modules") ? "" : readFileSync(file, "utf8");
        if (!text.includes("import.meta.")) {
          return undefined;
        }
        return {
          contents: text
            .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(place).href))
            .replaceAll("import.meta.dirname", JSON.stringify(path.dirname(place))),
          loader: file.endsWith(".ts") ? "ts" : "js",
        };
      });
    },
  };
}

/** Everything that is read while the program runs; the functions are loaded by their sources' names. */
function copyData(draft: string): void {
  const data = SOURCES.flatMap(filesIn).filter((file) => !BUILT_SOURCE.test(file));
  for (const file of ["host.json", ...data]) {
    cpSync(path.join(ROOT, file), path.join(draft, file));
  }
  for (const entry of ENTRIES.filter((file) => file.endsWith(".ts"))) {
    const name = path.basename(entry, ".ts");
    writeFileSync(path.join(draft, entry), `export * from "./${name}.mjs";\n`);
  }
  writeFileSync(path.join(draft, "package.json"), '{ "type": "module" }\n');
}

function keepDraft(draft: string, folder: string): void {
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true });
    // Another run of the tests may have been quicker.
    if (!existsSync(folder)) {
      throw error;
    }
  }
}

function removeOldBuilds(newest: string): void {
  const others = readdirSync(BUILDS)
    .map((name) => path.join(BUILDS, name))
    .filter((folder) => folder !== newest)
    .toSorted((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
  for (const folder of others.slice(KEPT_BUILDS)) {
    rmSync(folder, { recursive: true, force: true });
  }
}
