import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";

import { shownLines } from "../../../shared/guest/sac/screen.ts";

describe("what a terminal shows", () => {
  it.each([
    ["lines that end", "one\r\ntwo\r\n", ["one", "two", ""]],
    ["letters taken back", "ab\b \bc", ["ac"]],
    ["a line written over", "12345\rab", ["ab345"]],
    ["colours", "\u001B[0;37mone\u001B[m\r\ntwo", ["one", "two"]],
    ["rows that the cursor was moved to", "\u001B[1;1Hone\u001B[2;1Htwo", ["one", "two"]],
    ["columns that the cursor was moved to", "\u001B[1;5Hone\u001B[2Gx", [" x  one"]],
    ["a row that was erased to its end", "12345\r12\u001B[K", ["12"]],
    ["a title that a program sets", "\u001B]0;cmd.exe\u0007one", ["one"]],
    ["a sequence that is not complete yet", "one\u001B[3", ["one"]],
    ["other letters than Latin ones", "イーサネット\r\nДа", ["イーサネット", "Да"]],
  ])("is right with %s", (_what, printed, lines) => {
    expect(shownLines(printed)).toEqual(lines);
  });

  it("goes up by a row where the last one ends", () => {
    const printed = `\u001B[24;1Hlast\r\nnext\u001B[24;1Hover`;

    expect(shownLines(printed).slice(-2)).toEqual(["last", "over"]);
  });

  it("keeps what stood on a screen that was cleared", () => {
    expect(shownLines("before\u001B[2J\u001B[Hafter").filter((line) => line !== "")).toEqual([
      "before",
      "after",
    ]);
  });

  test.prop([fc.string({ unit: "binary", maxLength: 300 })])("is told of any bytes", (printed) => {
    expect(shownLines(printed)).toBeInstanceOf(Array);
  });
});
