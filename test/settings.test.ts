import { expect, it } from "vitest";

import { readSettings } from "../shared/settings.ts";
import { containing } from "./cli/matchers.ts";

const INSIGHTS =
  "InstrumentationKey=7d0c3f52-91be-4a7e-8f16-2b54c9e0a3d8;IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/";

it.each([
  ["REMEDIATOR_PROBE_PROXY", "https://jump.example:443"],
  ["REMEDIATOR_PROBE_PROXY", "socks5://jump.example:1080"],
  ["REMEDIATOR_PROBE_PROXY", "http://ops:word@jump.example:8080"],
  ["REMEDIATOR_PROBE_PROXY", "http://jump.example:8080/path"],
  ["REMEDIATOR_PROBE_PROXY", "http://jump.example:8080?key=word"],
  ["REMEDIATOR_PROBE_TIMEOUT_SECONDS", "0"],
  ["REMEDIATOR_SCOPE", "/subscriptions/production"],
  ["REMEDIATOR_SCOPE", "rg-web"],
  ["REMEDIATOR_SCOPE", "/subscriptions/6f0c2d81-4b7e-4c1a-9e35-d8a7b1f20c44/rg-web"],
  [
    "REMEDIATOR_SCOPE",
    "/subscriptions/6f0c2d81-4b7e-4c1a-9e35-d8a7b1f20c44/resourceGroups/rg-web/vm-web-01",
  ],
  ["REMEDIATOR_PROBE_CONTROL", "10.40.2.9:99999"],
  ["REMEDIATOR_PROBE_CONTROL", "10.40.2.9:0"],
  ["REMEDIATOR_ALLOW", "consol"],
  ["REMEDIATOR_ALLOW", "console,everything"],
  ["REMEDIATOR_CONSOLE_SECRET", "https://vault.example.org/secrets/console"],
  ["REMEDIATOR_CONSOLE_SECRET", "http://kv-ops.vault.azure.net/secrets/console"],
  ["REMEDIATOR_CONSOLE_SECRET", "https://kv-ops.vault.azure.net.example.org/secrets/console"],
  ["REMEDIATOR_CONSOLE_SECRET", "https://kv-ops.vault.azure.net/keys/console"],
  ["REMEDIATOR_CONSOLE_SECRET", "https://kv-ops.vault.azure.net/secrets/console?x=1"],
  ["REMEDIATOR_CONSOLE_SECRET", "https://me@kv-ops.vault.azure.net/secrets/console"],
  ["REMEDIATOR_TABLE_ENDPOINT", "https://records.table.core.example.com"],
  ["REMEDIATOR_BLOB_ENDPOINT", "http://records.blob.core.windows.net"],
  ["REMEDIATOR_POLL_SECONDS", "0"],
  ["REMEDIATOR_PROBE_ROUND_MINUTES", "1441"],
  ["REMEDIATOR_PROBE_ROUND_MINUTES", "1.5"],
])("refuses what it could not keep to: %s=%s", (name, value) => {
  expect(() => readSettings({ [name]: value })).toThrow(name);
});

it("takes a proxy and a control target that can be dialled", () => {
  const { probe } = readSettings({
    REMEDIATOR_PROBE_PROXY: "http://jump.example:8080",
    REMEDIATOR_PROBE_CONTROL: "10.40.2.9:65535",
  });

  expect(probe).toMatchObject({ proxy: "http://jump.example:8080", control: "10.40.2.9:65535" });
});

it.each([
  ["0.2", "1", 1, 16],
  ["59.1", "60", 60, 75],
  ["60", "74.2", 60, 75],
  ["60", "600.5", 60, 601],
])(
  "reverts by itself only after the switch's own bound: %s s and %s s",
  (lease, deadMan, wait, revert) => {
    const settings = readSettings({
      REMEDIATOR_LEASE_WAIT_SECONDS: lease,
      REMEDIATOR_DEAD_MAN_SECONDS: deadMan,
    });

    expect([settings.leaseWaitSeconds, settings.deadManSeconds]).toEqual([wait, revert]);
  },
);

it.each([
  ["60", "240", 240],
  ["60", "60", 75],
  ["300", "240", 315],
])(
  "gives no switch up while Windows may still wait for a lease: %s s and %s s",
  (lease, budget, seconds) => {
    const settings = readSettings({
      REMEDIATOR_LEASE_WAIT_SECONDS: lease,
      REMEDIATOR_GUEST_SWITCH_SECONDS: budget,
    });

    expect(settings.guestSwitchSeconds).toBe(seconds);
  },
);

