import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";
import { z } from "zod";

import { matching } from "../cli/matchers.ts";
import { DEPLOYMENTS, resourcesOf, scopeOf, snapshotOf, type Resource } from "./snapshots.ts";

const GROUP =
  "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-static-ip-remediator";

/** What Azure is to tell of the program itself, by the end of the rule's name. */
const ABOUT_ITSELF = [
  "remediator-dead-letters",
  "remediator-events-failed",
  "remediator-incident-open-too-long",
  "remediator-incidents-failed",
  "remediator-no-events",
  "remediator-not-running",
];

const criteria = z.object({ allOf: z.array(z.record(z.string(), z.unknown())) });

function rulesOf(example: string): readonly Resource[] {
  return ["metricAlerts", "scheduledQueryRules"].flatMap((type) =>
    resourcesOf(`${example}.events`, `Microsoft.Insights/${type}`),
  );
}

function nameOf({ id }: Resource): string {
  return id.split("/").at(-1) ?? "";
}

function ruleOf(example: string, name: string): Resource | undefined {
  return rulesOf(example).find((rule) => nameOf(rule) === name);
}

function groupOf(example: string, name: string): Resource | undefined {
  return resourcesOf(`${example}.events`, "Microsoft.Insights/actionGroups").find(
    (group) => nameOf(group) === name,
  );
}

/** Ids of the action groups that a rule calls, in the form of either kind of rule. */
function calledBy({ properties }: Resource): readonly string[] {
  return z
    .union([
      z
        .array(z.object({ actionGroupId: z.string() }))
        .transform((actions) => actions.map(({ actionGroupId }) => actionGroupId)),
      z.object({ actionGroups: z.array(z.string()) }).transform(({ actionGroups }) => actionGroups),
    ])
    .parse(properties["actions"]);
}

describe.each(DEPLOYMENTS)("the alerts of %s", (example) => {
  it("tell of each trouble with the program itself", () => {
    const names = rulesOf(example).map((rule) => nameOf(rule));

    expect(names).toEqual(expect.arrayContaining(ABOUT_ITSELF));
  });

  it("are what its parameters for the events wish, as main.bicep hands them on", () => {
    const { outputs } = snapshotOf(example);
    const source = readFileSync(
      new URL(`../../infra/examples/${example}.events.bicepparam`, import.meta.url),
      "utf8",
    );
    const emails = z
      .object({ emails: z.array(z.string()).default([]) })
      .parse(JSON.parse(z.string().parse(outputs["ALERTS"]))).emails;
    const receivers = groupOf(example, "remediator-people")?.properties["emailReceivers"] ?? [];

    expect(receivers).toMatchObject(emails.map((emailAddress) => ({ emailAddress })));
    expect(source.includes("param entra")).toBe(outputs["ALERTS_ENTRA"] !== "");
  });

  it("reach the program over HTTPS, in the common schema", () => {
    expect(groupOf(example, "remediator-heal")?.properties).toMatchObject({
      enabled: true,
      webhookReceivers: [
        {
          serviceUri: matching(/'https:\/\/\{0\}\/api\/alerts', .*\.defaultHostName\)/u),
          useCommonAlertSchema: true,
        },
      ],
    });
  });

  it("have no key in them that could be read", () => {
    const text = JSON.stringify(snapshotOf(`${example}.events`));

    expect(text).not.toMatch(/code=(?!\{1\}')/u);
    expect(snapshotOf(`${example}.events`).outputs).toEqual({});
    expect(JSON.stringify(snapshotOf(example).outputs)).not.toMatch(/listKeys|code=/u);
  });

  it("are in the resource group of the app, whatever they are about", () => {
    for (const rule of rulesOf(example)) {
      expect(scopeOf(rule)).toBe(GROUP);
    }
  });
});

describe("a webhook", () => {
  it("proves by a token who calls, where the app takes tokens", () => {
    const group = groupOf("many-subscriptions", "remediator-heal");

    expect(group?.properties).toMatchObject({
      webhookReceivers: [
        {
          useAadAuth: true,
          tenantId: "99999999-9999-9999-9999-999999999999",
          objectId: "66666666-6666-6666-6666-666666666666",
          identifierUri: "api://88888888-8888-8888-8888-888888888888",
        },
      ],
    });
    expect(JSON.stringify(group)).not.toContain("listKeys");
    expect(snapshotOf("many-subscriptions").outputs["ALERTS_ENTRA"]).toBe(
      '{"tenantId":"99999999-9999-9999-9999-999999999999","objectId":"66666666-6666-6666-6666-666666666666","audience":"api://88888888-8888-8888-8888-888888888888"}',
    );
  });

  it.each(["one-resource-group", "healing"])(
    "has in %s a key that opens the function for alerts only",
    (example) => {
      const text = JSON.stringify(groupOf(example, "remediator-heal"));

      expect(text.match(/listKeys\('[^']+'/gu)).toEqual([matching(/\/functions\/alerts'$/u)]);
      expect(text).not.toContain("useAadAuth");
    },
  );
});

