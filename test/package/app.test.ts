import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { unpackPackage } from "../../local/cli/host/unpack-package.ts";
import { makeApp } from "../../local/package/app-files.ts";
import type { App } from "../../local/package/app-files.ts";
import { zip } from "../../local/package/zip.ts";
import { atLoad, ownFiles, packagesIn } from "./metafile.ts";

/** Aim of the zip, and what may be loaded before the first call, in bytes. */
const ZIP_BYTES = 1_000_000;
const BYTES_AT_LOAD = 800_000;

/** All else is loaded when it is first needed. */
const PACKAGES_AT_LOAD = [
  "@azure/functions",
  "@azure/functions-extensions-base",
  "@opentelemetry/api",
  "cookie",
  "durable-functions",
  "ipaddr.js",
  "uuid",
  "validator",
  "zod",
];

const WORKER = path.join(import.meta.dirname, "functions-worker.ts");
const workerSchema = z.object({ functions: z.array(z.string()), stack: z.string() });

let app: App = { files: new Map(), metafile: { inputs: {}, outputs: {} } };
let packed: Buffer = Buffer.alloc(0);
let folder = "";

beforeAll(async () => {
  app = await makeApp();
  packed = await zip(app.files);
  folder = mkdtempSync(path.join(tmpdir(), "remediator-app-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("the zip", () => {
  it("is below 1 MB", () => {
    expect(packed.length).toBeLessThan(ZIP_BYTES);
  });

  it("has no file that is not needed", () => {
    const names = [...app.files.keys()].toSorted();
    const scripts = readdirSync("shared/guest").filter((name) => name.endsWith(".ps1"));

    expect(names.filter((name) => !name.startsWith("chunks/"))).toEqual(
      [
        "LICENSE",
        "THIRD-PARTY-NOTICES.txt",
        "host.json",
        "main.js",
        "package.json",
        "services.js",
        ...scripts.map((name) => `shared/guest/${name}`),
      ].toSorted(),
    );
    expect(names.filter((name) => !/\.(?:js|cjs|js\.map|ps1|json|txt)$/u.test(name))).toEqual([
      "LICENSE",
    ]);
    const code = names.filter((name) => /^chunks\/.*js$/u.test(name));
    const named = code.map((name) => path.basename(name));
    const texts = [...app.files].map(([, contents]) => Buffer.from(contents).toString("utf8"));
    expect(named.filter((name) => !texts.some((text) => text.includes(`/${name}`)))).toEqual([]);
  });

  it("is the same in whatever order its files come", async () => {
    const turned = new Map([...app.files].toReversed());

    expect((await zip(turned)).equals(packed)).toBe(true);
  });

  it("unpacks to the files that went in", () => {
    const file = path.join(folder, "app.zip");
    writeFileSync(file, packed);

    const unpacked = path.join(folder, "unpacked");
    unpackPackage(file, unpacked);

    const names = readdirSync(unpacked, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(unpacked, path.join(entry.parentPath, entry.name)));
    expect(names.toSorted()).toEqual([...app.files.keys()].toSorted());
    for (const [name, contents] of app.files) {
      expect(readFileSync(path.join(unpacked, name)).equals(contents)).toBe(true);
    }
  });

  it.each([
    { what: "a name that leads out of the folder", from: "main.js", to: "../x.js" },
    { what: "no end", from: "PK\u0005\u0006", to: "PK\u0005\u0007" },
  ])("is refused with $what", ({ from, to }) => {
    const file = path.join(folder, "bad.zip");
    writeFileSync(file, packed.toString("latin1").replaceAll(from, to), "latin1");

    expect(() => {
      unpackPackage(file, path.join(folder, "bad"));
    }).toThrow(/^Cannot unpack /u);
    expect(readdirSync(folder)).not.toContain("x.js");
  });

  it("has every kind of Azure resource that a client is asked for", () => {
    const asked = sourcesIn("shared").flatMap((text) =>
      [...text.matchAll(/\bclient\.(?<group>\w+)\.\w+\(/gu)].map(({ groups }) => groups?.["group"]),
    );
    const code = [...app.files]
      .filter(([name]) => name.endsWith(".js"))
      .map(([, contents]) => Buffer.from(contents).toString("utf8"))
      .join("\n");

    expect(new Set(asked)).toContain("networkInterfaces");
    expect(asked.filter((group) => !code.includes(`this.${group}=`))).toEqual([]);
    expect(code).not.toContain("this.virtualHubs=");
  });

  it("names every bundled package with its licence", () => {
    const notices = Buffer.from(app.files.get("THIRD-PARTY-NOTICES.txt") ?? "").toString("utf8");

    const missing = packagesIn(Object.values(app.metafile.outputs)).filter(
      (name) => !new RegExp(`^${name} \\d`, "mu").test(notices),
    );
    expect(missing).toEqual([]);
    expect(notices).toContain("Permission is hereby granted, free of charge");
  });
});

describe("what is loaded before the first call", () => {
  it("has no SDK and no store in it", () => {
    const loaded = atLoad(app.metafile.outputs);

    expect(packagesIn(loaded)).toEqual(PACKAGES_AT_LOAD);
    expect(ownFiles(loaded)).not.toContain("shared/incidents/sqlite/sqlite-store.ts");
    expect(ownFiles(loaded)).not.toContain("shared/azure/clients.ts");
  });

  it(`is below ${BYTES_AT_LOAD} bytes`, () => {
    const loaded = atLoad(app.metafile.outputs);

    const bytes = loaded.reduce((sum, output) => sum + output.bytes, 0);
    expect(bytes).toBeLessThan(BYTES_AT_LOAD);
  });
});

describe("the app in a Functions worker, away from all npm packages", () => {
  it("registers the functions of the sources, and names their lines in stacks", async () => {
    for (const [name, contents] of app.files) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), contents);
    }

    const bundled = await loadInWorker(path.join(folder, "main.js"));

    const sources = await loadInWorker(path.resolve("functions/main.ts"));
    expect(bundled.functions).toEqual(sources.functions);
    expect(bundled.functions).toContain("nicChanged");
    const [ofBundle, ofSources] = [bundled, sources].map(
      ({ stack }) => /(?:functions|shared)\/[\w/-]+\.ts:\d+/u.exec(stack)?.[0],
    );
    expect(ofBundle).toMatch(/\.ts:\d+$/u);
    expect(ofBundle).toBe(ofSources);
  });
});

function sourcesIn(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(path.join(root, name), "utf8"));
}

async function loadInWorker(main: string): Promise<z.output<typeof workerSchema>> {
  const { stdout } = await promisify(execFile)(process.execPath, [WORKER, main]);
  return workerSchema.parse(JSON.parse(stdout));
}
