import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, describe, expect, it } from "vitest";

const INFRA = fileURLToPath(new URL("../../infra", import.meta.url));

/** What the script needs of a machine; neither `bicep` nor `dotnet`. */
const PLAIN = ["bash", "env", "dirname", "uname", "mkdir"];

const folder = mkdtempSync(join(tmpdir(), "remediator-bicep-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A PATH with those programs and these scripts. */
function pathWith(name: string, scripts: Readonly<Record<string, string>>): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const program of PLAIN) {
    const target = execFileSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" });
    symlinkSync(target.trim(), join(path, program));
  }
  for (const [script, lines] of Object.entries(scripts)) {
    writeFileSync(join(path, script), `#!/usr/bin/env bash\n${lines}\n`, { mode: 0o755 });
  }
  return path;
}

/** Runs the script from a checkout that never fetched a CLI. */
function bicep(path: string, variables: Readonly<Record<string, string>> = {}): unknown[] {
  const tools = join(`${path}-checkout`, "infra", "tools");
  mkdirSync(tools, { recursive: true });
  for (const file of ["bicep", "bicep.csproj"]) {
    copyFileSync(join(INFRA, "tools", file), join(tools, file));
  }
  const env = { PATH: path, ...variables };
  const ended = spawnSync(join(tools, "bicep"), ["lint", "a b"], { env, encoding: "utf8" });
  return [ended.status, ended.stdout + ended.stderr];
}

describe("the Bicep CLI of a machine", () => {
  it("is the one on the PATH, if there is one", () => {
    const path = pathWith("own", { bicep: 'printf "[%s]" "$@"', dotnet: "exit 9" });

    expect(bicep(path)).toEqual([0, "[lint][a b]"]);
  });

  it("may be missing for a user, with a reason, and is a failure for CI", () => {
    const path = pathWith("none", {});
    const reason = "neither bicep nor dotnet is on the PATH\n";

    expect(bicep(path)).toEqual([3, reason]);
    rmSync(`${path}-checkout`, { recursive: true });
    expect(bicep(path, { CI: "true" })).toEqual([1, reason]);
  });

  it("is missing too when it cannot be fetched, with NuGet's own words", () => {
    const path = pathWith("offline", { dotnet: "echo no route to host; exit 1" });

    const [code, said] = bicep(path);

    expect(code).toBe(3);
    expect(said).toContain("no route to host");
    expect(said).toContain("could not be restored from NuGet");
  });
});

describe("npm run infra without a Bicep CLI", () => {
  it("says that nothing was checked, and succeeds", () => {
    const path = pathWith("skipped", { bicep: "echo nothing here >&2; exit 3" });

    const ended = spawnSync(process.execPath, [join(INFRA, "check.ts")], {
      env: { PATH: path },
      encoding: "utf8",
    });

    expect([ended.status, ended.stdout]).toEqual([
      0,
      "The Bicep files are not checked on this machine: nothing here\n",
    ]);
  });

  it("fails where its CLI is broken", () => {
    const path = pathWith("broken", { bicep: "echo no such library >&2; exit 127" });

    const ended = spawnSync(process.execPath, [join(INFRA, "check.ts")], {
      env: { PATH: path },
      encoding: "utf8",
    });

    expect([ended.status, ended.stdout]).toEqual([
      1,
      "Cannot run the Bicep CLI: no such library\n",
    ]);
  });
});