it("takes blanks for nothing, not for 0", () => {
  const blank = readSettings({
    REMEDIATOR_UNREAD_SILENCE_SECONDS: " ",
    REMEDIATOR_COOL_DOWN_SECONDS: "\t",
    REMEDIATOR_DATA: " ",
  });

  expect(blank).toEqual(readSettings({}));
});

it("takes subscriptions, groups and VMs for scopes, and a subscription's id alone", () => {
  const id = "6F0C2D81-4b7e-4c1a-9e35-d8a7b1f20c44";
  const path = `/subscriptions/${id}`;
  const group = `${path}/resourceGroups/rg-web`;
  const vm = `${group}/providers/Microsoft.Compute/virtualMachines/vm-web-01`;

  const { scope } = readSettings({ REMEDIATOR_SCOPE: `${id}, ${path}/,${group},,${vm}` });

  expect(scope).toEqual([path, path, group, vm].map((each) => each.toLowerCase()));
});

it("probes in no rounds unless it is asked to", () => {
  expect(readSettings({}).probeRoundMinutes).toBe(0);
  expect(readSettings({ REMEDIATOR_PROBE_ROUND_MINUTES: "15" }).probeRoundMinutes).toBe(15);
});

it("takes an IPv4 address as the probes' source, and none of another form", () => {
  expect(readSettings({}).probe.source).toBeNull();
  expect(readSettings({ REMEDIATOR_PROBE_SOURCE: "10.40.9.4" }).probe.source).toBe("10.40.9.4");
  expect(() => readSettings({ REMEDIATOR_PROBE_SOURCE: "jump.example" })).toThrow(
    "REMEDIATOR_PROBE_SOURCE: must be an IPv4 address",
  );
});

it.each([
  "https://kv-ops.vault.azure.net/secrets/console-login",
  "https://kv-ops.vault.usgovcloudapi.net/secrets/console/0f4e5d6c7b8a49d3a2b1c0d9e8f70615",
  "http://127.0.0.1:4500/secrets/console",
])("takes the address of a secret for the console's login: %s", (address) => {
  expect(readSettings({ REMEDIATOR_CONSOLE_SECRET: address }).consoleSecret).toBe(address);
});

it.each(["Opened-4-rep@ir", '{"username":"ops","password":"Opened-4-rep@ir"}'])(
  "refuses a login as a plain value, without repeating it",
  (value) => {
    function read(): unknown {
      return readSettings({ REMEDIATOR_CONSOLE_SECRET: value });
    }

    expect(read).toThrow("REMEDIATOR_CONSOLE_SECRET");
    expect(read).not.toThrow("Opened");
  },
);

it("names the endpoint of simulated Azure that is no address", () => {
  expect(() => readSettings({ REMEDIATOR_ARM_ENDPOINT: "nonsense" })).toThrow(
    "REMEDIATOR_ARM_ENDPOINT",
  );
});

const ENTRA = {
  REMEDIATOR_AUTH: "entra",
  REMEDIATOR_ENTRA_TENANT: "c0ffee00-1111-4222-8333-444455556666",
  REMEDIATOR_ENTRA_CLIENT: "ab5eed00-1111-4222-8333-444455556666",
};

it("trusts the public cloud's sign-in host, or the one of a national cloud that is named", () => {
  const { authentication } = readSettings({
    ...ENTRA,
    REMEDIATOR_ENTRA_CLIENT: ENTRA.REMEDIATOR_ENTRA_CLIENT.toUpperCase(),
  });
  const named = readSettings({
    ...ENTRA,
    REMEDIATOR_ENTRA_AUTHORITY: "https://login.microsoftonline.us/",
  });

  expect(authentication).toMatchObject({
    audience: "api://ab5eed00-1111-4222-8333-444455556666",
    authority: "https://login.microsoftonline.com",
  });
  expect(named.authentication).toMatchObject({ authority: "https://login.microsoftonline.us" });
});

it.each([
  "http://login.microsoftonline.com",
  "https://login.microsoftonline.com.example",
  "https://login.microsoftonline.com/other",
  "https://login.example",
  "https://u:p@login.microsoftonline.com",
  "http://10.0.0.1",
])("takes no keys from %s", (authority) => {
  expect(() => readSettings({ ...ENTRA, REMEDIATOR_ENTRA_AUTHORITY: authority })).toThrow(
    "REMEDIATOR_ENTRA_AUTHORITY: must be https://login.microsoftonline.com",
  );
});

