import path from "node:path";

import { build } from "esbuild";
import type { BuildOptions, Metafile } from "esbuild";

import { leaveOutUnused } from "./leave-out-unused.ts";
import { keepOwnMappings } from "./own-mappings.ts";
import { reachedFrom } from "./reached.ts";
import {
  LATE_PACKAGES,
  OF_AXIOS,
  OF_DURABLE_FUNCTIONS,
  replacePackages,
} from "./replace-packages.ts";

/** The project's root. */
export const ROOT = path.join(import.meta.dirname, "../..");

/** Files by their path in the package. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** The functions as files that need no packages, and what went into them. */
export interface Bundle {
  readonly files: Files;
  readonly metafile: Metafile;
}

const FOLDER = "dist/app";

const COMMON = {
  absWorkingDir: ROOT,
  outdir: FOLDER,
  bundle: true,
  platform: "node",
  target: "node22",
  minify: true,
  // Functions and classes have the names of the sources, in stacks and in errors.
  keepNames: true,
  // They are in THIRD-PARTY-NOTICES.txt.
  legalComments: "none",
  metafile: true,
  write: false,
  logLevel: "silent",
} satisfies BuildOptions;

/** `main` registers the functions, `services` lets a host give them settings before that. */
const ENTRIES = ["main", "services"] as const;

/** Stacks name files and lines of the sources only where that is said before the code is loaded. */
const ENTRY_FILES = {
  "main.js": 'process.setSourceMapsEnabled(true);\nawait import("./chunks/main.js");\n',
  "services.js":
    'process.setSourceMapsEnabled(true);\nexport const { useServices } = await import("./chunks/services.js");\n',
};

const FUNCTIONS = {
  ...COMMON,
  entryPoints: ENTRIES.map((name) => ({ in: `functions/${name}.ts`, out: `chunks/${name}` })),
  chunkNames: "chunks/[name]-[hash]",
  format: "esm",
  // What is loaded by `import()` is in files of its own: an SDK costs nothing until it is needed.
  splitting: true,
  // Of ES modules esbuild keeps only what is used, so they are taken where a package has both kinds.
  mainFields: ["module", "main"],
  // The Functions worker puts it in place.
  external: ["@azure/functions-core"],
  // CommonJS packages load Node's modules with `require`, which an ES module does not have.
  banner: {
    js: 'const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);',
  },
  sourcemap: true,
  sourcesContent: false,
  plugins: [leaveOutUnused(ROOT), replacePackages(ROOT, OF_DURABLE_FUNCTIONS)],
} satisfies BuildOptions;

/** `require` cannot load an ES module's chunk in all versions of Node 22, so these are CommonJS. */
const LATE = {
  ...COMMON,
  entryPoints: LATE_PACKAGES.map((name) => ({ in: name, out: `chunks/${name}` })),
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  plugins: [replacePackages(ROOT, OF_AXIOS)],
} satisfies BuildOptions;

/** Bundles the functions. The same sources and packages give the same bytes. */
export async function bundleFunctions(): Promise<Bundle> {
  const [functions, late] = await Promise.all([build(FUNCTIONS), build(LATE)]);
  const outputs = { ...withoutUnreached(functions.metafile.outputs), ...late.metafile.outputs };
  const outputFiles = [...functions.outputFiles, ...late.outputFiles].filter(
    ({ path: file }) => `${FOLDER}/${nameOf(file)}` in outputs,
  );
  return {
    files: withOwnMaps(
      new Map([
        ...outputFiles.map(({ path: file, contents }) => [nameOf(file), contents] as const),
        ...Object.entries(ENTRY_FILES).map(([name, text]) => [name, Buffer.from(text)] as const),
      ]),
    ),
    metafile: {
      inputs: { ...functions.metafile.inputs, ...late.metafile.inputs },
      outputs,
    },
  };
}

/** esbuild also writes what is loaded by an `import()` that it has left out. */
function withoutUnreached(outputs: Metafile["outputs"]): Metafile["outputs"] {
  const entries = ENTRIES.map((name) => `${FOLDER}/chunks/${name}.js`);
  const reached = reachedFrom(outputs, entries, ["import-statement", "dynamic-import"]);
  return Object.fromEntries(
    Object.entries(outputs).filter(([name]) => reached.has(name.replace(/\.map$/u, ""))),
  );
}

function nameOf(file: string): string {
  return path.relative(path.join(ROOT, FOLDER), file).replaceAll("\\", "/");
}

/** A chunk without code of ours needs no map. */
function withOwnMaps(files: Files): Files {
  const kept = new Map(files);
  for (const [name, contents] of files) {
    const map = files.get(`${name}.map`);
    const own = map === undefined ? null : ownMap(map);
    if (own !== null) {
      kept.set(`${name}.map`, own);
    } else if (map !== undefined) {
      kept.delete(`${name}.map`);
      kept.set(name, withoutMap(contents));
    }
  }
  return kept;
}

/** Sources are named as if they stood in the package. */
function ownMap(map: Uint8Array): Uint8Array | null {
  const text = keepOwnMappings(Buffer.from(map).toString("utf8"), (source) => {
    const file = path.relative(ROOT, path.join(ROOT, FOLDER, "chunks", source));
    return /^(?:functions|shared)[\\/]/u.test(file) ? `../${file.replaceAll("\\", "/")}` : null;
  });
  return text === null ? null : Buffer.from(text);
}

function withoutMap(contents: Uint8Array): Uint8Array {
  const text = Buffer.from(contents).toString("utf8");
  return Buffer.from(text.replace(/^\/\/# sourceMappingURL=.*\n?/mu, ""));
}
