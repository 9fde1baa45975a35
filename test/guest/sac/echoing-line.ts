import type { ConsoleLine } from "../../../shared/domain/console-line.ts";

/** How a console's echo goes wrong. */
export interface EchoTrouble {
  /** Letters that are lost at first. @default 0 */
  readonly lost?: number;
  /** The same letter twice in a row counts once, unless it is typed a third time. @default false */
  readonly debounced?: boolean;
  /** What the console shows for what stands there. @default the same */
  readonly shown?: (text: string) => string;
}

/** A console that echoes what is typed, more or less. */
export class EchoingLine implements ConsoleLine {
  readonly typed: string[] = [];
  standing = "";
  readonly #trouble: EchoTrouble;
  #lost: number;
  #last = "";
  #printed = "";

  constructor(trouble: EchoTrouble = {}) {
    this.#trouble = trouble;
    this.#lost = trouble.lost ?? 0;
  }

  send(text: string): void {
    this.typed.push(text);
    const { shown = (same: string): string => same } = this.#trouble;
    this.#printed += shown(Array.from(text, (letter) => this.#take(letter)).join(""));
  }

  async receive(signal: AbortSignal): Promise<string | null> {
    if (this.#printed === "") {
      await new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => {
          resolve();
        });
      });
      return null;
    }
    const printed = this.#printed;
    this.#printed = "";
    return printed;
  }

  close(): void {
    this.#printed = "";
  }

  #take(letter: string): string {
    if (letter === "\b") {
      const had = this.standing !== "";
      this.standing = this.standing.slice(0, -1);
      return had ? "\b \b" : "";
    }
    if (this.#lost > 0) {
      this.#lost -= 1;
      return "";
    }
    if (this.#trouble.debounced === true && letter === this.#last) {
      this.#last = "";
      return "";
    }
    this.#last = letter;
    this.standing += letter;
    return letter;
  }
}
