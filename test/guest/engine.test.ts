import { isDeepStrictEqual } from "node:util";

import { beforeAll, describe, expect, it } from "vitest";

import type { ScriptRun } from "../../local/simulator/guest/state.ts";
import { answerOf, runOnEmulation } from "./emulate.ts";
import { engine, noEngine, runOnEngine } from "./engine.ts";
import { guestCases, type ExpectingCase } from "./guest-cases.ts";
import { repairCases } from "./repair-cases.ts";
import { restoreCases } from "./restore-cases.ts";
import { withoutGzip } from "./with-envelope.ts";

const cases = [...guestCases, ...repairCases, ...restoreCases];
const numbered = cases.map((example, index) => ({ title: example.title, example, index }));

/** What a case's runs gave, in the form in which the case says what it expects. */
function shown(example: ExpectingCase, runs: readonly ScriptRun[]): readonly object[] {
  return example.actions.map((action, index) => {
    const run = runs[index];
    if (run === undefined) {
      throw new Error(`${example.title}: action ${index} gave nothing.`);
    }
    const unchanged = isDeepStrictEqual(structuredClone(run.state), example.state);
    return { ...run, answer: answerOf(action, run), unchanged };
  });
}

function wanted(example: ExpectingCase): readonly object[] {
  return example.expected.map(({ state, ...others }) => {
    const left = state === "unchanged" ? { unchanged: true } : { state };
    return { stderr: "", ...others, ...(state === undefined ? {} : left) };
  });
}

describe("guest scripts, emulated", () => {
  it.each(numbered)("$title", ({ example }) => {
    expect(shown(example, runOnEmulation(example))).toMatchObject(wanted(example));
  });
});

describe.skipIf(engine === null)(`guest scripts on a real PowerShell engine${noEngine}`, () => {
  let answers: readonly (readonly ScriptRun[])[] = [];

  beforeAll(() => {
    answers = runOnEngine(cases);
  }, 240_000);

  it.each(numbered)("$title", ({ example, index }) => {
    expect(shown(example, answers[index] ?? [])).toMatchObject(wanted(example));
  });

  it.each(numbered)("the emulation gives the same: $title", ({ example, index }) => {
    const emulated = runOnEmulation(example).map((run) => withoutGzip(run));

    const real = (answers[index] ?? []).map((run) => withoutGzip(run));

    expect(emulated).toEqual(real);
  });

  it("keeps every answer below the 4,096 bytes that Run Command keeps", () => {
    const sizes = answers.flat().map((run) => Buffer.byteLength(`${run.stdout}\r\n`));

    expect(Math.max(...sizes)).toBeLessThan(4096);
  });
});
