import { z } from "zod";

import { nearestWord } from "./nearest-word.ts";

type Issue = z.core.$ZodIssue;

type SchemaNode = z.core.JSONSchema.BaseSchema;

/** One text for each fault in the data, naming its place; an unknown key comes with the nearest known one. */
export function problemsOf(schema: z.ZodType, data: unknown, error: z.ZodError): string[] {
  const root = z.toJSONSchema(schema, { io: "input" });
  return error.issues
    .flatMap((issue) => unwrapped(issue))
    .flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => unknownKey(root, data, issue.path, key))
        : [`${pathText(issue.path)}: ${issue.message}`],
    );
}

/** Where one form of several is almost right, its unknown key says more than "invalid input". */
function unwrapped(issue: Issue): readonly Issue[] {
  if (issue.code !== "invalid_union") {
    return [issue];
  }
  const inner = issue.errors
    .flat()
    .filter((nested) => nested.code === "unrecognized_keys")
    .map((nested) => Object.assign({}, nested, { path: [...issue.path, ...nested.path] }));
  return inner.length === 0 ? [issue] : inner;
}

function unknownKey(
  root: SchemaNode,
  data: unknown,
  path: readonly PropertyKey[],
  key: string,
): string {
  const nearest = nearestWord(key, knownKeys(root, data, path));
  const hint = nearest === null ? "" : `; the nearest known one is "${nearest}"`;
  return `${pathText(path)}: unknown key "${key}"${hint}`;
}

function knownKeys(root: SchemaNode, data: unknown, path: readonly PropertyKey[]): string[] {
  let nodes = formsOf(root, data);
  let value = data;
  for (const step of path) {
    value = childOf(value, step);
    nodes = nodes
      .map((node) => (typeof step === "number" ? node.items : node.properties?.[String(step)]))
      .filter(isNode)
      .flatMap((node) => formsOf(node, value));
  }
  return nodes.flatMap((node) => Object.keys(node.properties ?? {}));
}

/** The forms of a node which the value can have: those whose fixed words it uses. */
function formsOf(node: SchemaNode, value: unknown): readonly SchemaNode[] {
  const forms = [...(node.anyOf ?? []), ...(node.oneOf ?? [])].filter(isNode);
  return forms.length === 0
    ? [node]
    : forms.filter((form) => isFormOf(form, value)).flatMap((form) => formsOf(form, value));
}

function isFormOf(form: SchemaNode, value: unknown): boolean {
  return Object.entries(form.properties ?? {}).every(
    ([key, node]) =>
      !isNode(node) || node.const === undefined || node.const === childOf(value, key),
  );
}

function isNode(node: unknown): node is SchemaNode {
  return typeof node === "object" && node !== null && !Array.isArray(node);
}

function childOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "(top)" : path.map(String).join(".");
}
