import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { DefectError } from "../domain/errors.ts";

/** The scripts that this program runs inside Windows. */
export type GuestScriptName =
  | "read-guest"
  | "switch-to-dhcp"
  | "set-addresses"
  | "repair-adapter"
  | "restore-static"
  | "look-further"
  | "remove-ghosts";

/** What a script gets: flat, so that Windows PowerShell 5.1 reads it without surprises. */
export type GuestScriptParameters = Readonly<Record<string, string | number | boolean>>;

const PARAMETERS_LINE = /^\$EncodedParameters = '[A-Za-z0-9+/=]*'$/u;
const INCLUDE_LINE = /^# include: (?<file>[a-z-]+\.ps1)$/u;

/**
 * Lines of a guest script, ready for Run Command, with its parameters in them. They travel as Base64 of JSON, so that no
 * value is ever read as PowerShell.
 */
export function renderScript(
  name: GuestScriptName,
  parameters: GuestScriptParameters,
): readonly string[] {
  const [header = "", placeholder = "", ...rest] = readLines(`${name}.ps1`);
  if (!header.startsWith(`# static-ip-remediator:${name}/`) || !PARAMETERS_LINE.test(placeholder)) {
    throw new DefectError(`The guest script ${name}.ps1 does not begin as it must.`, {
      code: "guest-script-malformed",
      nextStep: "Restore the file shared/guest/ from the release.",
    });
  }
  const encoded = Buffer.from(JSON.stringify(parameters), "utf8").toString("base64");
  return [header, `$EncodedParameters = '${encoded}'`, ...rest.flatMap((line) => included(line))];
}

function included(line: string): readonly string[] {
  const file = INCLUDE_LINE.exec(line)?.groups?.["file"];
  return file === undefined ? [line] : readLines(file);
}

function readLines(file: string): readonly string[] {
  return readFileSync(join(appRoot(), "shared", "guest", file), "utf8")
    .trimEnd()
    .split(/\r?\n/u);
}

/** The app's root is the nearest folder above that holds `host.json`: the same from the sources and from a bundle. */
function appRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "host.json"))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new DefectError(`No folder above ${import.meta.dirname} holds host.json.`, {
        code: "app-root-missing",
        nextStep: "Deploy host.json and shared/guest/*.ps1 together with the program.",
      });
    }
    folder = parent;
  }
  return folder;
}
