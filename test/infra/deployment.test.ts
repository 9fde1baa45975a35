import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";
import { z } from "zod";

import { readSettings } from "../../shared/settings.ts";
import { environment } from "../../shared/settings/environment.ts";
import { containing, matching } from "../cli/matchers.ts";
import {
  DEPLOYMENTS,
  readJson,
  resourcesOf,
  scopeOf,
  settingsOf,
  snapshotOf,
  type Resource,
} from "./snapshots.ts";

const SUBSCRIPTION = "/subscriptions/11111111-1111-1111-1111-111111111111";
const GROUP = `${SUBSCRIPTION}/resourceGroups/rg-static-ip-remediator`;
const ID = "77777777-7777-7777-7777-777777777777";
const DOCUMENT = readFileSync(new URL("../../docs/deploy.md", import.meta.url), "utf8");

const GROUPS = z.record(z.string(), z.array(z.string())).parse(readJson("role-actions.json"));

/** What can be reached from the internet, each with its reason in docs/deploy.md. Everything else is inside, or no endpoint. */
const PUBLIC: Readonly<Record<string, string>> = {
  "Microsoft.Web/sites": "func-remediator-",
  "Microsoft.Storage/storageAccounts": "strem",
  "Microsoft.EventGrid/topics": "evgt-remediator-",
  "Microsoft.DurableTask/schedulers": "dts-remediator-",
  "Microsoft.OperationalInsights/workspaces": "log-remediator-",
  "Microsoft.Insights/components": "appi-remediator-",
};
const WITHOUT_ENDPOINT = new Set([
  "Microsoft.Authorization/roleAssignments",
  "Microsoft.Authorization/roleDefinitions",
  "Microsoft.Insights/diagnosticSettings",
  "Microsoft.Insights/workbooks",
  "Microsoft.ManagedIdentity/userAssignedIdentities",
  "Microsoft.Network/networkSecurityGroups",
  "Microsoft.Network/virtualNetworks",
  "Microsoft.Resources/resourceGroups",
  "Microsoft.Web/serverfarms",
]);

/** Error 51021 names them; settings of these names are ignored or break the app. Source: "Flex Consumption plan deprecations". */
const REFUSED_BY_FLEX =
  /"(?:alwaysOn|ftpsState|functionAppScaleLimit|functionsRuntimeScaleMonitoringEnabled|linuxFxVersion|netFrameworkVersion|preWarmedInstanceCount|use32BitWorkerProcess|vnetRouteAllEnabled|FUNCTIONS_EXTENSION_VERSION|FUNCTIONS_WORKER_RUNTIME|ENABLE_ORYX_BUILD|SCM_DO_BUILD_DURING_DEPLOYMENT|TZ|WEBSITE_\w+)":/u;

const LOGGING = new Set([
  "Microsoft.EventGrid/topics",
  "Microsoft.OperationalInsights/workspaces",
  "Microsoft.Storage/storageAccounts/blobServices",
  "Microsoft.Storage/storageAccounts/queueServices",
  "Microsoft.Storage/storageAccounts/tableServices",
  "Microsoft.Web/sites",
]);

/** Whether something is reached through the endpoint of what it is a part of. */
function isPart(type: string): boolean {
  return Object.keys(PUBLIC).some((whole) => type.startsWith(`${whole}/`));
}

