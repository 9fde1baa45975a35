/** A part of a syntax tree, as the parser gives it. */
export type Part = Readonly<Record<string, unknown>>;

/** The part itself and all parts in it, each before its own parts. */
export function partsOf(tree: unknown): readonly Part[] {
  const parts: Part[] = [];
  collect(tree, parts);
  return parts;
}

function collect(tree: unknown, parts: Part[]): void {
  if (Array.isArray(tree)) {
    for (const each of tree) {
      collect(each, parts);
    }
  } else if (isObject(tree)) {
    if (typeof tree["type"] === "string") {
      parts.push(tree);
    }
    for (const each of Object.values(tree)) {
      collect(each, parts);
    }
  }
}

/** What lies at a path of properties; undefined if nothing does. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    found = isObject(found) ? found[name] : undefined;
  }
  return found;
}

/** The text at a path of properties; empty if there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
}

/** The list at a path of properties; empty if there is none. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

function isObject(value: unknown): value is Part {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
