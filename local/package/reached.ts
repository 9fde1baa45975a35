import type { Metafile } from "esbuild";

/** The outputs that these outputs load by imports of these kinds, and themselves. */
export function reachedFrom(
  outputs: Metafile["outputs"],
  names: readonly string[],
  kinds: readonly string[],
): ReadonlySet<string> {
  const reached = new Set(names);
  // What is added meanwhile has its turn too.
  for (const name of reached) {
    for (const { path, kind, external } of outputs[name]?.imports ?? []) {
      if (external !== true && kinds.includes(kind)) {
        reached.add(path);
      }
    }
  }
  return reached;
}