describe.each(DEPLOYMENTS)("what %s deploys", (example) => {
  const all = snapshotOf(example).predictedResources;

  function ofType(type: string): readonly Resource[] {
    return resourcesOf(example, type);
  }

  it("is predicted as a whole", () => {
    expect(snapshotOf(example).diagnostics).toEqual([]);
    expect(all.length).toBeGreaterThan(30);
  });

  it("has storage accounts without shared keys and without public blobs", () => {
    const accounts = ofType("Microsoft.Storage/storageAccounts");

    expect(accounts).toHaveLength(3);
    for (const { properties } of accounts) {
      expect(properties).toMatchObject({
        allowSharedKeyAccess: false,
        allowBlobPublicAccess: false,
        allowCrossTenantReplication: false,
      });
    }
    for (const { properties } of ofType(
      "Microsoft.Storage/storageAccounts/blobServices/containers",
    )) {
      expect(properties["publicAccess"]).toBe("None");
    }
  });

  it("takes tokens of identities alone, where a service would take keys too", () => {
    for (const { properties } of ofType("Microsoft.EventGrid/topics")) {
      expect(properties["disableLocalAuth"]).toBe(true);
    }
    for (const { properties } of ofType("Microsoft.Insights/components")) {
      expect(properties["DisableLocalAuth"]).toBe(true);
    }
    for (const { properties } of ofType("Microsoft.OperationalInsights/workspaces")) {
      expect(properties["features"]).toEqual({ disableLocalAuth: true });
    }
    for (const { properties } of ofType("Microsoft.Web/sites/basicPublishingCredentialsPolicies")) {
      expect(properties["allow"]).toBe(false);
    }
    expect(ofType("Microsoft.Web/sites/basicPublishingCredentialsPolicies")).toHaveLength(2);
    expect(JSON.stringify(snapshotOf(example))).not.toMatch(
      /listKeys|AccountKey=|SharedAccess|sig=/iu,
    );
  });

  it("speaks HTTPS from TLS 1.2 on", () => {
    for (const { properties } of ofType("Microsoft.Storage/storageAccounts")) {
      expect(properties).toMatchObject({
        minimumTlsVersion: "TLS1_2",
        supportsHttpsTrafficOnly: true,
      });
    }
    for (const { properties } of ofType("Microsoft.EventGrid/topics")) {
      expect(properties["minimumTlsVersionAllowed"]).toBe("1.2");
    }
    const [site] = ofType("Microsoft.Web/sites");
    expect(site?.properties).toMatchObject({
      httpsOnly: true,
      siteConfig: { minTlsVersion: "1.2", scmMinTlsVersion: "1.2" },
    });
  });

  it("can be reached from the internet only where the document says so", () => {
    const types = [...new Set(all.map(({ type }) => type))].filter(
      (type) => !isPart(type) && !WITHOUT_ENDPOINT.has(type),
    );

    for (const type of types) {
      expect(Object.keys(PUBLIC)).toContain(type);
      expect(DOCUMENT).toContain(PUBLIC[type]);
    }
  });

  it("keeps logs of everything that can", () => {
    const logged = ofType("Microsoft.Insights/diagnosticSettings").map((setting) => {
      expect(setting.properties["workspaceId"]).toMatch(/\/workspaces\/log-remediator-/u);
      return scopeOf(setting);
    });
    const wanted = all.filter(({ type }) => LOGGING.has(type)).map(({ id }) => id);

    expect(logged.toSorted()).toEqual(wanted.toSorted());
  });

  it("runs in a subnet, by an identity of its own, with one instance ready for orchestrations", () => {
    const [site] = ofType("Microsoft.Web/sites");

    expect(site).toMatchObject({ identity: { type: "UserAssigned" } });
    expect(site?.properties).toMatchObject({
      virtualNetworkSubnetId: containing("/subnets/"),
      functionAppConfig: {
        runtime: { name: "node", version: "24" },
        deployment: { storage: { authentication: { type: "UserAssignedIdentity" } } },
        scaleAndConcurrency: { alwaysReady: [{ name: "durable", instanceCount: 1 }] },
      },
    });
  });

  it("asks Flex Consumption for nothing that it refuses", () => {
    const parts = all.filter(({ type }) => type.startsWith("Microsoft.Web/"));

    expect(JSON.stringify(parts)).not.toMatch(REFUSED_BY_FLEX);
  });

  it("sets only what the program reads, to values that it takes", () => {
    const settings = settingsOf(example);
    const own = Object.keys(settings).filter((name) => name.startsWith("REMEDIATOR_"));

    expect(Object.keys(environment.shape)).toEqual(expect.arrayContaining(own));
    expect(() => readSettings(evaluated(settings))).not.toThrow();
  });

  it("reaches the storage of the host and of the records by identity", () => {
    const settings = settingsOf(example);

    expect(settings).toMatchObject({
      AzureWebJobsStorage__credential: "managedidentity",
      AzureWebJobsStorage__blobServiceUri: matching(/stremhost.*\.blob\]$/u),
      AzureWebJobsStorage__queueServiceUri: matching(/stremhost.*\.queue\]$/u),
      AzureWebJobsStorage__tableServiceUri: matching(/stremhost.*\.table\]$/u),
      REMEDIATOR_TABLE_ENDPOINT: matching(/stremrec.*\.table\]$/u),
      REMEDIATOR_BLOB_ENDPOINT: matching(/stremrec.*\.blob\]$/u),
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: containing("Authorization=AAD"),
    });
    expect(settings).not.toHaveProperty("AzureWebJobsStorage");
  });
});

