import type { ConsoleLine, ConsoleOpening } from "../../domain/console-line.ts";

/** Letters of a transcript that are kept; of a longer one the middle is cut. */
const LONGEST = 256 * 1024;

/** Letters recorded at most: what comes after them is only counted. */
const LONGEST_RECORD = 2 * 1024 * 1024;

/** What a terminal may put between two letters of a word: its sequences, and the end of a row. */
const BETWEEN = String.raw`(?:[^\P{Cc}\n\r\t]\[[0-?]*[ -/]*[@-~]|\p{Cc})*`;

interface Part {
  readonly way: "<" | ">";
  text: string;
}

/** Everything that was printed and typed on a console, in its order. */
export class Transcript {
  readonly #parts: Part[] = [];
  #recorded = 0;
  #dropped = 0;

  /** The opened line, so that the transcript hears both sides. What the service exchanges before is not part of it. */
  recorded(opening: ConsoleOpening): ConsoleOpening {
    if (opening.kind === "unavailable") {
      return opening;
    }
    const { line } = opening;
    const heard: ConsoleLine = {
      send: (text) => {
        this.#add(">", text);
        line.send(text);
      },
      receive: async (signal) => {
        const text = await line.receive(signal);
        this.#add("<", text ?? "");
        return text;
      },
      close: () => {
        line.close();
      },
    };
    return { kind: "open", line: heard };
  }

  /**
   * The transcript for people: `<` before what was printed, `>` before what was typed, control characters as `\x1b`. The
   * secrets are taken out in any letter case, whatever a terminal put between their letters.
   */
  text(secrets: readonly string[]): string {
    const patterns = secrets.filter((secret) => secret !== "").map((secret) => patternOf(secret));
    const lines = this.#parts.map(({ way, text }) => {
      let clean = text.replaceAll(/(?<=Password:)[^\n\r]+/gu, " …");
      for (const pattern of patterns) {
        clean = clean.replaceAll(pattern, "…");
      }
      return `${way} ${visible(clean)}`;
    });
    const end = this.#dropped === 0 ? [] : [`(${this.#dropped} letters more were not recorded)`];
    return middleCut(`${[...lines, ...end].join("\n")}\n`);
  }

  #add(way: Part["way"], text: string): void {
    const room = LONGEST_RECORD - this.#recorded;
    if (text.length > room) {
      // Whole pieces only: what was typed comes in one, so no half of a secret is left.
      this.#dropped += text.length;
      this.#recorded = LONGEST_RECORD;
      return;
    }
    this.#recorded += text.length;
    const last = this.#parts.at(-1);
    if (last?.way === way) {
      last.text += text;
    } else if (text !== "") {
      this.#parts.push({ way, text });
    }
  }
}

function patternOf(secret: string): RegExp {
  const letters = Array.from(secret, (letter) =>
    letter.replace(/[\\^$.+*?()[\]{}|/]/gu, String.raw`\$&`),
  );
  return new RegExp(letters.join(BETWEEN), "giu");
}

function visible(text: string): string {
  return text
    .replaceAll(/\r\n?/gu, "\n")
    .replaceAll(/[^\P{Cc}\n]/gu, (letter) => {
      const code = letter.codePointAt(0) ?? 0;
      return String.raw`\x${code.toString(16).padStart(2, "0")}`;
    })
    .replaceAll("\n", "\n  ");
}

function middleCut(text: string): string {
  if (text.length <= LONGEST) {
    return text;
  }
  const half = LONGEST / 2;
  return `${text.slice(0, half)}\n(${text.length - LONGEST} letters cut here)\n${text.slice(-half)}`;
}
