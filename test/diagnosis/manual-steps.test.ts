import { test } from "@fast-check/vitest";
import { string } from "fast-check";
import { describe, expect, it } from "vitest";

import { printable, quotedForCommandPrompt } from "../../shared/diagnosis/command-line.ts";
import { ROWS } from "../../shared/diagnosis/diagnose.ts";
import { manualSteps } from "../../shared/diagnosis/manual-steps.ts";
import type { DiagnosisKind } from "../../shared/domain/diagnosis.ts";
import {
  aDiagnosis,
  anIpConfiguration,
  aNic,
  aSecondNic,
  aVm,
  azureFacts,
  OS_DISK_ID,
  SECOND_NIC_ID,
} from "../builders.ts";

const TWO_ADDRESSES = azureFacts({
  nics: [
    aNic({
      ipConfigurations: [
        anIpConfiguration(),
        anIpConfiguration({ name: "second", primary: false, address: "10.71.4.21" }),
      ],
    }),
  ],
});

describe("the manual steps", () => {
  it("for a wrong static address are Microsoft's procedure with the real names and addresses", () => {
    expect(manualSteps(aDiagnosis(), azureFacts()).split("\n")).toEqual([
      `1. Unless this run already made one, take a snapshot of the OS disk: az snapshot create --resource-group "rg-harbour" --name "vm-crane-01-before-repair" --source "${OS_DISK_ID}"`,
      "2. Open the serial console: Azure portal, VM vm-crane-01, Help, Serial console. At SAC> type cmd, then ch -si 1, press a key and sign in as an administrator.",
      '3. Run: netsh interface ip show config. Find adapter "Ethernet" and compare its addresses with Azure\'s: 10.71.4.20.',
      '4. Run: netsh interface ip set address name="Ethernet" source=dhcp',
      '5. Run again: netsh interface ip show config. Adapter "Ethernet" must now have 10.71.4.20. No restart is needed.',
      '6. Only if the serial console cannot be used, reset the NIC, which restarts the VM and changes the MAC address: Azure portal, NIC nic-crane-01, IP configurations, ipconfig1; set the allocation to Static with another free address of the subnet, save, wait for the restart, then set it back to 10.71.4.20 (it was Dynamic). Afterwards remove the greyed "Microsoft Hyper-V Network Adapter" in Device Manager.',
    ]);
  });

  it.each(ROWS.map(({ kind }) => kind))("for %s are numbered lines", (kind) => {
    const lines = manualSteps(aDiagnosis({ kind }), azureFacts()).split("\n");

    expect(lines.map((line) => line.split(". ", 1)[0])).toEqual(
      lines.map((_line, index) => `${index + 1}`),
    );
  });

  it.each<[DiagnosisKind, string]>([
    ["static-wrong-route", 'netsh interface ip set address name="Ethernet" source=dhcp'],
    ["static-matching", 'netsh interface ip set address name="Ethernet" source=dhcp'],
    ["lease-stale", "ipconfig /renew"],
    ["dhcp-failed", "sc config Dhcp start= auto"],
    ["adapter-disabled", 'netsh interface set interface name="Ethernet" admin=enabled'],
    ["adapter-missing", "look for the MAC address 00-0D-3A-71-04-20"],
    ["extra-addresses", 'netsh interface ip delete address name="Ethernet" address=10.71.4.77'],
    ["healthy", "Leave it as it is"],
    ["static-multi-address", "Leave it as it is"],
  ])("for %s contain %s", (kind, expected) => {
    expect(manualSteps(aDiagnosis({ kind }), azureFacts())).toContain(expected);
  });

  it.each<DiagnosisKind>([
    "static-multi-mismatch",
    "guest-unreadable",
    "adapter-missing",
    "lease-stale",
    "dhcp-failed",
  ])("never advise DHCP or a NIC reset where there are several IP configurations: %s", (kind) => {
    const steps = manualSteps(aDiagnosis({ kind }), TWO_ADDRESSES);

    expect(steps).not.toContain("source=dhcp");
    expect(steps).not.toContain("reset the NIC,");
    expect(steps).toContain("do not reset the NIC");
  });

  it("set Azure's own addresses where there are several", () => {
    const diagnosis = aDiagnosis({
      kind: "static-multi-mismatch",
      azureAddresses: ["10.71.4.20", "10.71.4.21"],
    });

    const steps = manualSteps(diagnosis, TWO_ADDRESSES);

    expect(steps).toContain(
      'netsh interface ip set address name="Ethernet" source=static address=10.71.4.20 mask=255.255.255.0 gateway=10.71.4.1\n',
    );
    expect(steps).toContain(
      'netsh interface ip add address name="Ethernet" address=10.71.4.21 mask=255.255.255.0\n',
    );
  });

  it("set no gateway on a secondary NIC", () => {
    const nic = aSecondNic({ ipConfigurations: TWO_ADDRESSES.nics[0]?.ipConfigurations ?? [] });
    const diagnosis = aDiagnosis({
      kind: "static-multi-mismatch",
      nicId: SECOND_NIC_ID,
      primaryNic: false,
    });

    expect(manualSteps(diagnosis, azureFacts({ nics: [aNic(), nic] }))).toContain(
      "address=10.71.4.20 mask=255.255.255.0\n",
    );
  });

  it("name what to fill in where Azure does not tell", () => {
    const [nic] = TWO_ADDRESSES.nics;
    const azure = azureFacts({ nics: [aNic({ ...nic, subnet: null })] });

    const withAddress = manualSteps(aDiagnosis({ kind: "static-multi-mismatch" }), azure);
    const withoutAddress = manualSteps(
      aDiagnosis({ kind: "static-multi-mismatch", azureAddresses: [] }),
      azure,
    );

    expect(withAddress).toContain("address=10.71.4.20 mask=SUBNET-MASK gateway=SUBNET-GATEWAY");
    expect(withoutAddress).toContain("address=ADDRESS mask=SUBNET-MASK gateway=SUBNET-GATEWAY");
    expect(withoutAddress).toContain("Azure's: the addresses of the NIC in the portal.");
  });

  it("leave the adapter's name open where it is not known", () => {
    const steps = manualSteps(
      aDiagnosis({ kind: "guest-unreadable", adapterName: null, azureAddresses: [] }),
      azureFacts(),
    );

    expect(steps).toContain(
      'Run, with the adapter\'s own name: netsh interface ip set address name="ADAPTER" source=dhcp',
    );
    expect(steps).toContain("Find the adapter with the MAC address 00-0D-3A-71-04-20");
    expect(steps).toContain("then set it back to its address");
  });

  it("never advise DHCP for a NIC that is no longer there", () => {
    const steps = manualSteps(aDiagnosis({ adapterName: null }), azureFacts({ nics: [] }));

    const missing = manualSteps(aDiagnosis({ kind: "adapter-missing" }), azureFacts({ nics: [] }));

    expect(steps).not.toContain("source=dhcp");
    expect(steps).toContain("the adapter with the MAC address of the NIC");
    expect(missing).toContain("look for the MAC address of the NIC");
  });

  it("use the adapter's number or MAC where its name cannot be typed safely", () => {
    const adapterName = 'LAN" & shutdown /s & "';

    const steps = manualSteps(aDiagnosis({ adapterName }), azureFacts());
    const enabling = manualSteps(
      aDiagnosis({ kind: "adapter-disabled", adapterName }),
      azureFacts(),
    );
    const withoutNic = manualSteps(
      aDiagnosis({ kind: "adapter-disabled", adapterName }),
      azureFacts({ nics: [] }),
    );

    const withoutName = manualSteps(
      aDiagnosis({ kind: "adapter-disabled", adapterName: null }),
      azureFacts(),
    );

    expect(steps).toContain("netsh interface ip show interfaces, and note the Idx");
    expect(steps).toContain("netsh interface ip set address name=IDX source=dhcp");
    expect(enabling).toContain("MacAddress -eq '00-0D-3A-71-04-20' | Enable-NetAdapter");
    expect(withoutName).toContain("MacAddress -eq '00-0D-3A-71-04-20' | Enable-NetAdapter");
    expect(withoutNic).toContain("MacAddress -eq 'MAC-ADDRESS' | Enable-NetAdapter");
  });

  it("reset a NIC without IPv4 configuration by its primary one", () => {
    const azure = azureFacts({ nics: [aNic({ ipConfigurations: [] })] });

    expect(manualSteps(aDiagnosis(), azure)).toContain("IP configurations, the primary one;");
  });

  it("stay usable for disks and ids that this program does not heal", () => {
    const unmanaged = azureFacts({ vm: aVm({ osDisk: { kind: "unmanaged" } }) });
    const oddId = azureFacts({ vm: aVm({ id: "vm-crane-01" }) });

    expect(manualSteps(aDiagnosis(), unmanaged)).toContain(
      "1. Make a backup of the OS disk of VM vm-crane-01.",
    );
    expect(manualSteps(aDiagnosis(), oddId)).toContain('--resource-group "RESOURCE-GROUP"');
  });
});

