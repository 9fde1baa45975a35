import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";
import { z } from "zod";

import { readSettings } from "../../shared/settings.ts";

const timeSpan = z.string().regex(/^\d\d:\d\d:\d\d$/u);
const level = z.enum(["Trace", "Debug", "Information", "Warning", "Error", "Critical", "None"]);

/** Source: "Durable Functions settings in host.json", Durable Functions 2.x and 3.x. */
const durableTask = z.strictObject({
  // A letter, then letters and digits; Azure Storage allows 45 of them.
  hubName: z.string().regex(/^[A-Za-z][A-Za-z\d]{2,44}$/u),
  overridableExistingInstanceStates: z.enum(["NonRunningStates", "AnyState"]),
  defaultVersion: z.string().optional(),
  versionMatchStrategy: z.enum(["None", "Strict", "CurrentOrOlder"]).optional(),
  versionFailureStrategy: z.enum(["Reject", "Fail"]).optional(),
  maxConcurrentActivityFunctions: z.int().positive(),
  maxConcurrentOrchestratorFunctions: z.int().positive(),
  storageProvider: z.strictObject({ maxQueuePollingInterval: timeSpan }),
  tracing: z.strictObject({ traceInputsAndOutputs: z.boolean() }),
});

/** Source: "Azure Functions HTTP triggers and bindings overview", host.json settings. */
const http = z.strictObject({
  routePrefix: z.string(),
  maxConcurrentRequests: z.int().positive(),
  maxOutstandingRequests: z.int().positive(),
  customHeaders: z.record(z.string(), z.string()),
});

/** Source: "host.json reference for Azure Functions 2.x and later". Of each part the keys that are used, so that a misspelt one is found. */
const hostJson = z.strictObject({
  version: z.literal("2.0"),
  functionTimeout: timeSpan,
  telemetryMode: z.enum(["ApplicationInsights", "OpenTelemetry"]).optional(),
  extensionBundle: z.strictObject({
    id: z.literal("Microsoft.Azure.Functions.ExtensionBundle"),
    version: z.string().regex(/^\[\d+\.\d+\.\d+, \d+\.\d+\.\d+\)$/u),
  }),
  extensions: z.strictObject({ durableTask, http }),
  logging: z.strictObject({
    logLevel: z.record(z.string(), level),
    applicationInsights: z.strictObject({
      samplingSettings: z.strictObject({ isEnabled: z.boolean(), excludedTypes: z.string() }),
    }),
  }),
});

const localSettings = z.strictObject({
  IsEncrypted: z.literal(false),
  Values: z.record(z.string(), z.string()),
  Host: z.strictObject({ LocalHttpPort: z.int() }),
});

const host = hostJson.parse(JSON.parse(readFileSync("host.json", "utf8")));
const sample = localSettings.parse(JSON.parse(readFileSync("local.settings.sample.json", "utf8")));

describe("host.json", () => {
  it("lets a run of a VM start only when its last one has ended", () => {
    expect(host.extensions.durableTask.overridableExistingInstanceStates).toBe("NonRunningStates");
  });

  it("polls the queues often enough for Flex Consumption, which wants 10 s or less", () => {
    const { maxQueuePollingInterval } = host.extensions.durableTask.storageProvider;

    expect(maxQueuePollingInterval <= "00:00:10").toBe(true);
  });

  it("drops no log event of the program, no failure and no call", () => {
    const { isEnabled, excludedTypes } = host.logging.applicationInsights.samplingSettings;

    expect(isEnabled).toBe(true);
    expect(excludedTypes.split(";").toSorted()).toEqual(["Event", "Exception", "Request", "Trace"]);
    expect(host.logging.logLevel).toMatchObject({
      Function: "Information",
      "Host.Results": "Information",
    });
  });

  it("writes no inputs or outputs of activities to logs", () => {
    expect(host.extensions.durableTask.tracing.traceInputsAndOutputs).toBe(false);
  });

  it("serves the routes where the documents and the local host have them", () => {
    expect(host.extensions.http.routePrefix).toBe("api");
  });
});

describe("local.settings.sample.json", () => {
  it("holds settings that the program takes, and heals nothing", () => {
    const settings = readSettings(sample.Values);

    expect(settings).toMatchObject({
      mode: "observe",
      cloudStore: { tableEndpoint: sample.Values["REMEDIATOR_TABLE_ENDPOINT"] },
    });
  });

  it("has no line that the documents do not explain", () => {
    const documents = readFileSync("docs/package.md", "utf8");

    const names = [...Object.keys(sample.Values), "LocalHttpPort"];
    expect(names.filter((name) => !documents.includes(`\`${name}\``))).toEqual([]);
  });
});

describe("the documents", () => {
  it("explain every setting of host.json", () => {
    const documents = readFileSync("docs/package.md", "utf8");

    const names = [
      "functionTimeout",
      "extensionBundle",
      ...Object.keys(host.extensions.durableTask),
      ...Object.keys(host.extensions.http),
      ...Object.keys(host.logging.logLevel),
      "samplingSettings",
    ];
    expect(names.filter((name) => !documents.includes(`\`${name}\``))).toEqual([]);
  });
});
