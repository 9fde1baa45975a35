import { describe, expect, it } from "vitest";

import { findingsOf } from "../../shared/diagnosis/other-causes.ts";
import { silentThough } from "../../shared/diagnosis/plan-for-right-guest.ts";
import type { FurtherLook, RemoteDesktopFacts } from "../../shared/domain/other-causes.ts";
import { azureFacts } from "../builders.ts";

function looked(facts: Partial<RemoteDesktopFacts> = {}): FurtherLook {
  return {
    kind: "looked",
    probedPort: 3389,
    facts: {
      service: { state: "running", startMode: "manual" },
      denied: "no",
      port: 3389,
      listening: true,
      firewall: [{ profile: "Public", verdict: "allows", rule: "Remote Desktop" }],
      ghosts: { count: 0, ghosts: [] },
      detail: null,
      ...facts,
    },
  };
}

function blockedBy(rule: string | null): Partial<RemoteDesktopFacts> {
  return { firewall: [{ profile: "Public", verdict: "blocks", rule }] };
}

describe("the cause of a silent RDP", () => {
  it.each<[string, Partial<RemoteDesktopFacts>, string]>([
    [
      "The service TermService is disabled.",
      { service: { state: "stopped", startMode: "disabled" }, listening: false },
      "Run: sc config TermService start= demand, then net start TermService",
    ],
    [
      "The service TermService does not run.",
      { service: { state: "stopped", startMode: "automatic" }, listening: false },
      "Run: net start TermService",
    ],
    [
      "Windows has no service TermService.",
      { service: { state: "missing", startMode: "other" }, listening: false },
      "Run: sc query TermService.",
    ],
    [
      "Remote Desktop is switched off in Windows (fDenyTSConnections).",
      { denied: "setting", listening: false },
      String.raw`Run: reg add "HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server" /v fDenyTSConnections /t REG_DWORD /d 0 /f`,
    ],
    [
      "A policy switches Remote Desktop off (fDenyTSConnections).",
      { denied: "policy", listening: false },
      String.raw`Run: reg add "HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services" /v fDenyTSConnections /t REG_DWORD /d 0 /f.`,
    ],
    [
      "Windows takes Remote Desktop on port 33890; port 3389 was probed.",
      { port: 33_890 },
      String.raw`REMEDIATOR_PROBE_PORT=33890. Else run: reg add "HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp" /v PortNumber /t REG_DWORD /d 3389 /f`,
    ],
    [
      "TermService runs, but nothing listens on its port 3389.",
      { listening: false },
      "Run: net stop TermService /y, then net start TermService",
    ],
    [
      "Windows' firewall (profile Public) has no rule that lets port 3389 in.",
      blockedBy(null),
      "Run: powershell -Command \"Enable-NetFirewallRule -Group '@FirewallAPI.dll,-28752'\"",
    ],
    [
      'Windows\' firewall (profile Public) blocks port 3389 by its rule "No RDP".',
      blockedBy("No RDP"),
      'Run: netsh advfirewall firewall set rule name="No RDP" dir=in new enable=no',
    ],
    [
      "Windows' firewall (profile Domain) lets nothing in, whatever its rules say.",
      { firewall: [{ profile: "Domain", verdict: "blocks-all", rule: null }] },
      "Run: netsh advfirewall set domainprofile firewallpolicy blockinbound,allowoutbound",
    ],
  ])("is named with the exact next command: %s", (message, facts, step) => {
    const found = findingsOf(looked(facts));

    expect(found.message).toBe(message);
    expect(found.steps).toEqual([expect.stringContaining(step)]);
  });

  it("may be several at once", () => {
    const found = findingsOf(
      looked({ denied: "setting", listening: false, port: 3390, ...blockedBy(null) }),
    );

    expect(found.steps).toEqual([
      expect.stringContaining("fDenyTSConnections"),
      expect.stringContaining("PortNumber"),
      expect.stringContaining('add rule name="Remote Desktop 3390"'),
    ]);
  });

  it.each(['Evil" & shutdown /r', "100%", `${"x".repeat(63)}~`, "back\\"])(
    "puts no rule's name into a command that it could break: %s",
    (rule) => {
      expect(findingsOf(looked(blockedBy(rule))).steps).toEqual([
        expect.stringMatching(/^Run: wf\.msc, and switch off the inbound rule/u),
      ]);
    },
  );

  it("is none where all is well, and where Windows did not say", () => {
    const well = findingsOf(looked());
    const mute = findingsOf(
      looked({ denied: null, port: null, listening: null, firewall: null, detail: "no CIM" }),
    );

    expect([well.steps, mute.steps]).toEqual([[], []]);
    expect(well.message).toContain("Windows itself shows no cause");
    expect(mute.message).toContain("as far as it could be asked: no CIM");
  });

  it("is unknown where Windows could not be asked", () => {
    const look = { kind: "unavailable", code: "busy", message: "The slot is taken." } as const;

    expect(findingsOf(look)).toEqual({
      message: "Windows could not be asked why: The slot is taken.",
      steps: [],
      remarks: [],
    });
  });

  it("is none of the ghosts, which are remarked upon", () => {
    const found = findingsOf(looked({ ghosts: { count: 12, ghosts: [] } }));

    expect(found.steps).toEqual([]);
    expect(found.remarks).toEqual([expect.stringContaining("remembers 12 network adapters")]);
  });
});

describe("what a person is told of it", () => {
  it("is the cause, the platform's health, and its command after the way to a prompt", () => {
    const told = silentThough("Silent.", azureFacts(), looked({ denied: "setting" }));

    expect(told.message).toBe(
      "Silent. Remote Desktop is switched off in Windows (fDenyTSConnections). Azure's Resource Health says Available.",
    );
    expect(told.nextStep.split("\n")).toEqual([
      expect.stringContaining("1. Open the serial console"),
      expect.stringContaining("2. Run: reg add"),
      expect.stringContaining("3. Ask again"),
    ]);
  });

  it("is where to look in general without one", () => {
    const told = silentThough("Silent.", azureFacts({ platform: null }), undefined);

    expect(told).toMatchObject({ message: "Silent.", remarks: [] });
    expect(told.nextStep).toContain("sc query TermService");
  });
});
