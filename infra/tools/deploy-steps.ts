import type { Command } from "./az.ts";

/** Where to deploy to. */
interface Place {
  /** @default null: the one that `az account show` names */
  readonly subscription: string | null;
}

/** What main.bicep made that later steps need. */
export interface Deployed {
  readonly resourceGroup: string;
  /** Empty: not known, in the last step alone. */
  readonly functionApp: string;
  readonly host: string;
  /** Ids of subscriptions and resource groups. */
  readonly watch: readonly string[];
  readonly eventTopic: boolean;
  /** The parameter `alerts`, as JSON. */
  readonly alerts: string;
  /** Whose tokens the app takes, as JSON; empty: function keys. */
  readonly alertsEntra: string;
}

/** The package that `npm run package` makes. */
export const PACKAGE = "dist/static-ip-remediator.zip";

/** Who is logged in, and to which subscription. */
export function showAccount({ subscription }: Place): Command {
  return {
    program: "az",
    words: ["account", "show", ...optionsOf({ subscription, output: "json" })],
    purpose: "Look who is logged in",
    nextStep: "Run az login, then az account set --subscription ID.",
  };
}

/** Flex Consumption joins a network through this provider, which no template names. */
export function registerProvider({ subscription }: Place): Command {
  const options = optionsOf({ subscription, namespace: "Microsoft.App" });
  return {
    program: "az",
    words: ["provider", "register", ...options, "--wait"],
    purpose: "Register the provider of the app's network",
    nextStep: "Ask an owner of the subscription to register Microsoft.App, then run this again.",
  };
}

/** Everything but code, events and alerts. */
export function deployMain({
  subscription,
  location,
  parameters,
}: Place & { readonly location: string; readonly parameters: string }): Command {
  const name = `static-ip-remediator-${location}`;
  const options = optionsOf({ subscription, name, location, parameters, output: "json" });
  return {
    program: "az",
    words: ["deployment", "sub", "create", ...options],
    purpose: "Deploy what the program runs on, and its rights",
    nextStep:
      "Correct what Azure names above, and run this again: what is there stays. The deployer needs Owner, or Contributor and User Access Administrator, on each watched scope.",
  };
}

/** The code as one zip. */
export function makePackage(): Command {
  return {
    program: "npm",
    words: ["run", "--silent", "package"],
    purpose: "Make the package",
    nextStep: "Run npm ci, then npm run package, and correct what it names.",
  };
}

/** Hands the package to the app. */
export function deployCode(deployed: Deployed, place: Place): Command {
  const options = optionsOf({ ...appOf(deployed, place), src: PACKAGE, output: "none" });
  return {
    program: "az",
    words: ["functionapp", "deployment", "source", "config-zip", ...options],
    purpose: "Deploy the code",
    nextStep:
      "New rights take some minutes to be seen everywhere: wait five minutes and run this again.",
  };
}

/** Which functions Azure sees in the app. */
export function listFunctions(deployed: Deployed, place: Place): Command {
  const options = optionsOf({ ...appOf(deployed, place), output: "json" });
  return {
    program: "az",
    words: ["functionapp", "function", "list", ...options],
    purpose: "Look whether Azure sees the functions",
    nextStep: "Look at the app's log stream: it says why its functions did not load.",
  };
}

/** Events and alerts, for which the functions must be there. */
export function deployEvents(
  { resourceGroup, watch, eventTopic, alerts, alertsEntra }: Deployed,
  {
    subscription,
    location,
    deadLetters,
  }: Place & { readonly location: string; readonly deadLetters: boolean },
): Command {
  const template = {
    name: `static-ip-remediator-events-${location}`,
    location,
    "template-file": "infra/events.bicep",
    output: "none",
  };
  const parameters = Object.entries({
    resourceGroupName: resourceGroup,
    eventTopic,
    deadLetters,
  });
  // Older Azure CLIs take NAME=VALUE of a type with a name for a text (Azure/bicep #11747); as JSON it is what it is.
  const entra = alertsEntra === "" ? "" : `,"entra":{"value":${alertsEntra}}`;
  return {
    program: "az",
    words: [
      ...["deployment", "sub", "create"].concat(optionsOf({ subscription, ...template })),
      "--parameters",
      `watch=${JSON.stringify(watch)}`,
      ...parameters.map(([name, value]) => `${name}=${value}`),
      `{"alerts":{"value":${alerts}}${entra}}`,
    ],
    purpose: "Subscribe to NIC writes of what is watched, and make the alert rules",
    nextStep:
      "'Destination endpoint not found': the code is not there yet, run this again. A refused dead-letter account: run this again with --no-dead-letters. 'AadWebhookResourceNotOwnedByCaller': let an owner of the app registration run infra/scripts/register-app.sh --owner with your object id.",
  };
}

function appOf(
  { resourceGroup, functionApp }: Deployed,
  { subscription }: Place,
): Readonly<Record<string, string | null>> {
  return { subscription, "resource-group": resourceGroup, name: functionApp };
}

function optionsOf(values: Readonly<Record<string, string | null>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === null ? [] : [`--${name}`, value],
  );
}
