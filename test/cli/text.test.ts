import { test } from "@fast-check/vitest";
import { integer, string } from "fast-check";
import { describe, expect, it } from "vitest";

import {
  displayWidth,
  durationText,
  fit,
  pad,
  printable,
  wrap,
  wrapHelp,
} from "../../local/cli/terminal/text.ts";

describe("text on a terminal", () => {
  it.each([
    [0, "0.0 s"],
    [0.44, "0.4 s"],
    [9.96, "10 s"],
    [61, "61 s"],
    [185, "3 min 5 s"],
    [-1, "0.0 s"],
  ])("shows %d seconds as %s", (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });

  it("takes away what could move the cursor", () => {
    expect(printable("a\u001B[2Jb\r\nc\u0007")).toBe("ab c");
  });

  it("counts an East Asian character as two columns", () => {
    expect(displayWidth("イーサネット 2")).toBe(14);
    expect(pad("日", 4)).toBe("日  ");
  });

  it("marks where it cut something off", () => {
    expect(fit("snapshot", 5)).toBe("snap…");
    expect(fit("snapshot", 8)).toBe("snapshot");
  });

  it("breaks lines at spaces and keeps the breaks that are there", () => {
    expect(wrap("one two three\nfour", 9, "  ")).toEqual(["  one two", "  three", "  four"]);
  });

  it("breaks help at the terminal's width, with its indent, but leaves commands to be copied", () => {
    const help = "Words that go on\n  0  done as hoped\n  $ remediator heal VM_ID\n\nend";

    expect(wrapHelp(help, 12)).toBe(
      "Words that\ngo on\n  0 done as\n  hoped\n  $ remediator heal VM_ID\n\nend",
    );
    expect(wrapHelp(help, 40)).toBe(help);
  });

  test.prop([string({ unit: "grapheme" }), integer({ min: 0, max: 60 })])(
    "never gives more columns than asked for",
    (text, columns) => {
      expect(displayWidth(fit(printable(text), columns))).toBeLessThanOrEqual(columns);
    },
  );
});
