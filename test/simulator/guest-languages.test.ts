import { describe, expect, it } from "vitest";

import type { GuestLocale } from "../../local/simulator/guest/locales.ts";
import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import type { Simulator } from "../../local/simulator/simulator.ts";
import { parseReadOutput } from "../../shared/guest/envelope.ts";
import { renderScript } from "../../shared/guest/script.ts";
import { aFleet, arm, outputOf, simulate, startCommand } from "./harness.ts";

interface Expected {
  readonly locale: GuestLocale;
  /** Names of both adapters. */
  readonly names: readonly [string, string];
  readonly netsh: readonly string[];
  readonly ipconfig: readonly string[];
}

const EXPECTED: readonly Expected[] = [
  {
    locale: "en-US",
    names: ["Ethernet", "Ethernet 2"],
    netsh: [
      'Configuration for interface "Ethernet"',
      "    DHCP enabled:                         No",
      "    DNS servers configured through DHCP:  168.63.129.16",
    ],
    ipconfig: [
      "   IPv4 Address. . . . . . . . . . . : 10.40.1.77(Preferred) ",
      "   DHCP Enabled. . . . . . . . . . . : Yes",
    ],
  },
  {
    locale: "fr-FR",
    names: ["Ethernet", "Ethernet 2"],
    netsh: [
      "Configuration pour l'interface «\u00A0Ethernet\u00A0»",
      "    DHCP activé\u00A0:                         Non",
      "    Serveurs DNS configurés via DHCP\u00A0:    168.63.129.16",
    ],
    ipconfig: [
      "Carte Ethernet Ethernet\u00A0:",
      "   Adresse IPv4. . . . . . . . . . . . . .: 10.40.1.77(préféré) ",
      "   DHCP activé. . . . . . . . . . . . . . : Oui",
    ],
  },
  {
    locale: "de-DE",
    names: ["Ethernet", "Ethernet 2"],
    netsh: [
      'Konfiguration der Schnittstelle "Ethernet"',
      "    DHCP aktiviert:                       Nein",
      "    Über DHCP konfigurierte DNS-Server:   168.63.129.16",
    ],
    ipconfig: [
      "   IPv4-Adresse  . . . . . . . . . . : 10.40.1.77(Bevorzugt) ",
      "   DHCP aktiviert. . . . . . . . . . : Ja",
    ],
  },
  {
    locale: "ja-JP",
    names: ["イーサネット", "イーサネット 2"],
    netsh: [
      'インターフェイス "イーサネット" の構成',
      "    DHCP 有効:                            いいえ",
      "    DHCP で構成された DNS サーバー:       168.63.129.16",
    ],
    ipconfig: [
      "イーサネット アダプター イーサネット 2:",
      "   IPv4 アドレス . . . . . . . . . . . .: 10.40.1.77(優先) ",
      "   DHCP 有効 . . . . . . . . . . . . . .: はい",
    ],
  },
  {
    locale: "zh-CN",
    names: ["以太网", "以太网 2"],
    netsh: [
      '接口 "以太网" 的配置',
      "    DHCP 已启用:                          否",
      "    通过 DHCP 配置的 DNS 服务器:          168.63.129.16",
    ],
    ipconfig: [
      "   IPv4 地址 . . . . . . . . . . . . : 10.40.1.77(首选) ",
      "   DHCP 已启用 . . . . . . . . . . . : 是",
    ],
  },
  {
    locale: "ru-RU",
    names: ["Ethernet", "Ethernet 2"],
    netsh: [
      'Настройка интерфейса "Ethernet"',
      "    DHCP разрешен:                        Нет",
      "    DNS-серверы с настройкой через DHCP:  168.63.129.16",
    ],
    ipconfig: [
      "   IPv4-адрес. . . . . . . . . . . . : 10.40.1.77(Основной) ",
      "   DHCP включен. . . . . . . . . . . : Да",
    ],
  },
];

/** A VM with a wrong static address, and a second NIC on DHCP. */
function fleetIn(locale: GuestLocale): ScenarioInput {
  const [broken] = aFleet().vms;
  return aFleet({
    vms: [
      {
        name: "vm-bad-01",
        agentSurvivesWrongAddress: true,
        guest: { locale },
        nics: [...(broken?.nics ?? []), { ipConfigurations: [{ address: "10.40.1.6" }] }],
      },
    ],
  });
}

async function printed(simulator: Simulator, body: unknown): Promise<string> {
  const path = "providers/Microsoft.Compute/virtualMachines/vm-bad-01/runCommand";
  const answer = await arm(simulator, path, { method: "POST", body });
  const resultPath = answer.headers.get("Location")?.replace(simulator.armEndpoint, "") ?? "";
  return (await outputOf(simulator, { answer, resultPath, statusPath: "" })).stdout;
}

describe.each(EXPECTED)("a Windows in $locale", ({ locale, names, netsh, ipconfig }) => {
  it("prints netsh and Run Command's IPConfig in its language", async () => {
    const simulator = await simulate(fleetIn(locale));

    const script = ["netsh interface ip show config"];
    const netshText = await printed(simulator, { commandId: "RunPowerShellScript", script });
    const ipconfigText = await printed(simulator, { commandId: "IPConfig" });

    expect(netshText.split("\n")).toEqual(expect.arrayContaining([...netsh]));
    expect(ipconfigText.split("\n")).toEqual(expect.arrayContaining([...ipconfig]));
  });

  it("names its adapters in its language, and gives our script its own netsh text as evidence", async () => {
    const simulator = await simulate(fleetIn(locale));

    const command = await startCommand(simulator, renderScript("read-guest", {}));
    const reading = parseReadOutput((await outputOf(simulator, command)).stdout);

    expect(reading).toMatchObject({
      kind: "read",
      facts: { adapters: names.map((name) => ({ name })) },
    });
    expect(reading.kind === "read" ? reading.netshText : null).toContain(netsh.slice(0, 1).join());
  });
});
