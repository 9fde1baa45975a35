import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { z } from "zod";

const callSchema = z.array(z.string());

/** An `az` of its own, for a PATH: a program in JavaScript which is told its arguments, and whose calls are recorded. */
export interface FakeAz {
  /** The given PATH with this `az` in front. */
  path(rest: string): string;
  /** The arguments of each call so far. */
  calls(): readonly (readonly string[])[];
  /** A file that it keeps. */
  read(file: string): string;
  remove(): void;
}

/** Makes an `az` that runs this body of a function of `words` and `folder`, in which it may keep what it has to remember. */
export function makeFakeAz(body: string): FakeAz {
  const folder = mkdtempSync(join(tmpdir(), "fake-az-"));
  const log = join(folder, "calls.jsonl");
  writeFileSync(log, "");
  writeFileSync(
    join(folder, "az.mjs"),
    `import * as fs from "node:fs";
const folder = ${JSON.stringify(folder)};
const words = process.argv.slice(2);
fs.appendFileSync(${JSON.stringify(log)}, JSON.stringify(words) + "\\n");
${body}`,
  );
  const program = join(folder, "az");
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${folder}/az.mjs' "$@"\n`);
  chmodSync(program, 0o755);
  return {
    path: (rest) => `${folder}${delimiter}${rest}`,
    calls: () =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => callSchema.parse(JSON.parse(line))),
    read: (file) => readFileSync(join(folder, file), "utf8"),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The body of an `az` where somebody is signed in: each call gives another token, valid for so many seconds. */
export function tokensFor(seconds: number): string {
  return `const n = fs.readFileSync(folder + "/calls.jsonl", "utf8").split("\\n").length - 1;
console.log(JSON.stringify({ accessToken: "token-" + n, expires_on: Math.floor(Date.now() / 1000) + ${seconds}, tokenType: "Bearer" }));`;
}
