import type { Metafile } from "esbuild";

import { reachedFrom } from "../../local/package/reached.ts";

type Outputs = Metafile["outputs"];
type Output = Outputs[string];

/** The outputs that are loaded before the first call. */
export function atLoad(outputs: Outputs): readonly Output[] {
  const names = reachedFrom(outputs, ["dist/app/chunks/main.js"], ["import-statement"]);
  return [...names].flatMap((name) => outputs[name] ?? []);
}

/** Names of the packages of which something is in the outputs, in alphabetical order. */
export function packagesIn(outputs: readonly Output[]): readonly string[] {
  const names = inputsOf(outputs).map(
    (file) => /.*node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)\//u.exec(file)?.groups?.["name"],
  );
  return [...new Set(names.filter((name) => name !== undefined))].toSorted();
}

/** This project's own files in the outputs. */
export function ownFiles(outputs: readonly Output[]): readonly string[] {
  return inputsOf(outputs).filter((file) => /^(?:functions|shared)\//u.test(file));
}

function inputsOf(outputs: readonly Output[]): readonly string[] {
  return outputs.flatMap(({ inputs }) =>
    Object.keys(inputs).filter((file) => (inputs[file]?.bytesInOutput ?? 0) > 0),
  );
}
