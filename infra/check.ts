/**
 * Checks the Bicep files: no diagnostic at all, formatted, and the examples would deploy what their committed snapshots say.
 * `--update` renews formats and snapshots.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { z } from "zod";

import { type BicepServer, bicepVersion, startBicep } from "./tools/bicep-server.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Where a snapshot is made for. With all of them given, its names and scopes are concrete. */
const CONTEXT = {
  tenantId: "99999999-9999-9999-9999-999999999999",
  location: "westeurope",
  deploymentName: "static-ip-remediator",
};
const SUBSCRIPTION = { subscriptionId: "11111111-1111-1111-1111-111111111111" };
const MANAGEMENT_GROUP = { managementGroupId: "mg-landing-zones" };

/** What azd would set: main.bicepparam cannot be read without. */
const AZD_ENVIRONMENT = {
  AZURE_LOCATION: "westeurope",
  REMEDIATOR_WATCH: "/subscriptions/11111111-1111-1111-1111-111111111111",
};

const position = z.object({ line: z.number(), char: z.number() });
const compiled = z.object({
  diagnostics: z.array(
    z.object({
      source: z.string(),
      range: z.object({ start: position }),
      level: z.string(),
      code: z.string(),
      message: z.string(),
    }),
  ),
});
const formatted = z.object({ contents: z.string() });
const snapshotMade = z.object({ snapshot: z.string() });
const predicted = z.looseObject({
  diagnostics: z.array(z.unknown()),
  outputs: z.record(z.string(), z.unknown()),
});

/** A file that is not what it should be. */
interface Renewal {
  readonly file: string;
  readonly contents: string;
  readonly why: string;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { update: { type: "boolean", default: false } } });
  const started = performance.now();
  const found = await bicepVersion();
  if ("missing" in found) {
    print(`The Bicep files are not checked on this machine: ${found.missing}`);
    return 0;
  }
  const bicep = startBicep(AZD_ENVIRONMENT);
  const diagnostics = await diagnosticsOf(bicep);
  const renewals = diagnostics.length > 0 ? [] : await renewalsOf(bicep);
  bicep.stop();
  const problems = [...diagnostics, ...(values.update ? [] : renewals.map((it) => problemOf(it)))];
  if (values.update) {
    renewals.forEach((renewal) => renew(renewal));
  }
  problems.forEach((problem) => print(problem));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  print(`infra: ${problems.length} problems, ${seconds} s, ${found.version}`);
  return problems.length === 0 ? 0 : 1;
}

/** A wrong property is a mere warning in Bicep: any diagnostic is a problem. */
async function diagnosticsOf(bicep: BicepServer): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const file of files("**/*.{bicep,bicepparam}")) {
    const method = file.endsWith("param") ? "bicep/compileParams" : "bicep/compile";
    const input = { path: join(HERE, file), parameterOverrides: {} };
    const { diagnostics } = await bicep.ask(method, input, compiled);
    lines.push(
      ...diagnostics.map(({ source, range, level, code, message }) => {
        const { line, char } = range.start;
        return `${source}:${line + 1}:${char + 1} ${level} ${code}: ${message}`;
      }),
    );
  }
  return [...new Set(lines)];
}

async function renewalsOf(bicep: BicepServer): Promise<readonly Renewal[]> {
  const wanted: Renewal[] = [];
  for (const file of files("**/*.{bicep,bicepparam}")) {
    const { contents } = await bicep.ask("bicep/format", { path: join(HERE, file) }, formatted);
    wanted.push({ file, contents, why: "is not formatted" });
  }
  for (const file of files("examples/*.bicepparam")) {
    wanted.push({
      file: file.replace(/\.bicepparam$/u, ".snapshot.json"),
      contents: await snapshotOf(bicep, file),
      why: "is not what its example would deploy",
    });
  }
  return wanted.filter(({ file, contents }) => contents !== read(file));
}

async function snapshotOf(bicep: BicepServer, file: string): Promise<string> {
  const scope = read(file)?.includes(".mg.bicep'") === true ? MANAGEMENT_GROUP : SUBSCRIPTION;
  const metadata = { ...CONTEXT, ...scope };
  const input = { path: join(HERE, file), metadata, externalInputs: [] };
  const { snapshot } = await bicep.ask("bicep/getSnapshot", input, snapshotMade);
  const { outputs, ...rest } = predicted.parse(JSON.parse(snapshot));
  // The Bicep CLI writes them in another order each time.
  const sorted = Object.entries(outputs).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ ...rest, outputs: Object.fromEntries(sorted) }, null, 2)}\n`;
}

function problemOf({ file, why }: Renewal): string {
  return `infra/${file} ${why}. Renew it: npm run infra -- --update`;
}

function renew({ file, contents, why }: Renewal): void {
  writeFileSync(join(HERE, file), contents);
  print(`renewed infra/${file}, which ${why}`);
}

function files(pattern: string): readonly string[] {
  return globSync(pattern, { cwd: HERE }).toSorted();
}

function read(file: string): string | null {
  try {
    return readFileSync(join(HERE, file), "utf8");
  } catch {
    return null;
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  process.exitCode = await main();
} catch (error) {
  print(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
