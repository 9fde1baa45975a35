import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { readCall } from "../../infra/tools/deploy-call.ts";
import { type Answers, deploy } from "./fake-tools.ts";
import { snapshotOf } from "./snapshots.ts";

const SUBSCRIPTION = "/subscriptions/11111111-1111-1111-1111-111111111111";
const WATCH = [SUBSCRIPTION, `${SUBSCRIPTION}/resourceGroups/rg-web`];
const ALL = ["--parameters", "mine.bicepparam", "--location", "westeurope", "--look-seconds", "0"];
const EVENTS = ["--events-only", "--location", "westeurope", "--resource-group", "rg-a"];

const ALERTS = '{"emails":["a@example.org"]}';

/** Resource Manager changes letter cases of the outputs' names. */
const OUTPUTS = {
  azurE_RESOURCE_GROUP: { type: "String", value: "rg-a" },
  functioN_APP_NAME: { type: "String", value: "func-a" },
  functioN_APP_HOST: { type: "String", value: "func-a.azurewebsites.net" },
  watcheD_SCOPES: { type: "String", value: WATCH.join(",") },
  haS_EVENT_TOPIC: { type: "Bool", value: true },
  alerts: { type: "String", value: ALERTS },
  alertS_ENTRA: { type: "String", value: "" },
  identitY_CLIENT_ID: { type: "String", value: "88888888-8888-8888-8888-888888888888" },
};

const WELL: Answers = {
  "az account show": [{ prints: { id: "sub-a", name: "Production", user: {} } }],
  "az deployment sub create --name static-ip-remediator-westeurope": [
    { prints: { properties: { outputs: OUTPUTS } } },
  ],
  "az functionapp function list": [
    { prints: [] },
    { prints: [{ name: "func-a/nicChanged" }] },
    {
      prints: ["nicChanged", "alertFired", "alerts"].map((name) => ({ name: `func-a/${name}` })),
    },
  ],
};

describe("a deployment", () => {
  it("makes what the code runs on, then brings the code, then events and alerts once the functions are seen", async () => {
    const { code, printed, calls } = await deploy(ALL, WELL);

    expect([code, printed]).toEqual([
      0,
      expect.stringContaining("https://func-a.azurewebsites.net"),
    ]);
    const app = "--resource-group rg-a --name func-a";
    const watch = JSON.stringify(WATCH);
    expect(calls.map((words) => words.join(" "))).toEqual([
      "az account show --output json",
      "az provider register --namespace Microsoft.App --wait",
      "az deployment sub create --name static-ip-remediator-westeurope --location westeurope --parameters mine.bicepparam --output json",
      "npm run --silent package",
      `az functionapp deployment source config-zip ${app} --src dist/static-ip-remediator.zip --output none`,
      `az functionapp function list ${app} --output json`,
      `az functionapp function list ${app} --output json`,
      `az functionapp function list ${app} --output json`,
      `az deployment sub create --name static-ip-remediator-events-westeurope --location westeurope --template-file infra/events.bicep --output none --parameters watch=${watch} resourceGroupName=rg-a eventTopic=true deadLetters=true {"alerts":{"value":${ALERTS}}}`,
    ]);
  });

  it("names the subscription to each command, if one is given", async () => {
    const { calls } = await deploy([...ALL, "--subscription", "sub-b"], {
      ...WELL,
      "az deployment sub create": [{ prints: { properties: { outputs: OUTPUTS } } }],
    });

    const ofAzure = calls.filter(([program]) => program === "az");
    expect(ofAzure.length).toBeGreaterThan(5);
    for (const words of ofAzure) {
      expect(words[words.indexOf("--subscription") + 1]).toBe("sub-b");
    }
  });

  it("hands a name to az as one word, whatever is in it", async () => {
    const odd = "a; $(touch b) 'c'.bicepparam";

    const { calls } = await deploy(["--parameters", odd, "--location", "westeurope"], {});

    expect(calls).toEqual([["az", "account", "show", "--output", "json"]]);
    const dry = await deploy(["--parameters", odd, "--location", "westeurope", "--dry-run"], {});
    expect(dry.printed).toContain(String.raw`--parameters 'a; $(touch b) '\''c'\''.bicepparam'`);
  });
});

describe("a deployment that goes wrong", () => {
  it.each([
    ["az account show", { says: "Please run 'az login'.", exits: 1 }, "Run az login", 1],
    [
      "az deployment sub create --name static-ip-remediator-westeurope",
      { says: "AuthorizationFailed", exits: 1 },
      "Owner, or Contributor and User Access Administrator",
      3,
    ],
    ["npm run", { exits: 2 }, "Run npm ci", 4],
    ["az functionapp deployment", { exits: 1 }, "wait five minutes", 5],
    ["az functionapp function list", { prints: "no json" }, "Run that command yourself", 6],
    [
      "az deployment sub create --name static-ip-remediator-events",
      { says: "Destination endpoint not found", exits: 1 },
      "--no-dead-letters",
      9,
    ],
  ])(
    "at %s stops there, shows what was said, and says what to do",
    async (command, answer, step, count) => {
      const { code, printed, calls } = await deploy(ALL, { ...WELL, [command]: [answer] });

      expect(code).toBe(1);
      expect(printed).toContain(step);
      expect(printed).toContain("says" in answer ? answer.says : command);
      expect(calls).toHaveLength(count);
      expect(calls.at(-1)?.join(" ")).toContain(command);
    },
  );

  it("without the Azure CLI says where to get it", async () => {
    const { code, printed } = await deploy(ALL, null);

    expect(code).toBe(1);
    expect(printed).toContain("az cannot be started");
    expect(printed).toContain("Azure Cloud Shell");
  });

  it("gives up when the functions never come", async () => {
    const { code, printed, calls } = await deploy(ALL, {
      ...WELL,
      "az functionapp function list": [{ prints: [{ name: "func-a/sweep" }] }],
    });

    expect(code).toBe(1);
    expect(printed).toContain("Azure does not see nicChanged, alertFired, alerts");
    expect(calls.at(-1)).toContain("function");
  });
});

