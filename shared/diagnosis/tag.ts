import type { VmFacts } from "../domain/facts.ts";

/** A tag's value in lower case; null if the VM has none. Azure keeps the letter case of tag names but does not tell names apart by it. */
export function tagOf({ tags }: Pick<VmFacts, "tags">, name: string): string | null {
  const entry = Object.entries(tags).find(([key]) => key.toLowerCase() === name);
  return entry === undefined ? null : entry[1].trim().toLowerCase();
}
