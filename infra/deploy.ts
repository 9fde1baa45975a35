/** Deploys the program with the Azure CLI: infrastructure, then code, then events and alerts. `--help` says how. */
import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

import { z } from "zod";

import { type Command, StepError, lineOf, runCommand } from "./tools/az.ts";
import { type DeployCall, HELP, readCall } from "./tools/deploy-call.ts";
import {
  type Deployed,
  PACKAGE,
  deployCode,
  deployEvents,
  deployMain,
  listFunctions,
  makePackage,
  registerProvider,
  showAccount,
} from "./tools/deploy-steps.ts";

/** What the app must have loaded: Event Grid takes the first two for destinations, and the last one's key is asked for. */
const WANTED_FUNCTIONS = ["nicChanged", "alertFired", "alerts"];

/** Looks for them, before it is given up. */
const LOOKS = 20;

const account = z.object({ id: z.string(), name: z.string() });
const functions = z.array(z.object({ name: z.string() }));

/** Resource Manager gives outputs back in other letter cases, such as `azurE_RESOURCE_GROUP`. */
const outputs = z
  .object({
    properties: z.object({ outputs: z.record(z.string(), z.object({ value: z.unknown() })) }),
  })
  .transform(({ properties }) =>
    Object.fromEntries(
      Object.entries(properties.outputs).map(([name, { value }]) => [name.toUpperCase(), value]),
    ),
  )
  .pipe(
    z.object({
      AZURE_RESOURCE_GROUP: z.string(),
      FUNCTION_APP_NAME: z.string(),
      FUNCTION_APP_HOST: z.string(),
      WATCHED_SCOPES: z.string(),
      HAS_EVENT_TOPIC: z.boolean(),
      ALERTS: z.string(),
      ALERTS_ENTRA: z.string(),
    }),
  );

/** Stands in a dry run for what the first deployment would answer. */
const UNKNOWN: Deployed = {
  resourceGroup: "<AZURE_RESOURCE_GROUP>",
  functionApp: "<FUNCTION_APP_NAME>",
  host: "<FUNCTION_APP_HOST>",
  watch: ["<WATCHED_SCOPES>"],
  eventTopic: false,
  alerts: "<ALERTS>",
  alertsEntra: "<ALERTS_ENTRA>",
};

async function main(): Promise<number> {
  const call = readCall(process.argv.slice(2));
  if (call.kind === "help") {
    print(HELP);
    return 0;
  }
  if (call.kind === "bad") {
    print(`${call.problems.join("\n")}\n\n${HELP}`);
    return 2;
  }
  try {
    await (call.dryRun ? showAll(call) : deployAll(call));
    return 0;
  } catch (error) {
    if (error instanceof StepError) {
      print(`\n${error.message}\n${error.nextStep}`);
      return 1;
    }
    throw error;
  }
}

async function deployAll(call: DeployCall): Promise<void> {
  const { name, id } = await readFrom(showAccount(call), account);
  print(`to the subscription ${name} (${id})`);
  if (call.kind === "events") {
    for (const look of looksBefore(call)) {
      await waitForFunctions(look, call.lookSeconds);
    }
    await run(deployEvents(call.deployed, call));
    return;
  }
  await run(registerProvider(call));
  const made = await readFrom(deployMain(call), outputs);
  const deployed: Deployed = {
    resourceGroup: made.AZURE_RESOURCE_GROUP,
    functionApp: made.FUNCTION_APP_NAME,
    host: made.FUNCTION_APP_HOST,
    watch: made.WATCHED_SCOPES.split(","),
    eventTopic: made.HAS_EVENT_TOPIC,
    alerts: made.ALERTS,
    alertsEntra: made.ALERTS_ENTRA,
  };
  await run(makePackage());
  if (!existsSync(PACKAGE)) {
    throw new StepError(`npm run package left no ${PACKAGE}.`, {
      nextStep: "Run this at the root of the project.",
    });
  }
  await run(deployCode(deployed, call));
  await waitForFunctions(listFunctions(deployed, call), call.lookSeconds);
  await run(deployEvents(deployed, call));
  print(`\nDeployed: https://${deployed.host}. Go on with "After it" in docs/deploy.md.`);
}

async function showAll(call: DeployCall): Promise<void> {
  const commands =
    call.kind === "events"
      ? [showAccount(call), ...looksBefore(call), deployEvents(call.deployed, call)]
      : [
          showAccount(call),
          registerProvider(call),
          deployMain(call),
          makePackage(),
          deployCode(UNKNOWN, call),
          listFunctions(UNKNOWN, call),
          deployEvents(UNKNOWN, call),
        ];
  commands.forEach((command) => print(`# ${command.purpose}\n${lineOf(command)}`));
}

/** The look at the functions before the last step alone, if their app is named. */
function looksBefore(call: DeployCall & { readonly kind: "events" }): readonly Command[] {
  return call.deployed.functionApp === "" ? [] : [listFunctions(call.deployed, call)];
}

async function waitForFunctions(command: Command, lookSeconds: number): Promise<void> {
  for (let look = 1; look <= LOOKS; look += 1) {
    // Resource Manager names them APP/FUNCTION.
    const seen = await readFrom(command, functions);
    const names = new Set(seen.map(({ name }) => name.split("/").at(-1)));
    if (WANTED_FUNCTIONS.every((name) => names.has(name))) {
      return;
    }
    await pause(lookSeconds * 1000);
  }
  throw new StepError(`Azure does not see ${WANTED_FUNCTIONS.join(", ")} in the app.`, command);
}

async function run(command: Command): Promise<string> {
  print(`${command.purpose} …`);
  return await runCommand(command);
}

/** @throws StepError if the answer is not of the form that the Azure CLI documents. */
async function readFrom<Schema extends z.ZodType>(
  command: Command,
  schema: Schema,
): Promise<z.output<Schema>> {
  const printed = await run(command);
  try {
    return schema.parse(JSON.parse(printed));
  } catch (error) {
    throw new StepError(`${lineOf(command)} answered something else than it should.`, {
      nextStep: "Run that command yourself and look at its answer; a newer Azure CLI may help.",
      cause: error,
    });
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main();