describe("rules that see the true fault", () => {
  const wanted = ["remediator-no-heartbeat", "remediator-rdp-silent"];

  it("are there when they are asked for, and hand their VM to the program", () => {
    for (const name of wanted) {
      const rule = ruleOf("healing", name);
      expect(rule === undefined ? [] : calledBy(rule)).toEqual([
        groupOf("healing", "remediator-heal")?.id,
      ]);
    }
    const heartbeat = ruleOf("healing", "remediator-no-heartbeat")?.properties;
    expect(heartbeat?.["scopes"]).toEqual([matching(/\/rg-monitoring\/.*\/workspaces\/log-vms$/u)]);
    expect(criteria.parse(heartbeat?.["criteria"]).allOf).toMatchObject([
      { resourceIdColumn: "_ResourceId", query: matching(/OSType == "Windows"/u) },
    ]);
    const silent = ruleOf("healing", "remediator-rdp-silent")?.properties;
    expect(criteria.parse(silent?.["criteria"]).allOf).toMatchObject([
      { metricName: "ChecksFailedPercent", dimensions: [{ name: "DestinationResourceId" }] },
    ]);
  });

  it("have the Connection Monitor that they are about, which dials RDP", () => {
    const [monitor] = resourcesOf(
      "healing.events",
      "Microsoft.Network/networkWatchers/connectionMonitors",
    );

    expect(monitor?.id).toContain("/resourceGroups/NetworkWatcherRG/");
    expect(ruleOf("healing", "remediator-rdp-silent")?.properties["scopes"]).toEqual([monitor?.id]);
    expect(monitor?.properties).toMatchObject({
      endpoints: [{ name: "source" }, { name: "vm-0" }, { name: "vm-1" }],
      testConfigurations: [{ protocol: "Tcp", tcpConfiguration: { port: 3389 } }],
    });
  });

  it.each(["one-resource-group", "many-subscriptions"])(
    "are not in %s, which names no workspace and no Connection Monitor",
    (example) => {
      const names = rulesOf(example).map((rule) => nameOf(rule));

      expect(names.filter((name) => wanted.includes(name))).toEqual([]);
    },
  );
});

describe("rules about the program itself", () => {
  it.each(["healing", "many-subscriptions"])(
    "tell in %s those who are named, not the program",
    (example) => {
      const people = groupOf(example, "remediator-people")?.id;
      const rules = rulesOf(example).filter((rule) => ABOUT_ITSELF.includes(nameOf(rule)));

      expect(people).toBeDefined();
      for (const rule of rules) {
        expect(calledBy(rule)).toEqual([people]);
      }
    },
  );

  it("are valid without anybody to tell: they call nobody", () => {
    expect(groupOf("one-resource-group", "remediator-people")).toBeUndefined();
    for (const rule of rulesOf("one-resource-group")) {
      expect(calledBy(rule)).toEqual([]);
    }
  });

  it("watch deliveries of the own topic, and of the system topics that are named", () => {
    const deliveries = rulesOf("many-subscriptions").filter((rule) => /Count-/u.test(nameOf(rule)));
    const [topic] = resourcesOf("many-subscriptions", "Microsoft.EventGrid/topics");
    const ofTopic = deliveries.filter(
      ({ properties }) => JSON.stringify(properties["scopes"]) === JSON.stringify([topic?.id]),
    );

    expect(deliveries).toHaveLength(6);
    expect(
      ofTopic.map((rule) => criteria.parse(rule.properties["criteria"]).allOf[0]),
    ).toMatchObject(
      ["DeadLetteredCount", "DroppedEventCount", "DeliveryAttemptFailCount"].map((metricName) => ({
        metricName,
        metricNamespace: "Microsoft.EventGrid/topics",
      })),
    );
    const ofOthers = deliveries.find((rule) => !ofTopic.includes(rule));
    expect(criteria.parse(ofOthers?.properties["criteria"]).allOf).toMatchObject([
      { metricNamespace: "Microsoft.EventGrid/systemTopics" },
    ]);
  });

  it("ask the Application Insights resource that the app tells", () => {
    const [insights] = resourcesOf("healing", "Microsoft.Insights/components");
    const asked = rulesOf("healing")
      .filter(({ type }) => type.endsWith("/scheduledQueryRules"))
      .filter((rule) => ABOUT_ITSELF.includes(nameOf(rule)));

    expect(asked.map(({ properties }) => properties["scopes"])).toEqual(
      asked.map(() => [insights?.id]),
    );
  });
});

describe("functions that the alerts name", () => {
  it("are those of the program", () => {
    const triggers = new URL("../../functions/triggers/", import.meta.url);
    const sources = readdirSync(triggers)
      .map((file) => readFileSync(new URL(file, triggers), "utf8"))
      .join("\n");
    const text = readFileSync(new URL("../../infra/alerts.bicep", import.meta.url), "utf8");
    const keyOf = /\/functions\/(?<name>\w+)'/u.exec(text)?.groups?.["name"];
    const asked = /where name in \((?<names>[^)]+)\)/u.exec(text)?.groups?.["names"] ?? "";

    expect(sources).toContain(`httpRoute("${keyOf}", {`);
    expect(asked.split(", ").map((name) => sources.includes(`app.eventGrid(${name}, {`))).toEqual([
      true,
      true,
    ]);
  });
});

describe.each(DEPLOYMENTS)("the workbook of %s", (example) => {
  it("asks the Application Insights resource that the app tells", () => {
    const [insights] = resourcesOf(example, "Microsoft.Insights/components");

    expect(resourcesOf(example, "Microsoft.Insights/workbooks")).toMatchObject([
      {
        properties: {
          sourceId: insights?.id,
          displayName: "Static IP Remediator",
          serializedData: matching(/remediator\.incidents.*Refusals by reason/su),
        },
      },
    ]);
  });
});
