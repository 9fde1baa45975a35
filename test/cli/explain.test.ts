import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { explainText } from "../../local/cli/explain/compare.ts";
import type { PrintedAdapter } from "../../shared/guest/text/adapters.ts";
import { recordsOf, runBin } from "./run-bin.ts";

const BIN = fileURLToPath(new URL("../../local/cli/remediator.mjs", import.meta.url));
const TEXT = `Configuration for interface "LAN A"
    DHCP enabled:                         No
    IP Address:                           10.20.5.90
    Subnet Prefix:                        10.20.5.0/24 (mask 255.255.255.0)
    Default Gateway:                      10.20.5.1
    Gateway Metric:                       1
    InterfaceMetric:                      15
    Statically Configured DNS Servers:    None
`;
const SWITCH = 'Run: netsh interface ip set address name="LAN A" source=dhcp';

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "remediator-explain-test-"));
  await writeFile(join(folder, "netsh.txt"), TEXT);
  await writeFile(join(folder, "wide.txt"), Buffer.from(`\uFEFF${TEXT}`, "utf16le"));
  await writeFile(join(folder, "blank.txt"), " \r\n");
  await writeFile(join(folder, "other.txt"), "The network path was not found.\n");
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

function file(name: string): string {
  return join(folder, name);
}

describe("remediator explain", () => {
  it("says what is set, what is wrong, and the exact next command", async () => {
    const ended = await runBin(["explain", "--azure-address", "10.20.5.4", file("netsh.txt")]);

    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain(
      'Adapter "LAN A"\n  DHCP: off (static)\n  Addresses: 10.20.5.90/24\n',
    );
    expect(ended.stdout).toContain("Diagnosis: fault found (static-mismatch)");
    expect(ended.stdout).toContain(SWITCH);
  });

  it("gives one object with --json, with the adapters and the diagnosis", async () => {
    const ended = await runBin([
      "explain",
      "--json",
      "--azure-address",
      "10.20.5.4",
      file("wide.txt"),
    ]);

    expect(recordsOf(ended.stdout)).toMatchObject([
      {
        adapters: [
          {
            name: "LAN A",
            dhcpEnabled: false,
            addresses: [{ ip: "10.20.5.90", prefixLength: 24 }],
            gateways: ["10.20.5.1"],
            dnsServers: [],
          },
        ],
        diagnosis: { kind: "static-mismatch", fault: true, adapter: "LAN A" },
      },
    ]);
  });

  it("reads standard input, and finds nothing wrong where Windows has Azure's address", () => {
    const words = [BIN, "explain", "--azure-address", "10.20.5.90"];
    const ended = spawnSync(process.execPath, words, {
      input: TEXT,
      encoding: "utf8",
      timeout: 60_000,
    });

    expect(ended.stdout).toContain("Diagnosis: nothing wrong (static-matching)");
    expect(ended.status).toBe(0);
  });

  it("writes no colours into a pipe, also where CI is set", async () => {
    const { stdout } = await runBin(
      ["explain", "--azure-address", "10.20.5.91", file("netsh.txt")],
      {
        CI: "true",
      },
    );

    expect(stdout).toContain("Diagnosis: fault found");
    expect(stdout).not.toContain("\u001B");
  });

  it("says how to find Azure's address where it was not given", async () => {
    const ended = await runBin(["explain", file("netsh.txt")]);

    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain("az network nic show");
    expect(ended.stdout).not.toContain("source=dhcp");
  });

  it.each([
    ["blank.txt", "empty-text", []],
    ["other.txt", "no-adapter-found", []],
    ["missing.txt", "unreadable-file", []],
    ["netsh.txt", "invalid-argument", ["--azure-address", "10.20.5"]],
    ["netsh.txt", "invalid-argument", ["--azure-address", "10.20.5.4,"]],
  ])("exits with 2 for %s: %s", async (name, code, words) => {
    const ended = await runBin(["explain", ...words, file(name)]);

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(`error (${code}): `);
    expect(ended.stderr).toContain("\nnext: ");
  });
});

