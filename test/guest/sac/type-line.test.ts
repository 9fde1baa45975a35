import { describe, expect, it } from "vitest";

import { typeLine } from "../../../shared/guest/sac/type-line.ts";
import { EchoingLine } from "./echoing-line.ts";

const TEXT = 'netsh interface ip set address name="Ethernet 2" source=dhcp';

function within(): AbortSignal {
  return AbortSignal.timeout(30_000);
}

describe("typing a line that must be right", () => {
  it("is done at once where the console shows it", async () => {
    const line = new EchoingLine();

    expect(await typeLine(line, TEXT, within())).toBe(true);
    expect(line.typed).toEqual([TEXT]);
  });

  it("does not mind where the terminal breaks it, or how it colours it", async () => {
    const line = new EchoingLine({
      shown: (text) => `\u001B[3;21H${text.replace("name", "\r\nname")}`,
    });

    expect(await typeLine(line, TEXT, within())).toBe(true);
  });

  it("is done again, letter by letter, where the first ones are lost", async () => {
    const line = new EchoingLine({ lost: 3 });

    expect(await typeLine(line, TEXT, within())).toBe(true);
    expect(line.standing).toBe(TEXT);
  });

  it("types a letter again that was dropped since it came twice", async () => {
    const line = new EchoingLine({ debounced: true });

    expect(await typeLine(line, "address", within())).toBe(true);
    expect(line.standing).toBe("address");
  });

  it("is given up, and taken back, where the console shows something else", async () => {
    const line = new EchoingLine({ shown: (text) => text.replaceAll("d", "?") });

    expect(await typeLine(line, "dir", within())).toBe(false);
    expect(line.standing).toBe("");
    expect(line.typed.join("")).not.toMatch(/[\r\n]/u);
  });
});
