import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { containing, matching } from "./matchers.ts";
import { LONG, noTerminal, recordsOf, runBin, runOnTerminal } from "./run-bin.ts";
import { writeFleet } from "./simulator.ts";

const VM = "vm-web-01";
const NO_TERMINAL = noTerminal();

/** Scripts inside Windows only. */
const NOTHING_ALLOWED = { REMEDIATOR_ALLOW: "" };

/** For reads of Windows that never end well. */
const IMPATIENT = { ...NOTHING_ALLOWED, REMEDIATOR_GUEST_READ_SECONDS: "3" };

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "remediator-demo-test-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

// Each waits more than it works, in processes of its own.
describe("the demo", { concurrent: true }, () => {
  it(
    "heals over the serial console, tells it as JSON objects only, and exits with 0",
    LONG,
    async () => {
      const { code, stdout, stderr } = await runBin(["demo", "--json"]);

      const records = recordsOf(stdout);
      const result = records.at(-1);
      expect(stderr).toBe("");
      expect(result).toMatchObject({
        type: "result",
        outcome: "healed",
        code: "serial-console",
        exitCode: 0,
      });
      expect(code).toBe(0);
      expect(records.find(({ type }) => type === "differences")).toMatchObject({
        agentSurvivesWrongAddress: false,
        allowed: containing("console,restarts"),
      });
      expect(records.find(({ type }) => type === "before")).toMatchObject({
        vm: VM,
        azureAddresses: ["10.30.1.4"],
        windowsAddresses: ["10.30.1.204"],
        netsh: containing("10.30.1.204"),
        snapshots: [],
      });
      expect(records.find(({ type }) => type === "after")).toMatchObject({
        windowsAddresses: ["10.30.1.4"],
        rdp: "answers",
        netsh: containing("10.30.1.4"),
        snapshots: [{ complete: true, expiresAt: matching(/^\d{4}-\d\d-\d\dT/u) }],
      });
      expect(records.filter(({ type }) => type === "leftAlone")).toMatchObject([
        { vm: "vm-app-01", asExpected: true, why: containing("healthy"), changes: 0 },
        {
          vm: "vm-sql-01",
          asExpected: true,
          why: containing("static-multi"),
          changes: 0,
        },
      ]);
    },
  );

  it.skipIf(NO_TERMINAL !== "")(
    `heals in front of a terminal, and gives the cursor back${NO_TERMINAL}`,
    LONG,
    async () => {
      const { code, stdout } = await runOnTerminal(["demo"], 80);

      const shown = stripVTControlCharacters(stdout);
      expect(code).toBe(0);
      expect(stdout).toContain("\u001B[?25l");
      expect(stdout.lastIndexOf("\u001B[?25h")).toBeGreaterThan(stdout.lastIndexOf("\u001B[?25l"));
      expect(stdout).toContain("\u001B[32m✔");
      expect(shown).toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] Read Azure/u);
      expect(shown).toContain("REMEDIATOR_ALLOW=console,restarts");
      expect(shown).toContain("Waits are shortened through the settings");
      expect(shown).toContain("As expected");
    },
  );

  it.each([
    { name: "switch", heals: "guest-dhcp", survives: true, restarts: {} },
    { name: "nic-reset", heals: "nic-reset", survives: false, restarts: { vmRestarted: 2 } },
  ])("heals its fleet $name by $heals", LONG, async ({ name, heals, survives, restarts }) => {
    const { code, stdout } = await runBin(["demo", "--json", "--scenario", name]);

    const records = recordsOf(stdout);
    expect(records.at(-1)).toMatchObject({ outcome: "healed", code: heals, exitCode: 0 });
    expect(code).toBe(0);
    expect(records.find(({ type }) => type === "differences")).toMatchObject({
      agentSurvivesWrongAddress: survives,
    });
    expect(records.find(({ type }) => type === "counts")?.["effects"]).toMatchObject(restarts);
  });

  it("names the failed step and what was undone when the lease never comes", LONG, async () => {
    const file = await writeFleet(folder, { brokenNic: { lease: "never" } });

    const { code, stdout } = await runBin(["demo", "--scenario", file], NOTHING_ALLOWED);

    expect(code).toBe(1);
    expect(stdout).toContain("Outcome: rolled back");
    expect(stdout).toContain("Failed step: Switch Windows to DHCP");
    expect(stdout).toMatch(/Undone: Switch adapter "Ethernet"/u);
    expect(stdout).toContain("Evidence, kept with the incident: screenshot.bmp, serial-log.txt");
    expect(stdout).toMatch(/How it stands now:\n {2}VM \S+ is running/u);
    expect(stdout).toMatch(/Serial console: https:\/\/portal\.azure\.com\/#@\S+\/serialConsole\n/u);
    expect(stdout).toMatch(/ {2}az vm update --ids "\S+" --os-disk "\S+"\n/u);
    expect(stdout).toContain("✖ the outcome is healed");
    expect(stdout).toContain("✔ no dead-man task is left in Windows");
  });

  it("names the failed step when the Run Command slot stays busy", LONG, async () => {
    const busySlot = { kind: "busySlot", vm: VM, count: "always" };
    const noManaged = { kind: "error", operation: "managedCommand.put", status: 403, vm: VM };
    const file = await writeFleet(folder, { scenario: { faults: [busySlot, noManaged] } });

    const { code, stdout } = await runBin(["demo", "--json", "--scenario", file], IMPATIENT);

    expect(code).toBe(1);
    expect(recordsOf(stdout).at(-1)).toMatchObject({
      type: "result",
      outcome: "needsHuman",
      exitCode: 1,
      failedStep: "Read Windows (read-only)",
      changes: [],
    });
  });

  it("needs a person where the settings allow neither console nor restarts", LONG, async () => {
    const { code, stdout } = await runBin(["demo", "--json"], IMPATIENT);

    const records = recordsOf(stdout);
    expect(code).toBe(1);
    expect(records.find(({ type }) => type === "differences")).toMatchObject({ allowed: "" });
    expect(records.at(-1)).toMatchObject({
      outcome: "needsHuman",
      nextStep: containing("netsh interface ip set address"),
      evidence: [{ name: "screenshot.bmp" }, { name: "serial-log.txt" }],
      handOff: { links: { serialConsole: containing("https://portal.azure.com/") } },
    });
  });
});