describe("the rights that a deployment gives", () => {
  it.each([
    ["one-resource-group", [`${SUBSCRIPTION}/resourceGroups/rg-web`]],
    ["healing", [SUBSCRIPTION]],
    [
      "many-subscriptions",
      [
        "/subscriptions/11111111-1111-1111-1111-111111111111",
        "/subscriptions/22222222-2222-2222-2222-222222222222",
        "/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/rg-desktops",
        "/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/rg-jump-hosts",
      ],
    ],
  ])("reach in %s as far as what is watched", (example, watched) => {
    const roles = new Set(
      resourcesOf(example, "Microsoft.Authorization/roleDefinitions").map(({ id }) => id),
    );
    const outside = resourcesOf(example, "Microsoft.Authorization/roleAssignments").filter(
      (assignment) => roles.has(String(assignment.properties["roleDefinitionId"])),
    );

    expect(outside.map((assignment) => scopeOf(assignment)).toSorted()).toEqual(watched);
  });

  it.each(DEPLOYMENTS)("are in %s built-in roles on single things of its own, else", (example) => {
    const own = new Set(
      resourcesOf(example, "Microsoft.Authorization/roleDefinitions").map(({ id }) => id),
    );
    const builtIn = resourcesOf(example, "Microsoft.Authorization/roleAssignments")
      .filter(({ properties }) => !own.has(String(properties["roleDefinitionId"])))
      .map((assignment) => scopeOf(assignment));
    const secret = `${SUBSCRIPTION}/resourceGroups/rg-secrets/providers/Microsoft.KeyVault/vaults/kv-operations/secrets/console-login`;

    const foreign = builtIn.filter((scope) => !scope.startsWith(`${GROUP}/providers/`));

    expect(builtIn.length).toBeGreaterThanOrEqual(6);
    expect(foreign).toEqual(example === "healing" ? [secret] : []);
  });

  it.each([
    ["one-resource-group", ["read", "guest"]],
    ["healing", ["read", "guest", "heal", "console", "nic"]],
    ["many-subscriptions", ["read", "guest"]],
  ])("are in %s the actions that its settings want: %j", (example, groups) => {
    const roles = resourcesOf(example, "Microsoft.Authorization/roleDefinitions");

    expect(roles.length).toBeGreaterThan(0);
    for (const role of roles) {
      expect(role.properties).toMatchObject({
        assignableScopes: [scopeOf(role)],
        permissions: [permissionsOf(groups)],
      });
    }
  });

  it("name each action by its whole name", () => {
    const actions = Object.values(GROUPS).flat();

    expect(actions.filter((action) => action.includes("*"))).toEqual([]);
    expect(new Set(actions).size).toBe(actions.length);
  });

  it("are the same below a management group, and nothing else is deployed there", () => {
    const { predictedResources } = snapshotOf("management-group.rights");

    expect(predictedResources.map((made) => [made.type, scopeOf(made)])).toEqual(
      ["roleDefinitions", "roleAssignments"].map((type) => [
        `Microsoft.Authorization/${type}`,
        "/providers/Microsoft.Management/managementGroups/mg-landing-zones",
      ]),
    );
    expect(predictedResources[0]?.properties["permissions"]).toEqual([
      permissionsOf(["read", "guest", "heal"]),
    ]);
  });
});

describe("a deployment that says nothing but what is watched", () => {
  it("observes, allows nothing, and takes VMs by their tag", () => {
    const settings = readSettings(evaluated(settingsOf("one-resource-group")));

    expect(settings).toMatchObject({
      mode: "observe",
      allowed: [],
      scope: [],
      consoleSecret: null,
      eventTopic: null,
      paused: false,
      authentication: { kind: "functionKey" },
    });
  });
});

describe("the document", () => {
  it.each([
    ["parameter", "main.bicep", /^param (?<name>\w+)/gmu, 15],
    ["wish about alerts", "modules/alert-wishes.bicep", /^ {2}(?<name>\w+): .*\?$/gmu, 8],
  ])("has every %s", (_what, file, pattern, atLeast) => {
    const names = namesIn(file, pattern);

    expect(names.length).toBeGreaterThanOrEqual(atLeast);
    expect(names.filter((name) => !DOCUMENT.includes(`\`${name}\``))).toEqual([]);
  });
});

describe("further settings", () => {
  it("can be all that the program reads and no parameter makes, and nothing that it does not know", () => {
    const known = namesIn("modules/further-settings.bicep", /^ {2}(?<name>REMEDIATOR_\w+): /gmu);
    const further = new Set(["REMEDIATOR_PROBE_ROUND_MINUTES", "REMEDIATOR_SNAPSHOT_DAYS"]);
    const made = DEPLOYMENTS.flatMap((example) => Object.keys(settingsOf(example)));
    const ofOneMachine = ["REMEDIATOR_DATA", "REMEDIATOR_ARM_ENDPOINT", "REMEDIATOR_ARM_TOKEN"];
    const others = new Set(
      Object.keys(environment.shape).filter((name) => name.startsWith("REMEDIATOR_")),
    );

    for (const name of [...made.filter((setting) => !further.has(setting)), ...ofOneMachine]) {
      others.delete(name);
    }

    expect(new Set(known)).toEqual(others);
  });
});

