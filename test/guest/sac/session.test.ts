import { describe, expect, it } from "vitest";

import type { ConsoleLine, ConsoleOpening } from "../../../shared/domain/console-line.ts";
import { command, visitSac, type SacAnswer } from "../../../shared/guest/sac/session.ts";

const NO_CHANNELS = "ch\r\n# Status  Channel Name\r\n0 (AV)    SAC\r\nSAC>";
const A_CHANNEL = "ch\r\n# Status  Channel Name\r\n0 (AV)    SAC\r\n2 (AV)    Cmd0007\r\nSAC>";

/** A console that prints what its script says after each thing typed; the first entry comes by itself. */
class ScriptedLine implements ConsoleLine {
  readonly typed: string[] = [];
  closed = false;
  readonly #answers: (string | null)[];

  constructor(...answers: readonly (string | null)[]) {
    this.#answers = [...answers];
  }

  send(text: string): void {
    this.typed.push(text);
  }

  async receive(signal: AbortSignal): Promise<string | null> {
    const next = this.#answers.shift();
    if (next !== undefined && next !== "") {
      return await Promise.resolve(next);
    }
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => {
        resolve();
      });
    });
    return null;
  }

  close(): void {
    this.closed = true;
  }

  open(): ConsoleOpening {
    return { kind: "open", line: this };
  }
}

async function visit(line: ScriptedLine, ours: readonly string[] = []): Promise<unknown> {
  return await visitSac(
    async () => await Promise.resolve(line.open()),
    async (console, signal): Promise<SacAnswer> => await command(console, "i", signal),
    { ours },
  );
}

describe("a visit at the SAC prompt", () => {
  it("types where the prompt waits, and leaves", async () => {
    const line = new ScriptedLine(
      "\r\nSAC>",
      NO_CHANNELS,
      "i\r\nNet: 5, Ip=10.6.1.4  Sub",
      "net=255.0.0.0\r\nSAC>",
    );

    const visited = await visit(line);

    expect(visited).toMatchObject({ kind: "done", result: { kind: "prompt" } });
    expect(line.typed).toEqual(["ch\r\n", "i\r\n"]);
    expect(line.closed).toBe(true);
  });

  it("turns SAC's pages", async () => {
    const line = new ScriptedLine(
      "SAC>",
      NO_CHANNELS,
      "one\r\n----Press <Enter> for more----",
      "two\r\nSAC>",
    );

    const visited = await visit(line);

    expect(visited).toMatchObject({ kind: "done" });
    expect(line.typed).toEqual(["ch\r\n", "i\r\n", "\r\n"]);
  });

  it("types nothing but the list of channels where somebody's is open behind SAC", async () => {
    const line = new ScriptedLine("SAC>", A_CHANNEL);

    const visited = await visit(line);

    expect(visited).toMatchObject({ kind: "unavailable", code: "console-in-use" });
    expect(JSON.stringify(visited)).toContain("Channel Cmd0007 is open");
    expect(line.typed).toEqual(["ch\r\n"]);
  });

  it("closes a channel that an earlier try of its own left open", async () => {
    const line = new ScriptedLine("SAC>", A_CHANNEL, "SAC>", "i\r\nSAC>");

    const visited = await visit(line, ["Cmd0007"]);

    expect(visited).toMatchObject({ kind: "done" });
    expect(line.typed).toEqual(["ch\r\n", "ch -ci 2\r\n", "i\r\n"]);
  });

  it("turns to SAC where an earlier try of its own left its channel in front", async () => {
    const line = new ScriptedLine("C:\\Windows\\system32>net", "SAC>", A_CHANNEL, "SAC>", "SAC>");

    const visited = await visit(line, ["Cmd0007"]);

    expect(visited).toMatchObject({ kind: "done" });
    expect(line.typed).toEqual(["\u001B\t0", "ch\r\n", "ch -ci 2\r\n", "i\r\n"]);
  });

  it("asks for the prompt anew where an event was printed over it", async () => {
    const line = new ScriptedLine("SAC>", `${NO_CHANNELS}\r\nEVENT: x\r\n`, "", "\r\nSAC>", "SAC>");

    const visited = await visit(line);

    expect(visited).toMatchObject({ kind: "done" });
    expect(line.typed).toEqual(["ch\r\n", "\r\n", "i\r\n"]);
  });

  it.each([String.raw`C:\Users\admin>`, "PS C:\\> ", "Username: ", "Domain  : "])(
    "types nothing where somebody's session is open: %s",
    async (shown) => {
      const line = new ScriptedLine(`\r\n${shown}`);

      const visited = await visit(line);

      expect(visited).toMatchObject({ kind: "unavailable", code: "console-in-use" });
      expect(line.typed).toEqual([]);
      expect(line.closed).toBe(true);
    },
  );

  it("erases what may stand half typed before it sends a line to a console that shows nothing", async () => {
    const line = new ScriptedLine("", "\r\nSAC>", NO_CHANNELS, "i\r\nSAC>");

    const visited = await visit(line);

    expect(visited).toMatchObject({ kind: "done" });
    expect(line.typed[0]).toBe(`${"\b".repeat(80)}\r\n`);
  });

  it("says so where the connection is closed", async () => {
    const line = new ScriptedLine(null);

    expect(await visit(line)).toMatchObject({ kind: "unavailable", code: "console-closed" });
  });
});
