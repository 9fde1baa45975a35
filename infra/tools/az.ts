import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** A step of a deployment that failed; the message says what was tried and what came back. */
export class StepError extends Error {
  override readonly name = "StepError";
  readonly nextStep: string;

  constructor(message: string, details: { nextStep: string; cause?: unknown }) {
    super(message, { cause: details.cause });
    this.nextStep = details.nextStep;
  }
}

/** One command, as the words that it gets: nothing is ever put together to a line for a shell. */
export interface Command {
  readonly program: "az" | "npm";
  readonly words: readonly string[];
  /** What it does, for people: "Deploy what the program runs on". */
  readonly purpose: string;
  /** What to do when it fails. */
  readonly nextStep: string;
}

/**
 * Runs a command and gives what it printed; what it says on standard error is shown as it comes.
 * @throws StepError if it cannot be started or exits with anything but 0.
 */
export async function runCommand(command: Command): Promise<string> {
  const { program, words, nextStep } = command;
  const child = spawn(program, [...words], { stdio: ["ignore", "pipe", "inherit"] });
  // Asked for at once: a program that is not there says so before anything else.
  const closed: Promise<unknown[]> = once(child, "close");
  try {
    const [printed, [code]] = await Promise.all([text(child.stdout), closed]);
    if (code !== 0) {
      throw new StepError(`${lineOf(command)} exited with ${String(code)}.`, { nextStep });
    }
    return printed;
  } catch (error) {
    if (error instanceof StepError) {
      throw error;
    }
    throw new StepError(`${program} cannot be started: ${String(error)}`, {
      nextStep: `Install ${program}, or run this in the Azure Cloud Shell, which has it.`,
      cause: error,
    });
  }
}

/** The command as one would type it in a POSIX shell. */
export function lineOf({ program, words }: Command): string {
  return [program, ...words.map((word) => quoted(word))].join(" ");
}

function quoted(word: string): string {
  return /^[\w./:=,-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
