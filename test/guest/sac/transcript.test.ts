import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";

import type { ConsoleLine } from "../../../shared/domain/console-line.ts";
import { Transcript } from "../../../shared/guest/sac/transcript.ts";

const PASSWORD = String.raw`Zq(9)+x$7-/\^.*?[]{}|`;
const signal = AbortSignal.timeout(60_000);

/** A transcript of these parts: `<` printed, `>` typed. */
async function transcriptOf(...parts: readonly string[]): Promise<Transcript> {
  const printed = parts.filter((part) => part.startsWith("<")).map((part) => part.slice(1));
  const line: ConsoleLine = {
    send: () => undefined,
    receive: async () => await Promise.resolve(printed.shift() ?? null),
    close: () => undefined,
  };
  const transcript = new Transcript();
  const opening = transcript.recorded({ kind: "open", line });
  const heard = opening.kind === "open" ? opening.line : line;
  for (const part of parts) {
    if (part.startsWith(">")) {
      heard.send(part.slice(1));
    } else {
      await heard.receive(signal);
    }
  }
  return transcript;
}

describe("a console's transcript", () => {
  it("has both sides in their order, control characters made visible", async () => {
    const transcript = await transcriptOf("<\r\nSAC>", ">i\r\n", "<i\r\n\u001B[1mNet", "<: 5");

    expect(transcript.text([])).toBe("< \n  SAC>\n> i\n  \n< i\n  \\x1b[1mNet: 5\n");
  });

  it.each([
    ["whole", `<x${PASSWORD}y`],
    ["in other letter case", `<x${PASSWORD.toUpperCase()}y`],
    ["broken by the end of a row", `<x${PASSWORD.slice(0, 3)}\r\n${PASSWORD.slice(3)}y`],
    ["with moves of the cursor", `<x${Array.from(PASSWORD).join("\u001B[2;7H")}y`],
    ["as it was typed", `>x${PASSWORD}y`],
  ])("holds no secret that came %s", async (_how, part) => {
    const text = (await transcriptOf(part)).text([PASSWORD, ""]);

    expect(text).toBe(`${part.charAt(0)} x…y\n`);
  });

  it("holds no secret that came in pieces", async () => {
    const pieces = Array.from(PASSWORD, (letter) => `<${letter}`);

    expect((await transcriptOf("<x", ...pieces, "<y")).text([PASSWORD])).toBe("< x…y\n");
  });

  it("does not tell how long a password is", async () => {
    expect((await transcriptOf("<Password: ******\r\nx")).text([])).toBe("< Password: …\n  x\n");
  });

  test.prop([fc.string({ minLength: 6, maxLength: 20, unit: "binary" }), fc.nat({ max: 5 })])(
    "holds no secret of any letters, wherever it stands",
    async (secret, at) => {
      const text = (await transcriptOf(`<${"~".repeat(at)}${secret}~`, `>${secret}\r`)).text([
        secret,
      ]);

      expect(text.toLowerCase().includes(secret.toLowerCase())).toBe(false);
    },
  );

  it("is cut in the middle where it is too long, and its end is kept", async () => {
    const text = (await transcriptOf(`<begin${"x".repeat(400_000)}end`)).text([]);

    expect(text.length).toBeLessThan(263_000);
    expect(text).toContain("begin");
    expect(text).toContain("letters cut here");
    expect(text.endsWith("end\n")).toBe(true);
  });

  it("says what was not recorded of a console that prints without end", async () => {
    const text = (await transcriptOf(`<${"x".repeat(3_000_000)}`, "<more")).text([]);

    expect(text).toContain("3000004 letters more were not recorded");
  });
});
