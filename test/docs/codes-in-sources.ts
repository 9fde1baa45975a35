import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";

import { parseAst } from "vitest/node";

import { at, listAt, partsOf, textAt, type Part } from "./syntax.ts";

/** Where codes are made. Simulated Azure gives Azure's own. */
const FOLDERS = ["shared", "functions", "infra", "local/cli", "local/host", "local/package"];

/** Unions whose members become codes by a variable. */
const UNIONS = new Set(["DiagnosisKind", "IgnoredReason", "OpenKind", "RunCommandObstacle"]);

/** Properties in which a run keeps the code of its outcome. */
const KEEPERS = new Set(["code", "healedBy"]);

/** Functions of others that take codes of their own. */
const FOREIGN_TAKERS = new Set(["addIssue", "emitWarning", "setStatus"]);

/** Codes in kebab-case; those of Azure and of Node.js have capital letters. */
const CODE = /^(?:[a-z][a-z\d]*|\*)(?:-(?:[a-z\d]+|\*))*$/u;

/** A file of the program. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** What the sources tell of codes. */
export interface CodesFound {
  /** Each code, with a file that gives it. `*` stands for what is only known as it runs. */
  readonly codes: ReadonlyMap<string, string>;
  /** Expressions that give a code, and do not show which: `FILE: TEXT`. */
  readonly unclear: readonly string[];
}

/** All sources of the program which may give a code, guest scripts included. */
export function programSources(): readonly Source[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => posix.join(folder, name.replaceAll("\\", "/")))
      .filter((file) => /\.(?:ts|ps1)$/u.test(file))
      .map((file) => ({ file, text: readFileSync(file, "utf8") })),
  );
}

/**
 * Collects every code: what stands in a property, a variable or an argument named `code`, what functions named `codeOf…`
 * return, and what constants named `…CODES`, the exits of the guest scripts, their `error = '…'` and the unions above list.
 */
export function codesIn(sources: readonly Source[]): CodesFound {
  const trees = sources
    .filter(({ file }) => file.endsWith(".ts"))
    .map(({ file, text }) => ({ file, text, parts: parsed(text) }));
  const exported = takersIn(trees.flatMap(({ parts }) => parts.flatMap(exportedIn)));
  const found = [
    ...trees.flatMap(({ file, text, parts }) => codesOf({ file, text }, parts, exported)),
    ...sources.filter(({ file }) => file.endsWith(".ps1")).flatMap(errorsOf),
  ];
  return {
    codes: new Map(
      found.filter(({ kind }) => kind === "code").map(({ text, file }) => [text, file]),
    ),
    unclear: found
      .filter(({ kind }) => kind === "unclear")
      .map(({ text, file }) => `${file}: ${text}`),
  };
}

/** A code, or an expression that does not show its code. */
interface Found {
  readonly kind: "code" | "unclear";
  readonly file: string;
  readonly text: string;
}

function parsed(text: string): readonly Part[] {
  // oxlint-disable-next-line typescript/no-deprecated -- Vitest passes on no other parser of Vite
  return partsOf(parseAst(text, { lang: "ts" }));
}

function errorsOf({ file, text: script }: Source): readonly Found[] {
  return [...script.matchAll(/\berror = '(?<code>[^']+)'/gu)].map(([, text = ""]) => ({
    kind: "code",
    file,
    text,
  }));
}

/** Functions by name, with the place of their parameter `code`. */
type Takers = ReadonlyMap<string, number>;

function codesOf(
  { file, text }: Source,
  parts: readonly Part[],
  exported: Takers,
): readonly Found[] {
  const takers = new Map([...exported, ...takersIn(parts)]);
  const foreign = new Set(parts.filter(isForeignCall).flatMap((call) => partsOf(call)));
  const given = parts.flatMap((each) =>
    foreign.has(each) ? [] : (GIVEN_BY[textAt(each, "type")]?.(each, takers) ?? []),
  );
  return given.flatMap(valuesOf).flatMap((value): readonly Found[] => {
    if (typeof value === "string") {
      return CODE.test(value) ? [{ kind: "code", file, text: value }] : [];
    }
    const unclear = text.slice(Number(value["start"]), Number(value["end"]));
    return [{ kind: "unclear", file, text: unclear.replaceAll(/\s+/gu, " ") }];
  });
}

