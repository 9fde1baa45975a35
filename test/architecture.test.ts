import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { posix } from "node:path";

import { describe, expect, it } from "vitest";

/** What one folder may import, beside itself. */
interface FolderRule {
  /** Folders of this project. */
  readonly folders: readonly string[];
  /** Folders of which only types may be imported. */
  readonly typesOf?: readonly string[];
  /** Files which may be loaded by `import()` only. */
  readonly dynamic?: readonly string[];
  /** Whether Node's own modules may be used; pure code may not. */
  readonly node: boolean;
}

const STAGES = ["signals", "facts", "backup", "remedies", "proof", "incidents"].map(
  (name) => `shared/${name}`,
);
const STAGE_RULE: FolderRule = {
  folders: ["shared/domain", "shared/azure", "shared/guest"],
  typesOf: ["shared/settings.ts"],
  node: true,
};
const DOMAIN_ONLY: FolderRule = { folders: ["shared/domain"], node: true };

/** The import table of the design. A longer path goes before a shorter one. */
const RULES: Readonly<Record<string, FolderRule>> = {
  "shared/domain": { folders: [], node: false },
  "shared/diagnosis": { folders: ["shared/domain"], node: false },
  ...Object.fromEntries(STAGES.map((stage) => [stage, STAGE_RULE])),
  "shared/azure": DOMAIN_ONLY,
  "shared/guest": DOMAIN_ONLY,
  "shared/settings.ts": { folders: ["shared/domain", "shared/settings"], node: true },
  "shared/settings": { folders: [], node: false },
  functions: { folders: ["shared"], node: true },
  "local/host": {
    folders: ["shared/domain"],
    dynamic: ["functions/main.ts", "functions/services.ts"],
    node: true,
  },
  "local/simulator": DOMAIN_ONLY,
  "local/package": DOMAIN_ONLY,
  "local/cli": {
    folders: ["local/host", "local/simulator", "shared", "infra/role-actions.json"],
    node: true,
  },
  infra: DOMAIN_ONLY,
};

const EVERYWHERE = ["functions", "shared", "local", "infra"];

/** Which folders may use an npm package; one that is not named here may be used nowhere. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  zod: EVERYWHERE,
  "ipaddr.js": EVERYWHERE,
  "@azure-rest/core-client": ["shared/azure"],
  "@azure/arm-compute": ["shared/azure"],
  "@azure/arm-network": ["shared/azure"],
  "@azure/identity": ["shared/azure"],
  "@azure/core-auth": ["shared/azure"],
  "@azure/core-rest-pipeline": ["shared/azure"],
  "@azure/data-tables": ["shared/azure"],
  "@azure/storage-blob": ["shared/azure"],
  "@azure/eventgrid": ["shared/azure"],
  jose: ["shared/azure"],
  "@opentelemetry/api": ["functions"],
  "@opentelemetry/resources": ["functions"],
  "@opentelemetry/sdk-metrics": ["functions"],
  "@opentelemetry/sdk-trace-base": ["functions"],
  "@opentelemetry/exporter-metrics-otlp-http": ["functions"],
  "@opentelemetry/exporter-trace-otlp-http": ["functions"],
  "@azure/monitor-opentelemetry-exporter": ["functions"],
  "@azure/functions": ["functions", "local/host"],
  "durable-functions": ["functions", "local/host"],
  hono: ["local/host", "local/simulator"],
  "@hono/node-server": ["local/host", "local/simulator"],
  ws: ["local/simulator"],
  commander: ["local/cli"],
  picocolors: ["local/cli"],
  esbuild: ["local/package"],
  yazl: ["local/package"],
};

/** Packages whose types alone may be used elsewhere too: the stages call clients that shared/azure built. */
const TYPES_OF_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "@azure/arm-compute": STAGES,
  "@azure/arm-network": STAGES,
  "@azure/data-tables": STAGES,
  "@azure/storage-blob": STAGES,
  "@azure/eventgrid": STAGES,
};

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

