import { Argument, Command, CommanderError, Option } from "commander";

import packageFile from "../../../package.json" with { type: "json" };
import { InvalidInputError } from "../../../shared/domain/errors.ts";
import type { LatencyProfile } from "../../simulator/latency.ts";
import { addAfterHeal } from "./after-heal-verbs.ts";
import { readAddresses, readHostUrl, readPort, readSeed, readVmId } from "./arguments.ts";
import type { AzureChoice, Call } from "./calls.ts";
import { addDoctor } from "./doctor-verb.ts";
import * as help from "./help.ts";
import { simulatorOption, verb } from "./verb.ts";

const SERVE_PORT = 7071;
const LOCAL_HOST = `http://127.0.0.1:${SERVE_PORT}`;
const VERBS = new Set([
  "demo",
  "simulate",
  "serve",
  "diagnose",
  "heal",
  "rollback",
  "clean",
  "doctor",
  "explain",
  "watch",
]);
const SCENARIO = "fleet: console (default), nic-reset, switch, or a JSON file";
const PACKAGE = "run a package, a folder or a zip, instead of the sources";
const LATENCIES: readonly LatencyProfile[] = ["instant", "demo", "azure"];

type Take = (call: Call) => void;

/**
 * Reads the words after `remediator`.
 * @throws InvalidInputError if they are no call that this program knows.
 */
export function readCall(words: readonly string[]): Call {
  const calls: Call[] = [];
  let text = "";
  const program = buildProgram((call) => {
    calls.push(call);
  });
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (part) => (text += part),
      writeErr: (part) => (text += part),
      outputError: () => undefined,
    });
  }
  try {
    program.parse([...words], { from: "user" });
  } catch (error) {
    return helpOrThrow(error, words, text);
  }
  return calls[0] ?? { verb: "help", text, asked: false };
}

function helpOrThrow(error: unknown, words: readonly string[], text: string): Call {
  if (!(error instanceof CommanderError)) {
    throw error;
  }
  if (error.code === "commander.help" || error.exitCode === 0) {
    return { verb: "help", text, asked: error.exitCode === 0 };
  }
  const message = error.message.replace(/^error: /u, "").replaceAll(/\s*\n\s*/gu, " ");
  const asked = words.find((word) => VERBS.has(word));
  throw new InvalidInputError(message, {
    code: kebab(error.code.replace("commander.", "")),
    nextStep: `Run "remediator ${asked === undefined ? "" : `${asked} `}--help" to see what it takes.`,
    problems: [message],
    cause: error,
  });
}

function kebab(camel: string): string {
  return camel.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
}

function buildProgram(take: Take): Command {
  const program = new Command("remediator")
    .description("Heals Azure Windows VMs that a wrong static IPv4 address inside Windows cut off.")
    .version(packageFile.version)
    .addHelpText("after", help.MAIN_HELP)
    .showSuggestionAfterError();
  addDemo(program, take);
  addSimulate(program, take);
  addServe(program, take);
  addDiagnose(program, take);
  addHeal(program, take);
  addAfterHeal(program, take);
  addDoctor(program, take);
  addExplain(program, take);
  addWatch(program, take);
  return program;
}

function addDemo(program: Command, take: Take): void {
  verb(program, "demo", "show a heal from alert to proof, on simulated Azure")
    .addHelpText("after", help.DEMO_HELP)
    .option("--scenario <name>", SCENARIO)
    .option("--package <path>", PACKAGE)
    .action((options: { json?: boolean; scenario?: string; package?: string }) => {
      take({
        verb: "demo",
        json: options.json === true,
        scenarioFile: options.scenario ?? null,
        packagePath: options.package ?? null,
      });
    });
}

interface SimulateOptions {
  readonly json?: boolean;
  readonly scenario?: string;
  readonly port: number;
  readonly latency: LatencyProfile;
  readonly seed?: number;
}

function addSimulate(program: Command, take: Take): void {
  verb(program, "simulate", "run simulated Azure alone")
    .addHelpText("after", help.SIMULATE_HELP)
    .option("--scenario <name>", SCENARIO)
    .option("--port <n>", "port on 127.0.0.1; 0 takes a free one", readPort, 0)
    .addOption(latencyOption())
    .addOption(seedOption())
    .action((options: SimulateOptions) => {
      take({
        verb: "simulate",
        json: options.json === true,
        scenarioFile: options.scenario ?? null,
        port: options.port,
        latency: options.latency,
        seed: options.seed ?? null,
      });
    });
}

function latencyOption(): Option {
  return new Option("--latency <profile>", "how fast simulated Azure answers")
    .choices(LATENCIES)
    .default("demo");
}

interface ServeOptions extends SimulateOptions {
  readonly data?: string;
  readonly package?: string;
  readonly simulator?: string;
  readonly azure?: boolean;
}