it.each([
  [{ REMEDIATOR_ENTRA_TENANT: undefined }, "needs REMEDIATOR_ENTRA_TENANT"],
  [{ REMEDIATOR_ENTRA_CLIENT: "" }, "needs REMEDIATOR_ENTRA_TENANT and _CLIENT"],
  [{ REMEDIATOR_ENTRA_TENANT: "common" }, "REMEDIATOR_ENTRA_TENANT: must be the tenant's id"],
  [{ REMEDIATOR_AUTH: "none" }, "REMEDIATOR_AUTH"],
])("knows no authentication of half a set of settings: %o", (more, problem) => {
  expect(() => readSettings({ ...ENTRA, ...more })).toThrow(problem);
});

it("sends no telemetry unless it is told where, and minds no variables that others have set", () => {
  const others = {
    APPLICATIONINSIGHTS_CONNECTION_STRING: "none",
    OTEL_EXPORTER_OTLP_ENDPOINT: "none",
  };

  expect(readSettings(others).telemetry).toEqual({ kind: "off" });
});

it.each([
  [{ REMEDIATOR_TELEMETRY: "otlp" }, { kind: "otlp", endpoint: "http://localhost:4318" }],
  [
    {
      REMEDIATOR_TELEMETRY: "applicationInsights",
      APPLICATIONINSIGHTS_CONNECTION_STRING: INSIGHTS,
    },
    { kind: "applicationInsights", connectionString: INSIGHTS, identity: null },
  ],
  [
    {
      REMEDIATOR_TELEMETRY: "applicationInsights",
      APPLICATIONINSIGHTS_CONNECTION_STRING: INSIGHTS,
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: "Authorization=AAD",
    },
    {
      kind: "applicationInsights",
      connectionString: INSIGHTS,
      identity: { clientId: null },
    },
  ],
  [
    {
      REMEDIATOR_TELEMETRY: "applicationInsights",
      APPLICATIONINSIGHTS_CONNECTION_STRING: INSIGHTS,
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING:
        "Authorization=AAD;ClientId=3f0f5a4e-0c55-4b0b-9e29-6a1f5c5d9a11",
    },
    {
      kind: "applicationInsights",
      connectionString: INSIGHTS,
      identity: { clientId: "3f0f5a4e-0c55-4b0b-9e29-6a1f5c5d9a11" },
    },
  ],
])(
  "takes where telemetry goes from the variables that hosts and tools use: %j",
  (variables, target) => {
    expect(readSettings(variables).telemetry).toEqual(target);
  },
);

it.each([
  [{ REMEDIATOR_TELEMETRY: "applicationInsights" }, "APPLICATIONINSIGHTS_CONNECTION_STRING"],
  [
    {
      REMEDIATOR_TELEMETRY: "applicationInsights",
      APPLICATIONINSIGHTS_CONNECTION_STRING: "InstrumentationKey=none",
    },
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
  ],
  [
    { REMEDIATOR_TELEMETRY: "otlp", OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4317" },
    "OTEL_EXPORTER_OTLP_ENDPOINT",
  ],
  [
    {
      REMEDIATOR_TELEMETRY: "applicationInsights",
      APPLICATIONINSIGHTS_CONNECTION_STRING: INSIGHTS,
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: "ClientId=3f0f5a4e-0c55-4b0b-9e29-6a1f5c5d9a11",
    },
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
  ],
  [{ REMEDIATOR_TELEMETRY: "insights" }, "REMEDIATOR_TELEMETRY"],
])("goes without telemetry where its target cannot be one: %j", (variables, name) => {
  expect(readSettings(variables).telemetry).toEqual({ kind: "off", problem: containing(name) });
});

it.each([
  "ClientId=ID;Authorization=AAD",
  "clientid=ID; authorization=aad;",
  "Authorization=AAD;ClientId=ID",
])("takes the parts of telemetry's identity in any order and case: %s", (text) => {
  const clientId = "3F0F5A4E-0c55-4b0b-9e29-6a1f5c5d9a11";
  const { telemetry } = readSettings({
    REMEDIATOR_TELEMETRY: "applicationInsights",
    APPLICATIONINSIGHTS_CONNECTION_STRING: INSIGHTS.replace("7d0c3f52", "7D0C3F52"),
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: text.replace("ID", clientId),
  });

  expect(telemetry).toMatchObject({ kind: "applicationInsights", identity: { clientId } });
});
