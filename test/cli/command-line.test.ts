import { describe, expect, it } from "vitest";

import { readCall } from "../../local/cli/command-line/command-line.ts";
import { InvalidInputError } from "../../shared/domain/errors.ts";

const VM_ID =
  "/subscriptions/5a1e/resourceGroups/rg-fleet/providers/Microsoft.Compute/virtualMachines/vm-web";

function problemWith(...words: readonly string[]): InvalidInputError {
  try {
    readCall(words);
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return error;
    }
    throw error;
  }
  throw new Error(`accepted: ${words.join(" ")}`);
}

const GROUP = "/subscriptions/5a1e0c2e-9b1d-4f6e-8c3a-7d2b5e9f1a64/resourceGroups/rg-Shop";

describe("the command line", () => {
  it.each([
    {
      words: ["doctor"],
      call: {
        verb: "doctor",
        json: false,
        azure: false,
        target: null,
        scopes: [],
        simulatorUrl: null,
        dataFolder: null,
      },
    },
    {
      words: ["doctor", "--azure", "--vm", "10.0.0.4", "--scope", GROUP, "--data", "d", "--json"],
      call: {
        verb: "doctor",
        json: true,
        azure: true,
        target: "10.0.0.4",
        scopes: [GROUP.toLowerCase()],
        simulatorUrl: null,
        dataFolder: "d",
      },
    },
    {
      words: ["demo"],
      call: { verb: "demo", json: false, scenarioFile: null, packagePath: null },
    },
    {
      words: ["demo", "--json", "--scenario", "fleet.json", "--package", "dist/app"],
      call: { verb: "demo", json: true, scenarioFile: "fleet.json", packagePath: "dist/app" },
    },
    {
      words: ["simulate", "--port", "8080", "--latency", "instant"],
      call: {
        verb: "simulate",
        json: false,
        scenarioFile: null,
        port: 8080,
        latency: "instant",
        seed: null,
      },
    },
    {
      words: ["simulate", "--seed", "7"],
      call: {
        verb: "simulate",
        json: false,
        scenarioFile: null,
        port: 0,
        latency: "demo",
        seed: 7,
      },
    },
    {
      words: ["serve", "--seed", "0"],
      call: {
        verb: "serve",
        json: false,
        port: 7071,
        dataFolder: null,
        packagePath: null,
        azure: { kind: "embedded", scenarioFile: null, latency: "demo", seed: 0 },
      },
    },
    {
      words: ["simulate", "--latency", "azure"],
      call: {
        verb: "simulate",
        json: false,
        scenarioFile: null,
        port: 0,
        latency: "azure",
        seed: null,
      },
    },
    {
      words: ["serve"],
      call: {
        verb: "serve",
        json: false,
        port: 7071,
        dataFolder: null,
        packagePath: null,
        azure: { kind: "embedded", scenarioFile: null, latency: "demo", seed: null },
      },
    },
    {
      words: ["serve", "--scenario", "fleet.json", "--latency", "azure"],
      call: {
        verb: "serve",
        json: false,
        port: 7071,
        dataFolder: null,
        packagePath: null,
        azure: { kind: "embedded", scenarioFile: "fleet.json", latency: "azure", seed: null },
      },
    },
    {
      words: [
        "serve",
        "--data=d",
        "--port=0",
        "--package=dist/app",
        "--simulator=http://127.0.0.1:8080/",
      ],
      call: {
        verb: "serve",
        json: false,
        port: 0,
        dataFolder: "d",
        packagePath: "dist/app",
        azure: { kind: "attached", url: "http://127.0.0.1:8080" },
      },
    },
    {
      words: ["serve", "--azure", "--json"],
      call: {
        verb: "serve",
        json: true,
        port: 7071,
        dataFolder: null,
        packagePath: null,
        azure: { kind: "real" },
      },
    },
    {
      words: ["diagnose", VM_ID, "--no-guest"],
      call: {
        verb: "diagnose",
        json: false,
        vmId: VM_ID,
        dryRun: true,
        readGuest: false,
        console: false,
        pinAddress: false,
        simulatorUrl: null,
        dataFolder: null,
      },
    },
    {
      words: ["heal", "--dry-run", VM_ID, "--simulator", "http://localhost:9/", "--data", "d"],
      call: {
        verb: "heal",
        json: false,
        vmId: VM_ID,
        dryRun: true,
        readGuest: true,
        console: false,
        pinAddress: false,
        simulatorUrl: "http://localhost:9",
        dataFolder: "d",
      },
    },
    {
      words: ["heal", VM_ID, "--console", "--pin-address"],
      call: {
        verb: "heal",
        json: false,
        vmId: VM_ID,
        dryRun: false,
        readGuest: true,
        console: true,
        pinAddress: true,
        simulatorUrl: null,
        dataFolder: null,
      },
    },
    {
      words: ["diagnose", VM_ID, "--console"],
      call: {
        verb: "diagnose",
        json: false,
        vmId: VM_ID,
        dryRun: true,
        readGuest: true,
        console: true,
        pinAddress: false,
        simulatorUrl: null,
        dataFolder: null,
      },
    },
    {
      words: ["rollback", "inc-20260304-1a2b3c4d", "--dry-run", "--data", "d"],
      call: {
        verb: "rollback",
        json: false,
        incidentId: "inc-20260304-1a2b3c4d",
        dryRun: true,
        simulatorUrl: null,
        dataFolder: "d",
      },
    },
    {
      words: ["clean", "--json", "--simulator", "http://127.0.0.1:9"],
      call: {
        verb: "clean",
        json: true,
        dryRun: false,
        simulatorUrl: "http://127.0.0.1:9",
        dataFolder: null,
      },
    },
    {
      words: ["watch"],
      call: { verb: "watch", json: false, url: "http://127.0.0.1:7071", once: false },
    },
    {
      words: ["watch", "https://app-fleet.azurewebsites.net/", "--once", "--json"],
      call: {
        verb: "watch",
        json: true,
        url: "https://app-fleet.azurewebsites.net",
        once: true,
      },
    },
  ])("understands $words", ({ words, call }) => {
    expect(readCall(words)).toEqual(call);
  });

  it.each([
    { words: ["deom"], code: "unknown-command" },
    { words: ["demo", "--jsonn"], code: "unknown-option" },
    { words: ["demo", "extra"], code: "excess-arguments" },
    { words: ["demo", "--scenario"], code: "option-missing-argument" },
    { words: ["simulate", "--port", "70000"], code: "invalid-argument" },
    { words: ["simulate", "--port", "-1"], code: "invalid-argument" },
    { words: ["simulate", "--port", "0x10"], code: "invalid-argument" },
    { words: ["simulate", "--latency", "azur"], code: "invalid-argument" },
    { words: ["simulate", "--seed", "1.5"], code: "invalid-argument" },
    {
      words: ["serve", "--azure", "--simulator", "http://127.0.0.1:1"],
      code: "conflicting-option",
    },
    { words: ["serve", "--azure", "--scenario", "f"], code: "conflicting-option" },
    { words: ["serve", "--azure", "--latency", "azure"], code: "conflicting-option" },
    {
      words: ["serve", "--simulator", "http://127.0.0.1:1", "--latency", "demo"],
      code: "conflicting-option",
    },
    { words: ["serve", "--simulator", "http://example.org:1"], code: "invalid-argument" },
    { words: ["serve", "--simulator", "https://127.0.0.1:1"], code: "invalid-argument" },
    { words: ["diagnose"], code: "missing-argument" },
    { words: ["diagnose", "vm-web"], code: "invalid-argument" },
    { words: ["diagnose", `${VM_ID}/extensions/x`], code: "invalid-argument" },
    { words: ["diagnose", VM_ID, "--dry-run"], code: "unknown-option" },
    { words: ["heal", VM_ID, VM_ID], code: "excess-arguments" },
    { words: ["watch", "http://192.0.2.7:7071"], code: "invalid-host-url" },
    { words: ["watch", "http://app-fleet.azurewebsites.net"], code: "invalid-host-url" },
    { words: ["watch", "app-fleet.azurewebsites.net"], code: "invalid-host-url" },
    { words: ["watch", "ftp://127.0.0.1"], code: "invalid-host-url" },
    { words: ["watch", "https://user:pass@127.0.0.1"], code: "invalid-host-url" },
    { words: ["watch", "https://app-fleet.azurewebsites.net/api"], code: "invalid-host-url" },
    { words: ["heal", VM_ID, "--no-guest"], code: "no-guest-without-dry-run" },
    { words: ["diagnose", VM_ID, "--no-guest", "--console"], code: "no-guest-with-console" },
    { words: ["doctor", "--scope", "rg-shop"], code: "invalid-argument" },
    { words: ["doctor", "--vm", "10.0.0"], code: "invalid-argument" },
  ])("refuses $words with $code and the next step", ({ words, code }) => {
    const problem = problemWith(...words);

    expect(problem.code).toBe(code);
    expect(problem.message).not.toContain("\n");
    expect(problem.nextStep).not.toBe("");
  });

  it("does not repeat a host's address, which may hold a key", () => {
    const problem = problemWith("watch", "https://app-fleet.azurewebsites.net/?code=s3cret");

    expect(problem.code).toBe("invalid-host-url");
    expect(JSON.stringify([problem.message, problem.problems, problem.nextStep])).not.toContain(
      "s3cret",
    );
  });

  it("guesses what a mistyped option was meant to be", () => {
    expect(problemWith("demo", "--jsno").message).toContain("--json");
  });

  it.each([
    { words: ["--help"], asked: true, says: "remediator heal VM_ID --dry-run" },
    { words: ["heal", "--help"], asked: true, says: "Exit codes:" },
    { words: ["help", "diagnose"], asked: true, says: "3  could not tell" },
    { words: [], asked: false, says: "Usage: remediator" },
  ])("has help for $words", ({ words, asked, says }) => {
    const call = readCall(words);

    expect(call).toMatchObject({ verb: "help", asked });
    expect(call).toHaveProperty("text", expect.stringContaining(says));
  });

  it("says its version", () => {
    expect(readCall(["--version"])).toMatchObject({ verb: "help", text: "0.1.0\n" });
  });
});
