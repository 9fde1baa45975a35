import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const TOOL = fileURLToPath(new URL("fake-tool.sh", import.meta.url));
const DEPLOY = fileURLToPath(new URL("../../infra/deploy.ts", import.meta.url));

/** What the fake `az` and `npm` do: answers in the order of the calls that begin with these words. */
export type Answers = Readonly<Record<string, readonly Answer[]>>;

interface Answer {
  readonly prints?: unknown;
  readonly says?: string;
  readonly exits?: number;
}

/** How a call of the deploy script ended, and which commands it had run. */
export interface Deployment {
  readonly code: number;
  readonly printed: string;
  readonly calls: readonly (readonly string[])[];
}

/** Runs the deploy script in an empty folder, with those tools alone on the PATH; `null`: there is no `az`. */
export async function deploy(
  words: readonly string[],
  answers: Answers | null,
): Promise<Deployment> {
  const folder = mkdtempSync(join(tmpdir(), "remediator-deploy-"));
  const tools = join(folder, "tools");
  mkdirSync(join(folder, "dist"));
  mkdirSync(join(tools, "answers"), { recursive: true });
  writeFileSync(join(tools, "calls"), "");
  // The longest first, since the first that fits is taken.
  const starts = Object.keys(answers ?? {}).toSorted((a, b) => b.length - a.length);
  starts.forEach((start, index) =>
    writeAnswers(join(tools, "answers", String(index)), start, answers?.[start] ?? []),
  );
  for (const name of answers === null ? [] : ["az", "npm"]) {
    copyFileSync(TOOL, join(tools, name));
  }
  try {
    return { ...(await run(words, folder, tools)), calls: callsIn(join(tools, "calls")) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeAnswers(folder: string, start: string, answers: readonly Answer[]): void {
  mkdirSync(folder);
  writeFileSync(join(folder, "start"), `${start}\n`);
  writeFileSync(join(folder, "count"), "0\n");
  answers.forEach(({ prints, says, exits }, index) => {
    const file = join(folder, String(index + 1));
    const printed = typeof prints === "string" ? prints : JSON.stringify(prints);
    writeFileSync(`${file}.out`, prints === undefined ? "" : `${printed}\n`);
    writeFileSync(`${file}.err`, says === undefined ? "" : `${says}\n`);
    writeFileSync(`${file}.code`, `${exits ?? 0}\n`);
  });
}

function callsIn(file: string): readonly (readonly string[])[] {
  const calls = readFileSync(file, "utf8").split("\u{1E}").slice(0, -1);
  return calls.map((call) => call.split("\u{1F}").slice(0, -1));
}

async function run(
  words: readonly string[],
  cwd: string,
  path: string,
): Promise<Pick<Deployment, "code" | "printed">> {
  return await new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [DEPLOY, ...words],
      { cwd, env: { PATH: path } },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, printed: stdout + stderr });
      },
    );
  });
}
