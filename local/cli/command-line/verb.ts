import { Option, type Command } from "commander";

import { readLoopbackUrl } from "./arguments.ts";

/** Adds a verb with what all verbs take. */
export function verb(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option("--json", "one JSON object a line, for programs")
    .allowExcessArguments(false);
}

/** `--simulator URL` */
export function simulatorOption(): Option {
  return new Option("--simulator <url>", "work on simulated Azure at this address").argParser(
    readLoopbackUrl,
  );
}
