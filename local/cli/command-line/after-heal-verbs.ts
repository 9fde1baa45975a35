import { Argument, type Command } from "commander";

import { CLEAN_HELP, ROLLBACK_HELP } from "./after-heal-help.ts";
import { readIncidentId } from "./arguments.ts";
import type { Call } from "./calls.ts";
import { simulatorOption, verb } from "./verb.ts";

type Take = (call: Call) => void;

interface Options {
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly simulator?: string;
  readonly data?: string;
}

const DATA = "where incidents are kept (default: the user's state folder)";

/** Adds the verbs for what comes after a heal. */
export function addAfterHeal(program: Command, take: Take): void {
  verb(program, "rollback", "take back what an incident changed, while that is safe")
    .addHelpText("after", ROLLBACK_HELP)
    .addArgument(new Argument("<INCIDENT>", "id of the incident").argParser(readIncidentId))
    .option("--dry-run", "only read, and show what a rollback would do")
    .addOption(simulatorOption())
    .option("--data <folder>", DATA)
    .action((incidentId: string, options: Options) => {
      take({ verb: "rollback", incidentId, ...common(options) });
    });
  verb(program, "clean", "delete what ended incidents left behind")
    .addHelpText("after", CLEAN_HELP)
    .option("--dry-run", "only read, and show what would be deleted")
    .addOption(simulatorOption())
    .option("--data <folder>", DATA)
    .action((options: Options) => {
      take({ verb: "clean", ...common(options) });
    });
}

function common({ json, dryRun, simulator, data }: Options) {
  return {
    json: json === true,
    dryRun: dryRun === true,
    simulatorUrl: simulator ?? null,
    dataFolder: data ?? null,
  };
}