function anAdapter(values: Partial<PrintedAdapter>): PrintedAdapter {
  return {
    name: "LAN A",
    dhcpEnabled: false,
    addresses: [],
    gateways: [],
    dnsServers: [],
    ...values,
  };
}

function on(...ips: readonly string[]): Pick<PrintedAdapter, "addresses"> {
  return { addresses: ips.map((ip) => ({ ip, prefixLength: 24 })) };
}

const LOOPBACK = anAdapter({ name: "Loopback", ...on("127.0.0.1") });
const A = "10.20.5.4";
const B = "10.20.5.5";

describe("the diagnosis of a text", () => {
  it.each<readonly [string, boolean | null, readonly PrintedAdapter[], readonly string[]]>([
    ["static-mismatch", true, [LOOPBACK, anAdapter({})], [A]],
    ["static-mismatch", true, [anAdapter(on("169.254.7.7"))], [A]],
    ["static-matching", false, [anAdapter(on(A)), LOOPBACK], [A]],
    ["extra-addresses", true, [anAdapter(on(A, "10.20.5.9"))], [A]],
    ["static-multi-address", false, [anAdapter(on(A, B))], [A, B]],
    ["static-multi-mismatch", true, [anAdapter(on(A))], [A, B]],
    ["static-matching", false, [anAdapter(on(A)), anAdapter({ name: "LAN B", ...on(B) })], [A, B]],
    ["healthy", false, [anAdapter({ dhcpEnabled: true, ...on(A) })], [A]],
    ["lease-stale", true, [anAdapter({ dhcpEnabled: true, ...on("10.20.5.9") })], [A]],
    ["dhcp-failed", true, [anAdapter({ dhcpEnabled: true })], [A]],
    ["address-right", false, [anAdapter({ dhcpEnabled: null, ...on(A) })], [A]],
    ["address-mismatch", true, [anAdapter({ dhcpEnabled: null, ...on(B) })], [A]],
    ["dhcp-unknown", null, [anAdapter({ dhcpEnabled: null })], [A]],
    ["adapter-unclear", true, [anAdapter(on(B)), anAdapter({ name: "LAN B" })], [A]],
    ["no-network-adapter", null, [LOOPBACK], [A]],
    ["no-azure-address", null, [anAdapter(on(A))], []],
    // Printed before and after a change.
    ["static-mismatch", true, [anAdapter(on(A)), anAdapter(on(B))], [A]],
  ])("is %s (fault: %s)", (kind, fault, adapters, azure) => {
    const { diagnosis } = explainText({ adapters, cut: false }, azure);

    expect(diagnosis).toMatchObject({ kind, fault });
    expect(diagnosis.nextSteps.length).toBeGreaterThan(0);
  });

  it("takes the only adapter with a gateway for Azure's", () => {
    const routed = anAdapter({ name: "LAN B", ...on(B), gateways: ["10.20.5.1"] });

    const { diagnosis } = explainText(
      { adapters: [anAdapter(on("10.9.0.1")), routed], cut: false },
      [A],
    );

    expect(diagnosis).toMatchObject({ kind: "static-mismatch", adapter: "LAN B" });
  });

  it("does not tell where the text was cut within the adapter", () => {
    const { diagnosis } = explainText({ adapters: [anAdapter({})], cut: true }, [A]);

    expect(diagnosis).toMatchObject({ kind: "text-cut", fault: null });
  });

  it("never advises DHCP for an adapter that needs several addresses", () => {
    const { diagnosis } = explainText({ adapters: [anAdapter(on(A))], cut: false }, [A, B]);

    expect(diagnosis.nextSteps.join("\n")).not.toContain("source=dhcp");
    expect(diagnosis.nextSteps).toContainEqual(expect.stringContaining(`address=${B}`));
  });
});