describe("a dry run", () => {
  it("prints every command, runs none, and needs no Azure CLI", async () => {
    const { code, printed } = await deploy([...ALL, "--dry-run"], null);

    expect(code).toBe(0);
    expect(printed.split("\n").filter((line) => /^(?:az|npm) /u.test(line))).toEqual([
      "az account show --output json",
      "az provider register --namespace Microsoft.App --wait",
      "az deployment sub create --name static-ip-remediator-westeurope --location westeurope --parameters mine.bicepparam --output json",
      "npm run --silent package",
      "az functionapp deployment source config-zip --resource-group '<AZURE_RESOURCE_GROUP>' --name '<FUNCTION_APP_NAME>' --src dist/static-ip-remediator.zip --output none",
      "az functionapp function list --resource-group '<AZURE_RESOURCE_GROUP>' --name '<FUNCTION_APP_NAME>' --output json",
      `az deployment sub create --name static-ip-remediator-events-westeurope --location westeurope --template-file infra/events.bicep --output none --parameters 'watch=["<WATCHED_SCOPES>"]' 'resourceGroupName=<AZURE_RESOURCE_GROUP>' eventTopic=false deadLetters=true '{"alerts":{"value":<ALERTS>},"entra":{"value":<ALERTS_ENTRA>}}'`,
    ]);
  });
});

describe("the last step alone", () => {
  it("subscribes to what it is told to", async () => {
    const words = [...EVENTS, "--watch", WATCH.join(","), "--event-topic", "True"];
    const entra = '{"tenantId":"a","objectId":"b","audience":"api://c"}';
    const alerts = ["--alerts", ALERTS, "--alerts-entra", entra];

    const { code, calls } = await deploy([...words, ...alerts, "--no-dead-letters"], WELL);

    expect(code).toBe(0);
    expect(calls.map((call) => call[1])).toEqual(["account", "deployment"]);
    expect(calls.at(-1)?.slice(-5)).toEqual([
      `watch=${JSON.stringify(WATCH)}`,
      "resourceGroupName=rg-a",
      "eventTopic=true",
      "deadLetters=false",
      `{"alerts":{"value":${ALERTS}},"entra":{"value":${entra}}}`,
    ]);
  });

  it("waits for the functions of the app that it is told of, and shows that in a dry run", async () => {
    const app = ["--function-app", "func-a", "--look-seconds", "0"];
    const words = [...EVENTS, "--watch", SUBSCRIPTION, ...app];

    const { code, calls } = await deploy(words, WELL);
    const dry = await deploy([...words, "--dry-run"], null);

    const look = "az functionapp function list --resource-group rg-a --name func-a --output json";
    expect(code).toBe(0);
    expect(calls.slice(1, -1).map((call) => call.join(" "))).toEqual([look, look, look]);
    expect(calls.at(-1)).toContain("infra/events.bicep");
    expect(dry.printed).toContain(look);
  });

  it("takes what azd hands over for an app with function keys and no wishes", async () => {
    const words = [...EVENTS, "--watch", SUBSCRIPTION, "--alerts", "", "--alerts-entra", ""];

    const { code, calls } = await deploy(words, WELL);

    expect(code).toBe(0);
    expect(calls.at(-1)?.slice(-2)).toEqual(["deadLetters=true", '{"alerts":{"value":{}}}']);
  });

  it("is what azd runs after the code, with what main.bicep gave it", () => {
    const text = readFileSync(new URL("../../azure.yaml", import.meta.url), "utf8");
    const wanted = [...text.matchAll(/"\$(?<name>[A-Z_]+)"/gu)].map(
      ({ groups }) => groups?.["name"],
    );
    const given = ["AZURE_SUBSCRIPTION_ID", ...Object.keys(snapshotOf("healing").outputs)];

    expect(text).toContain("npm run --silent deploy -- --events-only");
    expect(wanted).toContain("ALERTS");
    expect(given).toEqual(expect.arrayContaining(wanted));
  });
});

describe("a call that cannot be understood", () => {
  it("starts nothing, and shows what can be asked for", async () => {
    const { code, printed, calls } = await deploy(["--parameters", "a"], WELL);

    expect([code, calls]).toEqual([2, []]);
    expect(printed).toContain("--location is missing.");
    expect(printed).toContain("npm run deploy --");
  });

  it.each([
    [[], ["--location is missing.", "--parameters is missing."]],
    [EVENTS, ["--watch is missing."]],
    [
      [...EVENTS, "--watch", "mine"],
      ["--watch: mine is no id of a subscription or resource group."],
    ],
    [
      [...EVENTS, "--watch", SUBSCRIPTION, "--alerts", "me@example.org", "--alerts-entra", "[1]"],
      ["--alerts is no JSON object.", "--alerts-entra is no JSON object."],
    ],
    [[...ALL, "--look-seconds", "soon"], ["--look-seconds is no number of seconds."]],
    [[...ALL, "--colour"], [expect.stringContaining("--colour")]],
    [[...ALL, "more"], [expect.stringContaining("more")]],
  ])("(%j) has each of its problems named", (words, problems) => {
    expect(readCall(words)).toEqual({ kind: "bad", problems });
  });
});
