import { z } from "zod";

import roleFile from "../../../infra/role-actions.json" with { type: "json" };
import type { Azure } from "../../../shared/azure/clients.ts";
import { missingStorage } from "../../../shared/azure/storage/missing-storage.ts";
import { listSubscriptions } from "../../../shared/azure/subscriptions.ts";
import {
  nicWriteDelivery,
  readEventSubscriptions,
  type NicWriteSubscription,
} from "../../../shared/facts/event-subscriptions.ts";
import { missingActions, readPermissions } from "../../../shared/facts/permissions.ts";
import { CLOUD_CONTAINER, CLOUD_TABLES } from "../../../shared/incidents/cloud/names.ts";
import { readLogin } from "../../../shared/remedies/serial-console/credentials.ts";
import type { Settings } from "../../../shared/settings.ts";
import { failed, findingOf, ok, skipped, type Check, type Finding } from "./finding.ts";

/** Missing rights that a message names; the others are counted. */
const MOST_NAMED = 6;

/** The role's actions, by their part: what is not a list is none. */
const roleParts = z.record(z.string(), z.unknown()).transform((parts) =>
  Object.entries(parts).flatMap(([name, list]) => {
    const actions = z.array(z.string()).safeParse(list);
    return actions.success ? [{ name, actions: actions.data }] : [];
  }),
);

/** What Azure says of the identity in use: at these scopes, else at those of the settings, else on all that it sees. */
export async function azureChecks(
  azure: Azure,
  settings: Settings,
  asked: readonly string[],
): Promise<readonly Check[]> {
  const seen = await subscriptionsSeen(azure);
  const chosen = asked.length > 0 ? asked : settings.scope;
  const scopes = chosen.length > 0 ? chosen : seen.ids.map(subscriptionPath);
  const watched = new Set(scopes.flatMap((scope) => scope.split("/")[2]?.toLowerCase() ?? []));
  const wanted = wantedActions(settings);
  return [
    { name: "identity", of: null, run: async () => await checkIdentity(azure) },
    { name: "subscriptions", of: null, run: async () => await Promise.resolve(seen.finding) },
    ...scopes.map((scope) => ({
      name: "rights",
      of: scope,
      run: async () => await checkRights(azure, scope, wanted),
    })),
    ...[...watched].map((id) => ({
      name: "events",
      of: id,
      run: async () => await checkEvents(azure, id),
    })),
    { name: "storage", of: null, run: async () => await checkStorage(settings) },
    {
      name: "console-secret",
      of: null,
      run: async () => await checkSecret(azure, settings.consoleSecret),
    },
  ];
}

interface Seen {
  readonly ids: readonly string[];
  readonly finding: Finding;
}

async function subscriptionsSeen(azure: Azure): Promise<Seen> {
  try {
    const seen = await listSubscriptions(azure);
    const names = seen.map(({ id, name }) => `${name} (${id})`).join(", ");
    const finding =
      seen.length > 0
        ? ok(`The identity sees ${names}.`)
        : failed(
            "no-subscriptions",
            "The identity sees no subscription.",
            "Give it a role, as docs/deploy.md says; after that it takes some minutes.",
          );
    return { ids: seen.map(({ id }) => id), finding };
  } catch (error) {
    return { ids: [], finding: findingOf(error) };
  }
}

function subscriptionPath(id: string): string {
  return `/subscriptions/${id}`;
}

async function checkIdentity(azure: Azure): Promise<Finding> {
  if ((await azure.token()) === null) {
    return failed(
      "no-credential",
      "No access token could be had.",
      "Sign in with 'az login', or give the function app a managed identity.",
    );
  }
  const { oid, appid } = (await azure.ownIdentity()) ?? { oid: null, appid: null };
  return ok(
    `A token can be had: object id ${oid ?? "unknown"}, application ${appid ?? "unknown"}.`,
  );
}

/** What the settings let the program do; a part of the role that is not known here is wanted. */
function wantedActions({ mode, allowed }: Settings): readonly string[] {
  const needless = new Set([
    ...(mode === "heal" ? [] : ["heal", "nic"]),
    ...(allowed.includes("console") ? [] : ["console"]),
    ...(allowed.includes("restarts") ? [] : ["nic"]),
  ]);
  return roleParts
    .parse(roleFile)
    .filter(({ name }) => !needless.has(name))
    .flatMap(({ actions }) => actions);
}

async function checkRights(
  azure: Azure,
  scope: string,
  wanted: readonly string[],
): Promise<Finding> {
  const missing = missingActions(await readPermissions(azure, scope), wanted);
  if (missing.length === 0) {
    return ok(`All ${wanted.length} rights that the settings call for.`);
  }
  const named = missing.slice(0, MOST_NAMED).join(", ");
  const more = missing.length > MOST_NAMED ? `, and ${missing.length - MOST_NAMED} more` : "";
  return failed(
    "rights-missing",
    `${missing.length} of ${wanted.length} rights are missing: ${named}${more}.`,
    `Assign the role of infra/role-actions.json to the identity on ${scope}.`,
  );
}

async function checkEvents(azure: Azure, subscriptionId: string): Promise<Finding> {
  const delivery = nicWriteDelivery(await readEventSubscriptions(azure, subscriptionId));
  switch (delivery.kind) {
    case "ok":
      return ok(delivery.by.map(deliveryInWords).join(" "));
    case "none":
      return failed(
        "no-event-subscription",
        "No event subscription hands writes of NICs to nicChanged.",
        "Deploy infra/events.bicep after the code, as docs/deploy.md says. Without it only alerts, probe rounds and requests start runs.",
      );
    case "wrong":
      return failed(
        "event-subscription-wrong",
        `Event subscription ${delivery.name} goes to nicChanged of ${delivery.app}, but ${delivery.problems.join("; ")}.`,
        "Deploy infra/events.bicep again.",
      );
  }
}

/** Neither a foreign app nor a filter need be wrong: only a person knows what should be watched, and by which. */
function deliveryInWords({ name, app, begin, end }: NicWriteSubscription): string {
  const filters = [
    ...(begin === "" ? [] : [`begins with ${begin}`]),
    ...(end === "" ? [] : [`ends with ${end}`]),
  ];
  const only = filters.length === 0 ? "" : `, only where the NIC's id ${filters.join(" and ")}`;
  return `Event subscription ${name} hands writes of NICs to nicChanged of ${app}${only}.`;
}

async function checkStorage({ cloudStore }: Settings): Promise<Finding> {
  if (cloudStore === null) {
    return skipped("Records are kept in a folder of this machine.");
  }
  const { openStorage } = await import("../../../shared/azure/storage/storage.ts");
  const names = { tables: CLOUD_TABLES, container: CLOUD_CONTAINER };
  const missing = await missingStorage(openStorage(cloudStore), names);
  return missing.length === 0
    ? ok(`The records at ${new URL(cloudStore.tableEndpoint).host} can be read.`)
    : failed(
        "storage-missing",
        `The storage account does not have ${missing.join(", ")}.`,
        "Deploy infra/main.bicep, or let the program make them with its first record.",
      );
}

async function checkSecret(azure: Azure, address: string | null): Promise<Finding> {
  if (address === null) {
    return skipped("No login for the serial console is set.");
  }
  const reading = await readLogin(azure, address);
  return reading.kind === "read"
    ? ok("The login for the serial console can be read.")
    : failed(
        reading.code,
        reading.message,
        "Correct REMEDIATOR_CONSOLE_SECRET and the secret, and give the identity 'Key Vault Secrets User' on it.",
      );
}