function exportedIn(part: Part): readonly Part[] {
  const declared = at(part, "declaration");
  return part["type"] === "ExportNamedDeclaration" && isFunction(declared) ? [declared] : [];
}

function isFunction(value: unknown): value is Part {
  return at(value, "type") === "FunctionDeclaration";
}

/** Functions without such a parameter count too: one of that name takes no code in that file. */
function takersIn(parts: readonly Part[]): Takers {
  return new Map(
    parts
      .filter(isFunction)
      .map((each) => [
        textAt(each, "id", "name"),
        listAt(each, "params").findIndex((taken) => textAt(taken, "name") === "code"),
      ]),
  );
}

function isForeignCall(part: Part): boolean {
  const name = textAt(part, "callee", "property", "name");
  return part["type"] === "CallExpression" && FOREIGN_TAKERS.has(name);
}

/** By kind of a part: expressions in it whose value becomes a code. */
const GIVEN_BY: Readonly<Record<string, (part: Part, takers: Takers) => readonly unknown[]>> = {
  // `{ code }` passes on what was given elsewhere.
  ObjectExpression: (part) =>
    listAt(part, "properties")
      .filter((each) => textAt(each, "key", "name") === "code" && at(each, "shorthand") === false)
      .map((each) => at(each, "value")),
  VariableDeclarator: (part) => [
    ...(textAt(part, "id", "name") === "code" ? [part["init"]] : []),
    ...(/CODES$|Exit$/u.test(textAt(part, "id", "name")) ? literalsOf(part) : []),
  ],
  AssignmentExpression: (part) =>
    KEEPERS.has(textAt(part, "left", "property", "name")) ? [part["right"]] : [],
  CallExpression: (part, takers) => {
    const place = takers.get(textAt(part, "callee", "name")) ?? -1;
    return place < 0 ? [] : listAt(part, "arguments").slice(place, place + 1);
  },
  FunctionDeclaration: (part) =>
    textAt(part, "id", "name").startsWith("codeOf") ? returnedBy(part) : [],
  TSTypeAliasDeclaration: (part) =>
    UNIONS.has(textAt(part, "id", "name")) ? literalsOf(part) : [],
};

function returnedBy(part: Part): readonly unknown[] {
  return partsOf(part)
    .filter(({ type }) => type === "ReturnStatement")
    .map((each) => each["argument"]);
}

function literalsOf(part: Part): readonly Part[] {
  return partsOf(part).filter(({ type }) => type === "Literal");
}

/** The texts that an expression may give; a part where that cannot be seen. What is passed on was given elsewhere. */
function valuesOf(expression: unknown): readonly (string | Part)[] {
  switch (at(expression, "type")) {
    case "Literal":
      return [textAt(expression, "value")];
    case "TemplateLiteral":
      return [
        listAt(expression, "quasis")
          .map((piece) => textAt(piece, "value", "cooked"))
          .join("*"),
      ];
    case "ConditionalExpression":
      return [at(expression, "consequent"), at(expression, "alternate")].flatMap(valuesOf);
    case "LogicalExpression":
      return [at(expression, "left"), at(expression, "right")].flatMap(valuesOf);
    default:
      return isKnownElsewhere(expression) ? [] : partsOf(expression).slice(0, 1);
  }
}

/** A `code` that is passed on, a list or function that is read itself, or a schema, which reads what others give. */
function isKnownElsewhere(expression: unknown): boolean {
  const root = textAt(rootOf(expression), "name");
  const passed = root === "code" || textAt(expression, "property", "name") === "code";
  return passed || root === "z" || root.endsWith("CODES") || root.startsWith("codeOf");
}

/** `z` of `z.string().optional()`. */
function rootOf(expression: unknown): unknown {
  const inner = at(expression, "callee") ?? at(expression, "object");
  return inner === undefined ? expression : rootOf(inner);
}
