#!/usr/bin/env node
// Starts the command line on a Node that can run TypeScript sources. Only syntax that Node 14 can parse may stand here:
// an older Node must get as far as the message below.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-argument, typescript/strict-boolean-expressions -- plain JavaScript, outside of the type check */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const MINIMUM = [22, 18];
const QUIET_WARNINGS =
  /SQLite is an experimental feature|Type Stripping is an experimental feature/;
/** By then a host has loaded what it needs for its first run. */
const FLUSH_AFTER_MS = 4000;
const here = fileURLToPath(import.meta.url);

function isNewEnough(version) {
  const [major, minor] = version.replace(/^v/, "").split(".").map(Number);
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
}

/** The Node binary that came with this project's packages; undefined if none did. */
function packagedNode() {
  const system = process.platform === "win32" ? "win" : process.platform;
  const file = join(
    `node-${system}-${process.arch}`,
    "bin",
    process.platform === "win32" ? "node.exe" : "node",
  );
  let folder = dirname(here);
  for (;;) {
    const candidate = join(folder, "node_modules", file);
    if (existsSync(candidate)) {
      return candidate;
    }
    const parent = dirname(folder);
    if (parent === folder) {
      return undefined;
    }
    folder = parent;
  }
}

function runWith(binary) {
  const child = spawn(binary, [here, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(name, (signal) => child.kill(signal));
  }
  child.on("error", (error) => {
    process.stderr.write(`error: cannot start ${binary}: ${error.message}\n`);
    process.exit(2);
  });
  child.on("exit", (code, signal) => {
    process.exit(signal === null ? code : 128 + constants.signals[signal]);
  });
}

/** Keeps the notices about Node's own SQLite and TypeScript off the screen; every other warning still shows. */
function hideExperimentalNotices() {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning, ...rest) => {
    const text = String(warning && warning.message ? warning.message : warning);
    if (!QUIET_WARNINGS.test(text)) {
      emitWarning(warning, ...rest);
    }
  };
}

/** Keeps compiled code in this project's packages, so that the next start is quicker; where that cannot be, nothing happens. */
async function keepCompiledCode() {
  const { enableCompileCache, flushCompileCache } = await import("node:module");
  enableCompileCache(join(dirname(here), "../../node_modules/.cache/remediator"));
  // Not only at the end: whoever is killed leaves nothing behind.
  setTimeout(flushCompileCache, FLUSH_AFTER_MS).unref();
}

async function runMain() {
  await keepCompiledCode();
  const commandLine = await import("./main.ts");
  await commandLine.main(process.argv.slice(2));
}

function start() {
  if (isNewEnough(process.version)) {
    hideExperimentalNotices();
    void runMain();
    return;
  }
  const binary = packagedNode();
  if (binary === undefined) {
    process.stderr.write(
      `error: remediator needs Node ${MINIMUM.join(".")} or newer and this is ${process.version}: install a newer Node, or run "npm ci" without --omit=optional on Linux or Windows.\n`,
    );
    process.exitCode = 2;
    return;
  }
  runWith(binary);
}

start();
