import type { Call, CleanCall, DoctorCall, HelpCall, RollbackCall } from "./command-line/calls.ts";
import { readCall } from "./command-line/command-line.ts";
import { EXIT_BAD_INPUT, EXIT_OK, exitCodeOfError } from "./exit-codes.ts";
import { reportError } from "./report-error.ts";
import { openScreen, type Screen } from "./terminal/screen.ts";
import { wrapHelp } from "./terminal/text.ts";

/** Runs the command line and ends the process with its exit code. */
export async function main(words: readonly string[]): Promise<void> {
  stopWithoutReader();
  const code = await exitCodeOf(words);
  // A pipe may still hold text; ending the process earlier would cut it off.
  process.stdout.write("", () => {
    process.exit(code);
  });
}

async function exitCodeOf(words: readonly string[]): Promise<number> {
  let verb: Call["verb"] = "help";
  try {
    const call = readCall(words);
    verb = call.verb;
    return call.verb === "help" ? showHelp(call) : await run(call);
  } catch (error) {
    reportError(error, { json: words.includes("--json") });
    return exitCodeOfError(verb, error);
  }
}

function showHelp({ asked, text }: HelpCall): number {
  const output = asked ? process.stdout : process.stderr;
  output.write(output.isTTY && output.columns > 0 ? wrapHelp(text, output.columns) : text);
  return asked ? EXIT_OK : EXIT_BAD_INPUT;
}

/** Each verb is loaded only when it is used: `--help` shall be instant. */
async function run(call: Exclude<Call, HelpCall>): Promise<number> {
  const screen = openScreen({ json: call.json });
  if (isCare(call)) {
    return await runCare(call, screen);
  }
  switch (call.verb) {
    case "demo": {
      const { demo } = await import("./demo/demo.ts");
      return await demo(call, screen);
    }
    case "simulate": {
      const { simulate } = await import("./simulate.ts");
      return await simulate(call, screen);
    }
    case "serve": {
      const { serve } = await import("./serve.ts");
      return await serve(call, screen);
    }
    case "explain": {
      const { explain } = await import("./explain/explain.ts");
      return await explain(call, screen);
    }
    case "watch": {
      const { watch } = await import("./watch/watch.ts");
      return await watch(call, screen);
    }
    case "diagnose":
    case "heal": {
      const { runOnVm } = await import("./run/run-on-vm.ts");
      return await runOnVm(call, screen);
    }
  }
}

type CareCall = RollbackCall | CleanCall | DoctorCall;

function isCare(call: Call): call is CareCall {
  return ["rollback", "clean", "doctor"].includes(call.verb);
}

/** The verbs for before and after heals. */
async function runCare(call: CareCall, screen: Screen): Promise<number> {
  switch (call.verb) {
    case "rollback": {
      const { rollBack } = await import("./run/roll-back.ts");
      return await rollBack(call, screen);
    }
    case "clean": {
      const { clean } = await import("./clean/clean.ts");
      return await clean(call, screen);
    }
    case "doctor": {
      const { doctor } = await import("./doctor/doctor.ts");
      return await doctor(call, screen);
    }
  }
}

/**
 * Nobody reads any more: `| head`, or a terminal that was closed. It counts as Ctrl-C, so that what runs ends in order,
 * cleans up, and does not pass for a success; a verb that does not watch for it ends by itself.
 */
function stopWithoutReader(): void {
  process.stdout.once("error", () => {
    process.stdout.on("error", () => undefined);
    process.emit("SIGTERM", "SIGTERM");
  });
}
