import { createHash } from "node:crypto";

import { describe, expect, it } from "vitest";

import {
  EMULATED_SCRIPTS,
  fireDueTasks,
  restart,
  runScript,
} from "../../../local/simulator/guest/run.ts";
import { netshText } from "../../../local/simulator/guest/text.ts";
import { renderScript } from "../../../shared/guest/script.ts";
import { aGuest, anAdapter, aStaticAdapter, aWorld, MAC } from "../../guest/guest-states.ts";

describe("the emulation's scripts", () => {
  it.each([
    "read-guest",
    "switch-to-dhcp",
    "set-addresses",
    "repair-adapter",
    "restore-static",
    "look-further",
    "remove-ghosts",
  ] as const)("%s is the script that this emulation was written for", (name) => {
    const [header = "", ...lines] = renderScript(name, {});

    const digest = createHash("sha256")
      .update([header, ...lines].join("\n"))
      .digest("hex");

    // Red after a change of the script: change the emulation with it, then note the new digest.
    expect({ header, digest }).toEqual({
      header: `# static-ip-remediator:${name}/${EMULATED_SCRIPTS[name].version}`,
      digest: EMULATED_SCRIPTS[name].digest,
    });
  });

  it("does not emulate a version that it does not know", () => {
    const run = runScript(aGuest(), "# static-ip-remediator:read-guest/99\n", aWorld());

    expect(run).toMatchObject({
      stdout: "",
      stderr: "The simulated Windows does not know the script read-guest/99.",
    });
  });
});

describe("commands that a person types", () => {
  it("shows netsh's configuration of each adapter that is enabled, and of the loopback", () => {
    const guest = aGuest({
      adapters: [
        aStaticAdapter({ staticDnsServers: ["10.20.0.10", "10.20.0.11"] }),
        anAdapter({ name: "Off", enabled: false }),
      ],
    });

    const { stdout } = runScript(guest, "netsh interface ip show config\r\n", aWorld());

    expect(stdout).toBe(netshText(guest));
    expect(stdout.split("\n").slice(0, 14)).toEqual([
      "",
      'Configuration for interface "Ethernet"',
      "    DHCP enabled:                         No",
      "    IP Address:                           10.20.0.99",
      "    Subnet Prefix:                        10.20.0.0/24 (mask 255.255.255.0)",
      "    Default Gateway:                      10.20.0.1",
      "    Gateway Metric:                       0",
      "    InterfaceMetric:                      10",
      "    Statically Configured DNS Servers:    10.20.0.10",
      "                                          10.20.0.11",
      "    Register with which suffix:           Primary only",
      "    Statically Configured WINS Servers:   None",
      "",
      "",
    ]);
    expect(stdout).not.toContain("Off");
  });

  it("shows ipconfig's text with its dots where Windows has them", () => {
    const { stdout } = runScript(aGuest(), "IPCONFIG /all", aWorld());

    expect(stdout.split("\n")).toEqual(
      expect.arrayContaining([
        "   Host Name . . . . . . . . . . . . : vm-orchid",
        "Ethernet adapter Ethernet:",
        "   Physical Address. . . . . . . . . : 00-0D-3A-12-34-56",
        "   DHCP Enabled. . . . . . . . . . . : Yes",
        "   IPv4 Address. . . . . . . . . . . : 10.20.0.4(Preferred) ",
        "   Default Gateway . . . . . . . . . : 10.20.0.1",
      ]),
    );
  });

  it("answers each line of several, and calls the others not recognized", () => {
    const run = runScript(aGuest(), "hostname\nshutdown /r\n", aWorld());

    expect(run).toMatchObject({ stdout: "vm-orchid", seconds: 0 });
    expect(run.stderr).toMatch(/^shutdown : The term 'shutdown' is not recognized/u);
  });
});

describe("restart", () => {
  it("gives adapters on DHCP a new lease and leaves static ones alone", () => {
    const guest = aGuest({
      adapters: [
        anAdapter({ addresses: [] }),
        aStaticAdapter({ guid: "{0}", mac: "00-0D-3A-00-00-01", index: 9 }),
      ],
    });

    const booted = restart(guest, aWorld({ now: "2026-03-02T00:00:00Z" }));

    expect(booted).toMatchObject({
      bootedAt: "2026-03-02T00:00:00Z",
      adapters: [{ addresses: [{ ip: "10.20.0.4" }] }, { addresses: [{ ip: "10.20.0.99" }] }],
    });
  });

  it.each(["manual", "disabled"] as const)(
    "does not start a DHCP client whose start mode is %s",
    (startMode) => {
      const booted = restart(aGuest({ dhcpService: { state: "running", startMode } }), aWorld());

      expect(booted).toMatchObject({
        dhcpService: { state: "stopped" },
        adapters: [{ addresses: [] }],
      });
    },
  );

  it("gives an adapter without a lease an address that Windows makes up", () => {
    const booted = restart(aGuest(), aWorld({ leases: { [MAC]: null } }));

    expect(booted.adapters[0]?.addresses).toEqual([{ ip: "169.254.53.86", prefixLength: 16 }]);
  });
});

describe("fireDueTasks", () => {
  it("leaves a task alone whose script it does not know", () => {
    const tasks = [
      { name: "static-ip-remediator-x", fireAt: "2026-01-01T00:00:00Z", script: "# x" },
    ];
    const guest = aGuest({ tasks });

    expect(fireDueTasks(guest, aWorld())).toEqual(guest);
  });
});
