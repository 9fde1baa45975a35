import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { parseScenario } from "../../local/simulator/scenario/scenario.ts";
import { startSimulator } from "../../local/simulator/simulator.ts";
import { Fleet, type ShownIncident } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";

const PATIENT = { REMEDIATOR_PROBE_TIMEOUT_SECONDS: "2", REMEDIATOR_SETTLE_SECONDS: "2" };
const ALLOWED = { ...PATIENT, REMEDIATOR_ALLOW: "console" };
const OPS = { name: "ops-account", password: "Opened-4-rep@ir" };
const SECRETS = { "console-login": { username: OPS.name, password: OPS.password } };

const evidenceSchema = z.object({ evidence: z.array(z.object({ name: z.string() })) });

/** The true fault, on a VM whose agent never comes back. */
function aLostVm(name: string, n: number, guest: VmInput["guest"] = {}): VmInput {
  return aBrokenVm(name, n, {
    agentSurvivesWrongAddress: false,
    agent: false,
    guest: { users: [OPS], ...guest },
  });
}

/** The same with a second adapter whose lease is not Azure's: SAC's numbers do not tell which of the two is wrong. */
function aVmOfTwo(name: string, n: number, guest: VmInput["guest"] = {}): VmInput {
  const vm = aLostVm(name, n, guest);
  const second = {
    ipConfigurations: [{ address: `10.40.0.${n + 101}` }],
    lease: { address: `10.40.1.${n + 101}/23` },
  };
  return { ...vm, nics: [...vm.nics, second] };
}