function addServe(program: Command, take: Take): void {
  verb(program, "serve", "run the local host, until Ctrl-C")
    .addHelpText("after", help.SERVE_HELP)
    .option("--port <n>", "port on 127.0.0.1; 0 takes a free one", readPort, SERVE_PORT)
    .option("--data <folder>", "where incidents and the journal are kept (default: .remediator)")
    .option("--package <path>", PACKAGE)
    .addOption(simulatorOption().conflicts(["scenario", "seed", "azure"]))
    .addOption(new Option("--scenario <name>", `${SCENARIO}; in this process`).conflicts("azure"))
    .addOption(seedOption().conflicts("azure"))
    .addOption(latencyOption().conflicts(["azure", "simulator"]))
    .option("--azure", "work on the real Azure, with DefaultAzureCredential")
    .action((options: ServeOptions) => {
      take({
        verb: "serve",
        json: options.json === true,
        port: options.port,
        dataFolder: options.data ?? null,
        packagePath: options.package ?? null,
        azure: azureChoice(options),
      });
    });
}

function azureChoice(options: ServeOptions): AzureChoice {
  if (options.azure === true) {
    return { kind: "real" };
  }
  return options.simulator === undefined
    ? {
        kind: "embedded",
        scenarioFile: options.scenario ?? null,
        latency: options.latency,
        seed: options.seed ?? null,
      }
    : { kind: "attached", url: options.simulator };
}

interface RunOptions {
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly guest: boolean;
  readonly console?: boolean;
  readonly pinAddress?: boolean;
  readonly simulator?: string;
  readonly data?: string;
}

function addDiagnose(program: Command, take: Take): void {
  runVerb(program, "diagnose", "find out what is wrong with a VM; changes nothing")
    .addHelpText("after", help.DIAGNOSE_HELP)
    .option("--console", "look at the serial console where the agent is silent")
    .action((vmId: string, options: RunOptions) => {
      take(runCall("diagnose", vmId, { ...options, dryRun: true }));
    });
}

function addHeal(program: Command, take: Take): void {
  runVerb(program, "heal", "heal a VM, with a snapshot first")
    .addHelpText("after", help.HEAL_HELP)
    .option("--dry-run", "only read, and show what a heal would do")
    .option("--console", "use the serial console where the agent is silent")
    .option("--pin-address", "once the VM is well, let Azure keep its address (may restart it)")
    .action((vmId: string, options: RunOptions) => {
      take(runCall("heal", vmId, options));
    });
}

function addExplain(program: Command, take: Take): void {
  verb(program, "explain", "say what is wrong in pasted output of netsh or ipconfig")
    .addHelpText("after", help.EXPLAIN_HELP)
    .addArgument(new Argument("[FILE]", "text file (default: standard input)"))
    .option("--azure-address <A[,B...]>", "private IPv4 addresses of Azure's NIC", readAddresses)
    .action((file: string | undefined, options: { json?: boolean; azureAddress?: string[] }) => {
      take({
        verb: "explain",
        json: options.json === true,
        file: file === undefined || file === "-" ? null : file,
        azureAddresses: options.azureAddress ?? [],
      });
    });
}

function addWatch(program: Command, take: Take): void {
  verb(program, "watch", "follow the open incidents of a host, until Ctrl-C")
    .addHelpText("after", help.WATCH_HELP)
    .addArgument(new Argument("[URL]", `address of the host (default: ${LOCAL_HOST})`))
    .option("--once", "show what is open now, and end")
    .action((url: string | undefined, options: { json?: boolean; once?: boolean }) => {
      take({
        verb: "watch",
        json: options.json === true,
        url: readHostUrl(url ?? LOCAL_HOST),
        once: options.once === true,
      });
    });
}

function runVerb(program: Command, name: string, description: string): Command {
  return verb(program, name, description)
    .addArgument(new Argument("<VM_ID>", "resource id of the VM").argParser(readVmId))
    .option("--no-guest", "do not read Windows while only looking: no Run Command")
    .addOption(simulatorOption())
    .option("--data <folder>", "where incidents are kept (default: the user's state folder)");
}

function runCall(name: "diagnose" | "heal", vmId: string, options: RunOptions): Call {
  if (!options.guest && options.dryRun !== true) {
    throw new InvalidInputError("--no-guest needs --dry-run: a heal has to read Windows first", {
      code: "no-guest-without-dry-run",
      nextStep: "Add --dry-run, or leave --no-guest out.",
      problems: ["--no-guest without --dry-run"],
    });
  }
  if (!options.guest && options.console === true) {
    throw new InvalidInputError("--console reads Windows, which --no-guest forbids", {
      code: "no-guest-with-console",
      nextStep: "Leave one of the two out.",
      problems: ["--no-guest with --console"],
    });
  }
  return {
    verb: name,
    json: options.json === true,
    vmId,
    dryRun: options.dryRun === true,
    readGuest: options.guest,
    console: options.console === true,
    pinAddress: options.pinAddress === true,
    simulatorUrl: options.simulator ?? null,
    dataFolder: options.data ?? null,
  };
}

function seedOption(): Option {
  return new Option(
    "--seed <n>",
    "draw faults and late, repeated events from this number",
  ).argParser(readSeed);
}
