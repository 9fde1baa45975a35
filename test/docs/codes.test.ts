import { describe, expect, it } from "vitest";

import { codesIn, programSources, type Source } from "./codes-in-sources.ts";
import { quotedIn, tablesOf } from "./markdown.ts";

/** Names of rows of which only the sentence is told, in a remark. */
const ROWS_ONLY = new Set(["shared/diagnosis/reset-refusal.ts"]);

/** Given to a caller who puts `console-` before them. */
const NOT_TOLD = new Set(["secret-odd", "secret-unreadable"]);

/** Codes that are put together, and what becomes of them. `snapshot-*` is a row of its own. */
const PUT_TOGETHER: Readonly<Record<string, readonly string[]>> = {
  "*-not-found": ["incident-not-found", "signal-not-found"],
  "console-*": ["console-secret-odd", "console-secret-unreadable"],
  "snapshot-*": ["snapshot-*"],
};

/** Expressions which do not show their codes, and the codes which nothing else shows. Commander's are those that can happen here. */
const COMPUTED: Readonly<Record<string, readonly string[]>> = {
  'local/cli/command-line/command-line.ts: kebab(error.code.replace("commander.", ""))': [
    "conflicting-option",
    "excess-arguments",
    "invalid-argument",
    "missing-argument",
    "option-missing-argument",
    "unknown-command",
    "unknown-option",
  ],
  // From lists that are read: diagnoses, exits and errors of scripts, obstacles, reasons, what healed.
  "functions/orchestrations/prove.ts: run.healedBy": [],
  "local/cli/run/report-run.ts: end.reason": [],
  "shared/azure/run-command.ts: kind": [],
  "shared/azure/run-command.ts: known": [],
  "shared/diagnosis/plan-for-right-guest.ts: diagnosis.kind": [],
  "shared/diagnosis/plan.ts: faulty.kind": [],
  "shared/guest/envelope.ts: failed.data.error": [],
  "shared/guest/further-envelope.ts: error": [],
  "shared/proof/conclude-repair.ts: answer.exit": [],
  "shared/proof/conclude-restore.ts: answer.exit": [],
  "shared/proof/conclude-switch.ts: answer.exit": [],
  // Codes of Azure and of Node.js.
  "shared/azure/operations.ts: failure.azureCode": [],
  "shared/azure/operations.ts: told?.code": [],
  "shared/azure/storage/errors.ts: details?.errorCode": [],
  "shared/azure/storage/errors.ts: details?.odataError?.code": [],
  "shared/facts/dial.ts: error.message": [],
  // Other things of that name: exit codes, letters, Event Grid's handshake.
  "local/cli/main.ts: await exitCodeOf(words)": [],
  "local/cli/terminal/text.ts: character.codePointAt(0)": [],
  "local/host/event-grid.ts: validationCode(events)": [],
  "shared/guest/sac/transcript.ts: letter.codePointAt(0)": [],
};

const TABLES = tablesOf("docs/codes.md").filter(({ columns }) => columns[0] === "code");
const found = codesIn(programSources().filter(({ file }) => !ROWS_ONLY.has(file)));

describe("the page of codes", () => {
  it("has every code that the program gives, and no other one", () => {
    const given = [...found.codes.keys()]
      .filter((code) => !NOT_TOLD.has(code))
      .flatMap((code) => PUT_TOGETHER[code] ?? [code]);

    const shown = TABLES.flatMap(({ rows }) => rows.flatMap(([code = ""]) => quotedIn(code)));

    expect(unique(shown)).toEqual(unique([...given, ...Object.values(COMPUTED).flat()]));
  });

  it("says of each code what it means and what to do next", () => {
    const faults = TABLES.flatMap(({ columns, rows }) => [
      ...(columns.join() === "code,means,next step" ? [] : [columns.join()]),
      ...rows
        .filter(
          (row) => row.length !== 3 || row.includes("") || quotedIn(row[0] ?? "").length === 0,
        )
        .map(String),
    ]);

    expect(faults).toEqual([]);
  });

  it("names no code twice in one table", () => {
    const twice = TABLES.flatMap(({ heading, rows }) =>
      rows
        .flatMap(([code = ""]) => quotedIn(code))
        .filter((code, place, all) => all.indexOf(code) !== place)
        .map((code) => `${heading}: ${code}`),
    );

    expect(twice).toEqual([]);
  });
});

describe("the search for codes", () => {
  it("knows of each expression that gives a code where its codes come from", () => {
    expect(unique(found.unclear)).toEqual(unique(Object.keys(COMPUTED)));
  });

  it.each([
    ['const a = { code: "planted" };', "planted"],
    ['const a = { code: ready ? "planted" : "other" };', "planted"],
    ['const a = { code: told ?? "planted" };', "planted"],
    ['const code = late ? "planted" : "other";', "planted"],
    ["const a = { code: `planted-${reason}` };", "planted-*"],
    ['const CODES = { taken: "planted" };', "planted"],
    ['function no(code: string): No { return { code }; }\nno("planted");', "planted"],
    [
      'function codeOfAge(age: number): string { return age > 9 ? "planted" : "other"; }',
      "planted",
    ],
    ['const someExit = z.enum(["planted"]);', "planted"],
    ['type IgnoredReason = "planted" | "other";', "planted"],
    ['run.healedBy = "planted";', "planted"],
  ])("sees a planted code: %s", (text, code) => {
    expect(codesOf({ file: "shared/planted.ts", text })).toContain(code);
  });

  it("sees a code that is given to another file's function", () => {
    const codes = codesOf(
      { file: "shared/no.ts", text: "export function no(it: It, code: string): void {}" },
      { file: "functions/a.ts", text: 'import { no } from "../shared/no.ts";\nno(it, "planted");' },
    );

    expect(codes).toEqual(["planted"]);
  });

  it("sees what a guest script says of an error", () => {
    const text = "Write-Envelope ([ordered]@{ sir = 'read/1'; error = 'planted'; detail = $null })";

    expect(codesOf({ file: "shared/guest/a.ps1", text })).toEqual(["planted"]);
  });

  it("takes no code for one that is passed on, Azure's own, or a schema's", () => {
    const text = `
      const a = { code: error.code, status: "other" };
      const b = { code };
      const c = { code: "OperationNotAllowed" };
      const d = z.object({ code: z.string().default("") });
      span.setStatus({ code: "error" });
    `;

    expect(codesIn([{ file: "shared/a.ts", text }])).toEqual({ codes: new Map(), unclear: [] });
  });

  it("says so where it cannot tell which code is given", () => {
    const text = "const a = { code: chosen( it ) };";

    expect(codesIn([{ file: "shared/a.ts", text }]).unclear).toEqual(["shared/a.ts: chosen( it )"]);
  });
});

function codesOf(...sources: readonly Source[]): readonly string[] {
  return [...codesIn(sources).codes.keys()];
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].toSorted();
}
