import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import type { Plugin, PluginBuild } from "esbuild";

/** Leaves out what no code of ours reaches and esbuild cannot know, because one object or one import stands for all of it. */
export function leaveOutUnused(root: string): Plugin {
  return {
    name: "leave-out-unused",
    setup: (build) => {
      takeBuiltIns(build);
      takeZodApart(build);
      keepUsedOperations(build, wordsOf(root, ["functions", "shared"]));
    },
  };
}

/** An `import` of Node's own modules reads each of their exports, and so loads what is behind them: undici, WebCrypto. */
function takeBuiltIns(build: PluginBuild): void {
  const namespace = "built-in";
  build.onResolve({ filter: /^node:/ }, ({ path: name, kind }) =>
    kind === "import-statement" ? { path: name, namespace } : undefined,
  );
  build.onLoad({ filter: /./, namespace }, ({ path: name }) => ({
    contents: `module.exports = process.getBuiltinModule("${name}");`,
  }));
}

/** esbuild keeps all of `z`, with the messages of every language, unless it is imported as a namespace. */
function takeZodApart(build: PluginBuild): void {
  build.onLoad({ filter: /[\\/](?:functions|shared)[\\/].+\.ts$/ }, ({ path: file }) => ({
    contents: readFileSync(file, "utf8").replace(
      /^import \{ z \} from "zod";$/mu,
      'import * as z from "zod";',
    ),
    loader: "ts",
  }));
}

const OPERATIONS = /^ *this\.(?<group>\w+) = _get\w+Operations\(this\._client\);$/gmu;
const DESERIALIZERS =
  /^import \{(?<names>[^}]*)\} from "\.\/api\/(?<group>\w+)\/operations\.js";$/gmu;

/**
 * The clients of Azure Resource Manager hold an object for each kind of resource, over a hundred of them. One that no source file
 * mentions is left out.
 */
function keepUsedOperations(build: PluginBuild, words: ReadonlySet<string>): void {
  const folder = String.raw`[\\/]@azure[\\/]arm-[a-z]+[\\/]dist[\\/]esm[\\/]`;
  const client = new RegExp(`${folder}[a-z]+ManagementClient\\.js$`);
  build.onLoad({ filter: client }, ({ path: file }) => ({
    contents: edit(file, OPERATIONS, (line, { group = "" }) => (words.has(group) ? line : "")),
  }));
  const restored = new RegExp(`${folder}restorePollerHelpers\\.js$`);
  build.onLoad({ filter: restored }, ({ path: file }) => ({
    contents: edit(file, DESERIALIZERS, (line, { group = "", names = "" }) =>
      words.has(group) ? line : withoutDeserializers(names),
    ),
  }));
}

/** Without its deserializer, an operation is one that the client says it does not have. */
function withoutDeserializers(names: string): string {
  return names
    .split(",")
    .map((name) => name.trim().split(" as ").at(-1) ?? "")
    .filter((name) => name !== "")
    .map((name) => `const ${name} = undefined;`)
    .join("\n");
}

function edit(
  file: string,
  pattern: RegExp,
  change: (text: string, groups: Readonly<Record<string, string>>) => string,
): string {
  const text = readFileSync(file, "utf8");
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) {
    throw new Error(`Cannot tell the operations of ${file}: it is written in another way.`);
  }
  let edited = text;
  for (const match of found) {
    edited = edited.replace(match[0], () => change(match[0], match.groups ?? {}));
  }
  return edited;
}

function wordsOf(root: string, folders: readonly string[]): ReadonlySet<string> {
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => path.join(root, folder, name)),
  );
  return new Set(files.flatMap((file) => readFileSync(file, "utf8").match(/\w+/gu) ?? []));
}