describe("the import table", () => {
  const files = EVERYWHERE.flatMap((folder) => sourcesIn(folder));

  it("is kept by every source file", () => {
    const faults = files.flatMap((file) => faultsOf(file, readFileSync(file, "utf8")));

    expect(faults).toEqual([]);
  });

  it("is checked against real files in every part", () => {
    for (const folder of EVERYWHERE) {
      expect(files.some((file) => isIn(file, folder))).toBe(true);
    }
  });

  it.each([
    ["shared/diagnosis/x.ts", 'import { a } from "../azure/a.ts";'],
    ["shared/diagnosis/x.ts", 'import type { S } from "../settings.ts";'],
    ["shared/domain/x.ts", 'import { a } from "../diagnosis/a.ts";'],
    ["shared/domain/x.ts", 'import { createHash } from "node:crypto";'],
    ["shared/diagnosis/x.ts", 'import { readFileSync } from "fs";'],
    ["shared/signals/x.ts", 'import { a } from "../facts/a.ts";'],
    ["shared/facts/x.ts", 'import { readSettings } from "../settings.ts";'],
    ["shared/facts/x.ts", 'import { type Settings } from "../settings.ts";'],
    ["shared/azure/x.ts", 'export { a } from "../guest/a.ts";'],
    ["shared/azure/x.ts", 'export * from "../facts/a.ts";'],
    ["shared/proof/x.ts", 'import {\n  a,\n  b,\n} from "../remedies/a.ts";'],
    ["shared/proof/x.ts", 'const a = await import("../remedies/a.ts");'],
    ["shared/proof/x.ts", 'export type A = import("../remedies/a.ts").A;'],
    ["shared/proof/x.ts", 'import "../remedies/a.ts";'],
    ["functions/triggers/x.ts", 'import { a } from "../../local/host/a.ts";'],
    ["local/simulator/x.ts", 'import { a } from "../../shared/guest/a.ts";'],
    ["local/simulator/guest/x.ts", 'import { a } from "../../host/a.ts";'],
    ["local/host/x.ts", 'import { services } from "../../functions/services.ts";'],
    ["local/host/x.ts", 'await import("../../functions/triggers/a.ts");'],
    ["local/cli/x.ts", 'import { a } from "../../functions/a.ts";'],
    ["functions/x.ts", 'import { ComputeManagementClient } from "@azure/arm-compute";'],
    ["shared/facts/x.ts", 'import { ComputeManagementClient } from "@azure/arm-compute";'],
    ["shared/domain/x.ts", 'import type { Snapshot } from "@azure/arm-compute";'],
    ["shared/facts/x.ts", 'import { parse } from "@azure/core-rest-pipeline";'],
    ["local/simulator/x.ts", 'import { app } from "@azure/functions";'],
    ["shared/remedies/x.ts", 'import * as df from "durable-functions";'],
    ["shared/azure/x.ts", 'import { Hono } from "hono/tiny";'],
    ["local/host/x.ts", 'import { Command } from "commander";'],
    ["shared/facts/x.ts", 'import a from "left-out";'],
    ["shared/facts/x.ts", 'import { a } from "../../test/builders.ts";'],
    ["shared/elsewhere/x.ts", ""],
  ])("rejects in %s: %s", (file, source) => {
    expect(faultsOf(file, source)).toHaveLength(1);
  });

  it.each([
    ["shared/diagnosis/x.ts", 'import { a } from "../domain/a.ts";\nimport { z } from "zod";'],
    ["shared/diagnosis/x.ts", 'import { a } from "./a.ts";'],
    ["shared/facts/x.ts", 'import type { Settings } from "../settings.ts";'],
    ["shared/facts/x.ts", 'import type { Subnet } from "@azure/arm-network";'],
    ["shared/facts/x.ts", 'import { connect } from "node:net";'],
    ["shared/azure/x.ts", 'const { a } = await import("@azure/arm-compute");'],
    ["functions/services.ts", 'import { a } from "../shared/facts/a.ts";'],
    ["local/host/x.ts", 'await import("../../functions/services.ts");'],
    ["local/cli/x.ts", 'import data from "../../package.json" with { type: "json" };'],
    ["shared/facts/x.ts", '/** Text that speaks of import { a } from "../proof/a.ts". */'],
    ["shared/facts/x.ts", '// import { a } from "../proof/a.ts";'],
  ])("admits in %s: %s", (file, source) => {
    expect(faultsOf(file, source)).toEqual([]);
  });
});

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => posix.join(folder, name.replaceAll("\\", "/")))
    .filter((file) => /\.(?:ts|mjs)$/u.test(file));
}

function faultsOf(file: string, source: string): readonly string[] {
  const folder = Object.keys(RULES).find((name) => isIn(file, name));
  const rule = folder === undefined ? undefined : RULES[folder];
  if (folder === undefined || rule === undefined) {
    return [`${file} is in no folder of the import table`];
  }
  return importsOf(source)
    .filter((found) => !mayImport(file, { folder, rule }, found))
    .map(({ specifier }) => `${file} must not import ${specifier}`);
}

function mayImport(
  file: string,
  { folder, rule }: { readonly folder: string; readonly rule: FolderRule },
  found: Import,
): boolean {
  if (isBuiltin(found.specifier)) {
    return rule.node;
  }
  if (!found.specifier.startsWith(".")) {
    return mayUsePackage(file, found);
  }
  const target = posix.join(posix.dirname(file), found.specifier);
  const isRootData = !target.includes("/") && target.endsWith(".json");
  return (
    isRootData ||
    [folder, ...rule.folders, ...onlyFor(rule, found)].some((name) => isIn(target, name))
  );
}

function mayUsePackage(file: string, { specifier, typeOnly }: Import): boolean {
  const name = packageOf(specifier);
  const users = [...(PACKAGES[name] ?? []), ...(typeOnly ? (TYPES_OF_PACKAGES[name] ?? []) : [])];
  return users.some((user) => isIn(file, user));
}

function onlyFor(rule: FolderRule, { typeOnly, dynamic }: Import): readonly string[] {
  return [...(typeOnly ? (rule.typesOf ?? []) : []), ...(dynamic ? (rule.dynamic ?? []) : [])];
}

/** Finds `import … from`, `export … from`, bare imports and `import()`; comments do not count. */
function importsOf(source: string): readonly Import[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gmu, "");
  const statements = code.matchAll(
    /^\s*(?:import|export)\s+(?<type>type\s)?(?:[^"';()=]*?from\s*)?["'](?<specifier>[^"']+)["']/gmu,
  );
  const calls = code.matchAll(/\bimport\(\s*["'](?<specifier>[^"']+)["']/gu);
  return [
    ...[...statements].map(({ groups }) => ({
      specifier: groups?.["specifier"] ?? "",
      typeOnly: groups?.["type"] !== undefined,
      dynamic: false,
    })),
    ...[...calls].map(({ groups }) => ({
      specifier: groups?.["specifier"] ?? "",
      typeOnly: false,
      dynamic: true,
    })),
  ];
}

function packageOf(specifier: string): string {
  const [scope = "", name = ""] = specifier.split("/");
  return scope.startsWith("@") ? `${scope}/${name}` : scope;
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