describe("quoting for the command prompt", () => {
  it.each([
    ["Ethernet", '"Ethernet"'],
    ["Ethernet 2", '"Ethernet 2"'],
    ["R&D's <LAN> ^ | (1)", '"R&D\'s <LAN> ^ | (1)"'],
    ["Подключение", '"Подключение"'],
    ["“LAN”", '"“LAN”"'],
    ["LAN\\1", '"LAN\\1"'],
  ])("keeps %o", (alias, quoted) => {
    expect(quotedForCommandPrompt(alias)).toBe(quoted);
  });

  it.each([
    ["an empty name", ""],
    ["a quote", 'a"b'],
    ["a variable", "a%PATH%b"],
    ["a line break", "a\r\nb"],
    ["an escape character", "a\u001Bb"],
    ["a last backslash", "LAN\\"],
    ["a bare number, which netsh takes for an index", " 12 "],
  ])("refuses %s", (_words, alias) => {
    expect(quotedForCommandPrompt(alias)).toBeNull();
  });

  test.prop([string({ unit: "binary" })])("gives exactly one quoted word or nothing", (alias) => {
    const quoted = quotedForCommandPrompt(alias);

    expect(quoted === null || /^"[^"%\p{Cc}]+(?<!\\)"$/u.test(quoted)).toBe(true);
  });

  test.prop([string({ unit: "binary" })])("shows no control character", (text) => {
    expect(printable(text)).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });
});
