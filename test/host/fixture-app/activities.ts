import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { app } from "durable-functions";

/** Gives back its input. */
app.activity("echo", { handler: (input: unknown) => input });

/** Always fails. */
app.activity("refuse", {
  handler: (message: string) => {
    throw new Error(message);
  },
});

/** Adds a line to a file. */
app.activity("append", {
  handler: ({ file, line }: { file: string; line: string }) => {
    appendFileSync(file, `${line}\n`);
    return line;
  },
});

/** Adds a line to a file, and fails while the file has fewer lines than `failures`. */
app.activity("flaky", {
  handler: ({ file, failures }: { file: string; failures: number }) => {
    appendFileSync(file, "attempt\n");
    const attempts = readFileSync(file, "utf8").split("\n").length - 1;
    if (attempts <= failures) {
      throw new Error(`attempt ${attempts} failed`);
    }
    return attempts;
  },
});

/** Adds a line to a file, waits until another file is there, adds a second line. */
app.activity("gate", {
  handler: async ({ file, gate }: { file: string; gate: string }) => {
    appendFileSync(file, "entered\n");
    while (!existsSync(gate)) {
      await sleep(10);
    }
    appendFileSync(file, "left\n");
    return "through";
  },
});