describe("a login at the serial console", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.close();
  });

  async function start(vms: readonly VmInput[], more: Partial<ScenarioInput> = {}): Promise<void> {
    const scenario = aScenario([aHealthyVm("vm-control", 250), ...vms], {
      secrets: SECRETS,
      ...more,
    });
    const simulator = await startSimulator({ scenario: parseScenario(scenario) });
    const secret = `${simulator.armEndpoint}/secrets/console-login`;
    fleet = await Fleet.on(simulator, {
      ...ALLOWED,
      REMEDIATOR_CONSOLE_SECRET: secret,
    });
    await fleet.admin("/subscriptions", { kind: "alerts", url: `${fleet.url}/api/alerts` });
  }

  async function alerted(vm: string): Promise<ShownIncident> {
    await fleet.admin("/alerts", { vm });
    return await fleet.outcomeOf(vm, 100);
  }

  async function effectsOf(vm: string): Promise<readonly string[]> {
    return (await fleet.log(vm)).effects.map(({ kind }) => kind);
  }

  async function transcriptsOf({ id }: ShownIncident): Promise<readonly string[]> {
    const { body } = await fleet.api(`/api/incidents/${id}`);
    const names = evidenceSchema
      .parse(body)
      .evidence.map(({ name }) => name)
      .filter((name) => name.startsWith("console-"));
    return await Promise.all(
      names.map(async (name) => {
        const url = `${fleet.url}/api/incidents/${id}/evidence/${name}`;
        return await (await fetch(url)).text();
      }),
    );
  }

  it("puts Windows on DHCP where the agent never comes back", async () => {
    await start([aLostVm("vm-a", 10)]);

    const incident = await alerted("vm-a");

    const { outcome, ledger, steps } = incident;
    expect(outcome).toMatchObject({ kind: "healed", code: "serial-console", remarks: [] });
    expect(await effectsOf("vm-a")).toEqual([
      "snapshotCreated",
      "staticChanged",
      "dhcpSwitched",
      "routesChanged",
      "snapshotUpdated",
    ]);
    expect(ledger.map(({ state }) => state)).toEqual(["done", "done"]);
    expect(steps.map(({ name }) => name)).toContain("consoleLogin");
    const [, , last = ""] = await transcriptsOf(incident);
    expect(last).toContain("> netsh interface ip show config");
    expect(last).toContain('netsh interface ip set address name="Ethernet" source=dhcp');
    expect(last.lastIndexOf("0 (AV)    SAC")).toBeGreaterThan(last.lastIndexOf("(AV)    Cmd0001"));
  });

  it("puts the right adapter on DHCP where SAC's numbers do not tell it", async () => {
    await start([aVmOfTwo("vm-a", 10)]);

    const { outcome, ledger } = await alerted("vm-a");

    expect(outcome).toMatchObject({ kind: "healed", code: "serial-console" });
    expect(await effectsOf("vm-a")).not.toContain("staticChanged");
    const { effects } = await fleet.log("vm-a");
    const switched = effects.filter(({ kind }) => kind === "dhcpSwitched");
    expect(switched.map(({ detail }) => detail.split(":")[0])).toEqual(["Ethernet"]);
    expect(ledger).toMatchObject([
      { state: "done", before: { before: { adapter: { name: "Ethernet" } } } },
    ]);
  });

  it("reads netsh in any language, and at any kind of console", async () => {
    const guests: Readonly<Record<string, VmInput["guest"]>> = {
      "vm-fr": { locale: "fr-FR" },
      "vm-ja": { locale: "ja-JP" },
      "vm-ru": { locale: "ru-RU" },
      "vm-noisy": { console: { noise: true } },
      "vm-vt": { console: { terminal: "vt100" } },
      "vm-slow": { console: { delaySeconds: 0.5 } },
    };
    const names = Object.keys(guests);
    await start(names.map((name, index) => aVmOfTwo(name, 10 + 2 * index, guests[name])));

    const incidents = await Promise.all(names.map(alerted));

    for (const [index, { vmName, outcome, ledger }] of incidents.entries()) {
      expect({ vmName, outcome, ledger }).toMatchObject({
        vmName: names[index],
        outcome: { kind: "healed", code: "serial-console" },
        ledger: [{ state: "done" }],
      });
    }
  }, 120_000);

  it("types a command again that lost letters, and never sends a mangled one", async () => {
    await start([aVmOfTwo("vm-a", 10, { console: { lostLetters: 12 } })]);

    const incident = await alerted("vm-a");

    const [, transcript = ""] = await transcriptsOf(incident);
    expect(incident.outcome).toMatchObject({ kind: "healed" });
    expect(transcript).toContain('name="Ethernet" source=dhcp');
    expect(transcript).not.toContain("is not recognized");
  });

  it("calls a person, with the reason, where the login cannot help", async () => {
    const guests: Readonly<Record<string, VmInput["guest"]>> = {
      "console-wrong-password": { users: [{ ...OPS, password: "another" }] },
      "console-account-locked": { users: [{ ...OPS, locked: true }] },
      "console-netsh-refused": { users: [{ ...OPS, administrator: false }] },
      "console-channel-limit": { console: { channelLimit: 0 } },
      "console-in-use": { console: { othersChannels: 1 } },
    };
    const codes = Object.keys(guests);
    await start(codes.map((code, index) => aVmOfTwo(`vm-${index}`, 10 + 2 * index, guests[code])));

    const incidents = await Promise.all(
      codes.map(async (_, index) => await alerted(`vm-${index}`)),
    );

    const found = incidents.map(({ outcome }) => outcome);
    expect(found.map((outcome) => outcome?.kind)).toEqual(codes.map(() => "needsHuman"));
    // That the console is in use is known before anything is planned.
    expect(found.map((outcome) => outcome?.code)).toEqual([
      ...codes.slice(0, -1),
      "guest-unreadable",
    ]);
    expect(found.at(-1)?.message).toContain("Channel Cmd0001 is open");
    expect(JSON.stringify(incidents)).not.toContain(OPS.password);
    const { effects } = await fleet.log();
    expect(effects.map(({ kind }) => kind)).not.toContain("dhcpSwitched");
    expect(effects.map(({ kind }) => kind)).not.toContain("staticChanged");
  }, 120_000);

  it.each<[string, ScenarioInput["secrets"], string]>([
    ["is not there", {}, "console-secret-unreadable"],
    ["is no login", { "console-login": OPS.password }, "console-secret-odd"],
  ])("calls a person where the secret %s", async (_what, secrets, code) => {
    await start([aVmOfTwo("vm-a", 10)], secrets === undefined ? {} : { secrets });

    const incident = await alerted("vm-a");

    expect(incident.outcome).toMatchObject({ kind: "needsHuman", code });
    expect(JSON.stringify(incident)).not.toContain(OPS.password);
  });

  it("calls a person where two adapters could be meant", async () => {
    const vm = aVmOfTwo("vm-a", 10);
    const [first] = vm.nics;
    const second = {
      ipConfigurations: [{ address: "10.40.0.80" }],
      adapter: { static: { addresses: ["10.40.1.80/23"] } },
    };
    await start([{ ...vm, nics: first === undefined ? [] : [first, second] }]);

    const { outcome } = await alerted("vm-a");

    expect(outcome).toMatchObject({ kind: "needsHuman", code: "several-adapters" });
    expect(await effectsOf("vm-a")).not.toContain("dhcpSwitched");
  });

  it("sets Azure's address again where DHCP gives none, and never the wrong one", async () => {
    const vm = aLostVm("vm-a", 10);
    const [nic] = vm.nics;
    await start([{ ...vm, nics: nic === undefined ? [] : [{ ...nic, lease: "never" }] }]);

    const { outcome } = await alerted("vm-a");

    const { effects } = await fleet.log("vm-a");
    const last = effects.findLast(({ kind }) => kind === "staticRestored");
    expect(outcome).toMatchObject({ kind: "healed", code: "serial-console" });
    expect(outcome?.remarks.join(" ")).toContain("source=dhcp");
    expect(last?.detail).toContain("static 10.40.0.10/23");
  });

  it("is not tried where the first way without a login is enough", async () => {
    await start([{ ...aLostVm("vm-a", 10), agent: true }]);

    const { outcome } = await alerted("vm-a");

    const { requests } = await fleet.log();
    expect(outcome).toMatchObject({ kind: "healed", code: "serial-console" });
    expect(requests.map(({ operation }) => operation)).not.toContain("secret.get");
  });

  it("shows token, user name and password to nobody: not in records, logs or transcripts", async () => {
    await start([aLostVm("vm-a", 10), aVmOfTwo("vm-b", 20, { users: [{ ...OPS, locked: true }] })]);

    const incidents = [await alerted("vm-a"), await alerted("vm-b")];

    const transcripts = (await Promise.all(incidents.map(transcriptsOf))).flat();
    const shown: Readonly<Record<string, string>> = {
      transcripts: transcripts.join("\n"),
      "Azure's log": JSON.stringify(await fleet.admin("/log")),
      incidents: JSON.stringify((await fleet.api("/api/incidents?limit=50")).body),
      output: fleet.hostOutput,
      ...Object.fromEntries(
        readdirSync(fleet.folder).map((name) => {
          return [name, readFileSync(path.join(fleet.folder, name)).toString("latin1")];
        }),
      ),
    };
    expect(transcripts.length).toBeGreaterThanOrEqual(5);
    for (const secret of [OPS.name, OPS.password, fleet.simulator.token]) {
      expect(Object.keys(shown).filter((name) => shown[name]?.includes(secret) === true)).toEqual(
        [],
      );
    }
  });
});
