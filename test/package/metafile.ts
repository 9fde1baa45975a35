import type { ImportKind, Metafile } from "esbuild";

type Outputs = Metafile["outputs"];
type Output = Outputs[string];

/** Names of the chunks that an entry loads by plain imports, and by imports of these kinds too. */
export function reachedFrom(
  outputs: Outputs,
  entry: string,
  kinds: readonly ImportKind[],
): readonly string[] {
  const reached = new Set([`dist/app/chunks/${entry}.js`]);
  for (const name of reached) {
    for (const { path, kind, external } of outputs[name]?.imports ?? []) {
      if (external !== true && ["import-statement", ...kinds].includes(kind)) {
        reached.add(path);
      }
    }
  }
  return [...reached];
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
