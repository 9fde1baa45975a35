import { parseArgs } from "node:util";

import { z } from "zod";

import type { Deployed } from "./deploy-steps.ts";

/** What `--help` says. */
export const HELP = `npm run deploy -- --parameters FILE --location REGION [options]

  --parameters FILE    a .bicepparam file for infra/main.bicep, such as those in infra/examples
  --location REGION    for example westeurope
  --subscription ID    where to deploy to; else the one that az account show names
  --no-dead-letters    keep no events that could not be delivered
  --look-seconds N     between the 20 looks whether Azure sees the functions; 30
  --dry-run            print the commands, run none

  --events-only        only the last step, as azd's hook does; instead of --parameters it takes
                       --resource-group NAME --watch ID,ID --event-topic true|false
                       --alerts JSON --alerts-entra JSON
                       --function-app NAME, whose functions are waited for

Exit codes: 0 deployed, 1 a step failed, 2 bad input: nothing was started.`;

interface Common {
  /** Region in which Azure keeps the deployment, and where all is made unless the parameters say otherwise. */
  readonly location: string;
  /** @default null: the one that `az account show` names */
  readonly subscription: string | null;
  readonly deadLetters: boolean;
  readonly lookSeconds: number;
  readonly dryRun: boolean;
}

/** What to deploy, and where to. */
export type DeployCall =
  | (Common & {
      readonly kind: "all";
      /** A `.bicepparam` file for main.bicep. */
      readonly parameters: string;
    })
  | (Common & { readonly kind: "events"; readonly deployed: Deployed });

const OPTIONS = {
  parameters: { type: "string" },
  location: { type: "string" },
  subscription: { type: "string" },
  "no-dead-letters": { type: "boolean" },
  "look-seconds": { type: "string" },
  "dry-run": { type: "boolean" },
  "events-only": { type: "boolean" },
  "resource-group": { type: "string" },
  "function-app": { type: "string" },
  watch: { type: "string" },
  "event-topic": { type: "string" },
  alerts: { type: "string" },
  "alerts-entra": { type: "string" },
  help: { type: "boolean" },
} as const;

const SCOPE = /^\/subscriptions\/[\da-f-]{36}(?:\/resourceGroups\/[\w.()-]+)?$/iu;

type Values = ReturnType<typeof parse>;

/** Reads the words behind `npm run deploy --`; every problem is named. */
export function readCall(
  words: readonly string[],
):
  | DeployCall
  | { readonly kind: "help" }
  | { readonly kind: "bad"; readonly problems: readonly string[] } {
  try {
    const values = parse(words);
    if (values.help === true) {
      return { kind: "help" };
    }
    const problems = problemsOf(values);
    return problems.length > 0 ? { kind: "bad", problems } : callOf(values);
  } catch (error) {
    return { kind: "bad", problems: [error instanceof Error ? error.message : String(error)] };
  }
}

function parse(words: readonly string[]) {
  return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: false }).values;
}

function problemsOf(values: Values): readonly string[] {
  const needed = [
    "location" as const,
    ...(values["events-only"] === true
      ? (["resource-group", "watch"] as const)
      : (["parameters"] as const)),
  ];
  const missing = needed.filter((name) => (values[name] ?? "") === "");
  const unreadable = scopesOf(values).filter((scope) => !SCOPE.test(scope));
  return [
    ...missing.map((name) => `--${name} is missing.`),
    ...unreadable.map((scope) => `--watch: ${scope} is no id of a subscription or resource group.`),
    ...(["alerts", "alerts-entra"] as const)
      .filter((name) => (values[name] ?? "") !== "" && !isJsonObject(values[name] ?? ""))
      .map((name) => `--${name} is no JSON object.`),
    ...(secondsOf(values) >= 0 ? [] : ["--look-seconds is no number of seconds."]),
  ];
}

function callOf(values: Values): DeployCall {
  const common: Common = {
    location: values.location ?? "",
    subscription: values.subscription ?? null,
    deadLetters: values["no-dead-letters"] !== true,
    lookSeconds: secondsOf(values),
    dryRun: values["dry-run"] === true,
  };
  if (values["events-only"] !== true) {
    return { ...common, kind: "all", parameters: values.parameters ?? "" };
  }
  return { ...common, kind: "events", deployed: deployedOf(values) };
}

/** What the first step made, as azd hands it over. */
function deployedOf(values: Values): Deployed {
  return {
    resourceGroup: values["resource-group"] ?? "",
    functionApp: values["function-app"] ?? "",
    host: "",
    watch: scopesOf(values),
    eventTopic: values["event-topic"]?.toLowerCase() === "true",
    alerts: values.alerts === undefined || values.alerts === "" ? "{}" : values.alerts,
    alertsEntra: values["alerts-entra"] ?? "",
  };
}

function scopesOf(values: Values): readonly string[] {
  const named = values.watch ?? "";
  return named === "" ? [] : named.split(",").map((id) => id.trim());
}

function secondsOf(values: Values): number {
  return Number(values["look-seconds"] ?? 30);
}

/** What may be in it, Bicep knows. */
function isJsonObject(text: string): boolean {
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
