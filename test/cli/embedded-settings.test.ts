import { describe, expect, it } from "vitest";

import { runFolder, userDataFolder } from "../../local/cli/host/data-folder.ts";
import { embeddedSettings, SHORT_WAITS } from "../../local/cli/host/embedded-settings.ts";
import { readSettings } from "../../shared/settings.ts";

const azure = { armEndpoint: "http://127.0.0.1:9", token: "t", subscriptionId: "s" };

describe("the settings of the engine in this process", () => {
  it("heal by default, keep their data in the chosen folder, and probe through simulated Azure", () => {
    const settings = embeddedSettings({ REMEDIATOR_MODE: "" }, { dataFolder: "d", azure });

    expect(settings).toMatchObject({
      mode: "heal",
      dataFolder: "d",
      simulator: { armEndpoint: "http://127.0.0.1:9", token: "t" },
      probe: { proxy: "http://127.0.0.1:9" },
    });
  });

  it("leave the environment's word where there is one", () => {
    const variables = { REMEDIATOR_MODE: "observe", REMEDIATOR_PROBE_PORT: "3390" };

    const settings = embeddedSettings(variables, { dataFolder: "d", azure: "configured" });

    expect(settings).toMatchObject({ mode: "observe", probe: { port: 3390 }, simulator: null });
  });

  it("allow what the caller allows beside what the environment does", () => {
    const variables = { REMEDIATOR_ALLOW: "ghosts" };

    const settings = embeddedSettings(variables, { dataFolder: "d", azure, allow: ["console"] });

    expect(settings.allowed).toEqual(["ghosts", "console"]);
    expect(embeddedSettings({}, { dataFolder: "d", azure }).allowed).toEqual([]);
  });

  it("ask nobody for a token but where they may, since only this machine reaches the engine", () => {
    const variables = {
      REMEDIATOR_AUTH: "entra",
      REMEDIATOR_ENTRA_TENANT: "c0ffee00-1111-4222-8333-444455556666",
      REMEDIATOR_ENTRA_CLIENT: "ab5eed00-1111-4222-8333-444455556666",
    };

    const alone = embeddedSettings(variables, { dataFolder: "d", azure });
    const serving = embeddedSettings(variables, { dataFolder: "d", azure, serves: true });

    expect(alone.authentication).toEqual({ kind: "functionKey" });
    expect(serving.authentication.kind).toBe("entra");
  });

  it("tell the topic of the environment only where the process lasts", () => {
    const variables = { REMEDIATOR_EVENT_TOPIC: "http://127.0.0.1:9/topics/incidents/api/events" };

    expect(embeddedSettings(variables, { dataFolder: "d", azure }).eventTopic).toBeNull();
    expect(embeddedSettings(variables, { dataFolder: "d", azure, serves: true }).eventTopic).toBe(
      variables.REMEDIATOR_EVENT_TOPIC,
    );
  });

  it("mean the real Azure when the real one was asked for", () => {
    const variables = { REMEDIATOR_ARM_ENDPOINT: "http://127.0.0.1:1", REMEDIATOR_ARM_TOKEN: "t" };

    const settings = embeddedSettings(variables, { dataFolder: "d", azure: "real" });

    expect(settings.simulator).toBeNull();
  });

  describe("with a storage account in the environment", () => {
    const account = {
      REMEDIATOR_TABLE_ENDPOINT: "https://records.table.core.windows.net",
      REMEDIATOR_BLOB_ENDPOINT: "https://records.blob.core.windows.net",
    };
    const azurite = {
      REMEDIATOR_TABLE_ENDPOINT: "http://127.0.0.1:10002",
      REMEDIATOR_BLOB_ENDPOINT: "http://127.0.0.1:10000",
    };

    it.each([
      ["the real Azure", account, "real", true],
      ["the configured Azure", account, "configured", true],
      ["simulated Azure and Azurite", azurite, azure, true],
      ["simulated Azure and a real account", account, azure, false],
    ] as const)("keep records there where asked for, with %s: %s", (_, variables, of, there) => {
      const choice = { dataFolder: "d", azure: of, serves: true };

      const settings = embeddedSettings(variables, choice);

      expect(settings).toMatchObject(
        there
          ? { dataFolder: null, cloudStore: { tableEndpoint: variables.REMEDIATOR_TABLE_ENDPOINT } }
          : { dataFolder: "d", cloudStore: null },
      );
    });

    it("keep the records of single runs in the folder", () => {
      expect(embeddedSettings(account, { dataFolder: "d", azure: "real" })).toMatchObject({
        dataFolder: "d",
        cloudStore: null,
      });
    });
  });

  it("name each short wait of the demo with its true default", () => {
    const variables = SHORT_WAITS.map((wait) => [wait.variable, `${wait.usualSeconds}`] as const);

    expect(readSettings(Object.fromEntries(variables))).toEqual(readSettings({}));
  });
});

describe("the folder of a user's incidents", () => {
  it.each([
    [{ XDG_STATE_HOME: "/state" }, "linux", /^\/state\/static-ip-remediator$/u],
    [{ XDG_STATE_HOME: "" }, "linux", /\.local\/state\/static-ip-remediator$/u],
    [{}, "darwin", /\.local\/state\/static-ip-remediator$/u],
    [{ LOCALAPPDATA: "/local" }, "win32", /^\/local\/static-ip-remediator$/u],
  ] as const)("is for %o on %s where that system keeps such things", (variables, system, path) => {
    expect(userDataFolder(variables, system)).toMatch(path);
  });

  it("holds one part for each VM and each kind of run, whatever the case of the id", () => {
    const vmId = "/subscriptions/a/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm";
    const heal = { vmId, dryRun: false, readGuest: true };
    const others = [
      { ...heal, dryRun: true },
      { ...heal, dryRun: true, readGuest: false },
      { ...heal, vmId: vmId.replace("/g/", "/h/") },
    ];

    expect(new Set([heal, ...others].map(runFolder)).size).toBe(4);
    expect(runFolder({ ...heal, vmId: vmId.toUpperCase() })).toBe(runFolder(heal));
  });
});