describe("a deployment with its own wishes", () => {
  it("hands them to the program", () => {
    expect(readSettings(evaluated(settingsOf("healing")))).toMatchObject({
      mode: "heal",
      allowed: ["console", "restarts"],
      scope: [`${SUBSCRIPTION}/resourcegroups/rg-web`],
      consoleSecret: "https://kv-operations.vault.azure.net/secrets/console-login",
      probeRoundMinutes: 15,
      snapshotDays: 14,
    });
    expect(readSettings(evaluated(settingsOf("many-subscriptions")))).toMatchObject({
      eventTopic: "https://topic.westeurope-1.eventgrid.azure.net/api/events",
      authentication: {
        kind: "entra",
        tenantId: "99999999-9999-9999-9999-999999999999",
        clientId: "88888888-8888-8888-8888-888888888888",
        audience: "api://88888888-8888-8888-8888-888888888888",
      },
    });
  });

  it("keeps out callers that it does not name, but Azure's own", () => {
    const [site] = resourcesOf("healing", "Microsoft.Web/sites");

    expect(site?.properties["siteConfig"]).toMatchObject({
      ipSecurityRestrictionsDefaultAction: "Deny",
      ipSecurityRestrictions: [
        { action: "Allow", tag: "ServiceTag", ipAddress: "ActionGroup" },
        { action: "Allow", tag: "ServiceTag", ipAddress: "AzureEventGrid" },
        { action: "Allow", tag: "Default", ipAddress: "198.51.100.0/24" },
      ],
    });
  });

  it("probes from the subnet that it names, and makes no network", () => {
    expect(resourcesOf("healing", "Microsoft.Network/virtualNetworks")).toEqual([]);
    expect(resourcesOf("one-resource-group", "Microsoft.Network/virtualNetworks")).toMatchObject([
      {
        properties: {
          subnets: [
            {
              properties: {
                delegations: [{ properties: { serviceName: "Microsoft.App/environments" } }],
              },
            },
          ],
        },
      },
    ]);
  });

  it("has its orchestrations in a Durable Task Scheduler, in the hub that host.json names", () => {
    const hostFile: unknown = JSON.parse(
      readFileSync(new URL("../../host.json", import.meta.url), "utf8"),
    );
    const { hubName } = z
      .object({ extensions: z.object({ durableTask: z.object({ hubName: z.string() }) }) })
      .parse(hostFile).extensions.durableTask;
    const [hub] = resourcesOf("many-subscriptions", "Microsoft.DurableTask/schedulers/taskHubs");
    const prefix = "AzureFunctionsJobHost__extensions__durableTask__storageProvider__";

    expect(hub?.id.split("/").at(-1)).toBe(hubName);
    expect(settingsOf("many-subscriptions")).toMatchObject({
      [`${prefix}type`]: "azureManaged",
      [`${prefix}connectionStringName`]: "DURABLE_TASK_SCHEDULER_CONNECTION_STRING",
      DURABLE_TASK_SCHEDULER_CONNECTION_STRING: containing("Authentication=ManagedIdentity"),
    });
    expect(Object.keys(settingsOf("healing")).filter((name) => name.startsWith(prefix))).toEqual(
      [],
    );
  });
});

/** Names that a pattern finds in a file of `infra/`. */
function namesIn(file: string, pattern: RegExp): readonly string[] {
  const source = readFileSync(new URL(`../../infra/${file}`, import.meta.url), "utf8");
  return [...source.matchAll(pattern)].map(({ groups }) => groups?.["name"] ?? "");
}

function permissionsOf(groups: readonly string[]): unknown {
  const actions = groups.flatMap((group) => GROUPS[group] ?? []);
  return { actions, notActions: [], dataActions: [], notDataActions: [] };
}

/** Settings as Azure would have them: what it alone knows in the form that it has. */
function evaluated(settings: Readonly<Record<string, string>>): Record<string, string> {
  const known: Readonly<Record<string, string>> = {
    REMEDIATOR_TABLE_ENDPOINT: "https://stremrec1.table.core.windows.net/",
    REMEDIATOR_BLOB_ENDPOINT: "https://stremrec1.blob.core.windows.net/",
    REMEDIATOR_EVENT_TOPIC: "https://topic.westeurope-1.eventgrid.azure.net/api/events",
    APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${ID}`,
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: `Authorization=AAD;ClientId=${ID}`,
    REMEDIATOR_CONSOLE_SECRET: "https://kv-operations.vault.azure.net/secrets/console-login",
  };
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      value.startsWith("[") ? (known[name] ?? value) : value,
    ]),
  );
}
