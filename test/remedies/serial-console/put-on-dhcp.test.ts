import { describe, expect, it } from "vitest";

import type { ScenarioInput } from "../../../local/simulator/scenario/scenario.ts";
import type { Simulator } from "../../../local/simulator/simulator.ts";
import { createAzure } from "../../../shared/azure/clients.ts";
import { openSerialConsole } from "../../../shared/azure/serial-console.ts";
import { quotedForCommandPrompt } from "../../../shared/diagnosis/command-line.ts";
import type { ConsoleLogin } from "../../../shared/guest/sac/command-prompt.ts";
import { Transcript } from "../../../shared/guest/sac/transcript.ts";
import type { BeforeSwitch } from "../../../shared/remedies/serial-console/dhcp-order.ts";
import {
  putOnDhcp,
  type DhcpMeans,
  type DhcpPut,
} from "../../../shared/remedies/serial-console/put-on-dhcp.ts";
import { aNic, anIpConfiguration, aSubnet } from "../../builders.ts";
import { admin, aFleet, effectKinds, simulate, vmView } from "../../simulator/harness.ts";

type VmInput = ScenarioInput["vms"][number];

const OPS = { name: "ops", password: "Opened-4-rep@ir" };
const LOGIN: ConsoleLogin = { username: OPS.name, domain: "", password: OPS.password };
const NIC = aNic({
  ipConfigurations: [anIpConfiguration({ address: "10.40.1.4" })],
  subnet: aSubnet({ prefixes: ["10.40.1.0/24"] }),
});

/** A console on which the switch is tried, and what it noted. */
class Trial {
  readonly simulator: Simulator;
  readonly channels: string[] = [];
  readonly befores: BeforeSwitch[] = [];
  readonly transcript = new Transcript();

  private constructor(simulator: Simulator) {
    this.simulator = simulator;
  }

  static async start(guest: VmInput["guest"] = {}, vm: Partial<VmInput> = {}): Promise<Trial> {
    const { vms, ...fleet } = aFleet();
    const [broken] = vms;
    if (broken === undefined) {
      throw new Error("The fleet has no VM.");
    }
    const silent = { agentSurvivesWrongAddress: false, guest: { users: [OPS], ...guest }, ...vm };
    return new Trial(await simulate({ ...fleet, vms: [{ ...broken, ...silent }] }));
  }

  async put(means: Partial<DhcpMeans> = {}): Promise<DhcpPut> {
    const { armEndpoint, token, subscriptionId } = this.simulator;
    const azure = createAzure({ simulator: { armEndpoint, token } });
    const vmId = `/subscriptions/${subscriptionId}/resourceGroups/rg-fleet/providers/Microsoft.Compute/virtualMachines/vm-bad-01`;
    return await putOnDhcp(
      { vmId, nics: [NIC], nic: NIC, wrongAddresses: [] },
      {
        open: async () => this.transcript.recorded(await openSerialConsole(azure, vmId)),
        login: LOGIN,
        quoted: quotedForCommandPrompt,
        earlier: { channels: [], before: null },
        opened: async (name) => {
          this.channels.push(name);
          await Promise.resolve();
        },
        switching: async (before) => {
          this.befores.push(before);
          await Promise.resolve();
        },
        ...means,
      },
    );
  }

  async adapter(): Promise<unknown> {
    const { guest } = await vmView(this.simulator);
    return guest.adapters[0];
  }
}

const RIGHT = { dhcp: true, addresses: [{ ip: "10.40.1.4" }] };

describe("DHCP put on at a command prompt of the serial console", () => {
  it("is proven by what netsh shows afterwards, and the state before is noted first", async () => {
    const trial = await Trial.start();

    const put = await trial.put();

    expect(put).toMatchObject({ kind: "on", before: { adapter: { name: "Ethernet" } } });
    expect(trial.befores).toMatchObject([
      { network: 5, adapter: { dhcpEnabled: false, addresses: [{ ip: "10.40.1.77" }] } },
    ]);
    expect(trial.channels).toEqual(["Cmd0001"]);
    expect(await trial.adapter()).toMatchObject(RIGHT);
  });

  it.each<[string, VmInput["guest"]]>([
    ["in French", { locale: "fr-FR" }],
    ["in German", { locale: "de-DE" }],
    ["in Japanese", { locale: "ja-JP" }],
    ["in Chinese", { locale: "zh-CN" }],
    ["in Russian", { locale: "ru-RU" }],
    ["with noise", { console: { noise: true } }],
    ["on a terminal that moves the cursor", { console: { terminal: "vt100" } }],
    ["on such a terminal with noise", { console: { terminal: "vt100", noise: true } }],
    ["although the first letters are lost", { console: { lostLetters: 7 } }],
    ["where each answer is late", { console: { delaySeconds: 0.4 } }],
  ])("works %s", async (_how, guest) => {
    const trial = await Trial.start(guest);

    expect(await trial.put()).toMatchObject({ kind: "on", remarks: [] });
    expect(await trial.adapter()).toMatchObject(RIGHT);
  });

  it("types exactly the procedure's commands, and leaves no channel and no secret", async () => {
    const trial = await Trial.start();
    await trial.put();

    const text = trial.transcript.text([OPS.password, OPS.name]);

    const netsh = text.split("\n").filter((line) => line.startsWith("> netsh"));
    expect(netsh).toEqual([
      "> netsh interface ip show config",
      '> netsh interface ip set address name="Ethernet" source=dhcp',
      "> netsh interface ip show config",
    ]);
    expect(text).toContain("> exit\n");
    expect(text).not.toContain("> ch -ci");
    expect(text.lastIndexOf("0 (AV)    SAC")).toBeGreaterThan(text.lastIndexOf("(AV)    Cmd"));
    expect(text).not.toContain(OPS.password);
    expect(text).not.toContain("ops");
  });

  it.each<[string, VmInput["guest"], string]>([
    ["the password is wrong", { users: [{ ...OPS, password: "x" }] }, "console-wrong-password"],
    ["the account is locked", { users: [{ ...OPS, locked: true }] }, "console-account-locked"],
    ["netsh refuses", { users: [{ ...OPS, administrator: false }] }, "console-netsh-refused"],
    ["there is no channel left", { console: { channelLimit: 0 } }, "console-channel-limit"],
    ["somebody has a channel", { console: { othersChannels: 1 } }, "console-in-use"],
    ["somebody's channel is in front", { console: { front: "cmd" } }, "console-in-use"],
    [
      "somebody's line stands half typed there",
      { console: { front: "cmd", typed: "del half" } },
      "console-in-use",
    ],
  ])("changes nothing where %s", async (_why, guest, code) => {
    const trial = await Trial.start(guest);

    const put = await trial.put();

    expect(put).toMatchObject({ kind: "untouched", code });
    expect(await effectKinds(trial.simulator)).toEqual([]);
    expect(JSON.stringify(put)).not.toContain(OPS.password);
  });

  it("tries a login once", async () => {
    const trial = await Trial.start({ users: [{ ...OPS, password: "x" }] });

    await trial.put();

    expect(trial.transcript.text([]).split("Attempting to authenticate").length).toBe(2);
  });

  it("changes nothing where the adapter's name cannot be typed safely", async () => {
    const trial = await Trial.start(
      {},
      {
        nics: [
          {
            ipConfigurations: [{ address: "10.40.1.4" }],
            adapter: { name: "100% net", static: { addresses: ["10.40.1.77/24"] } },
          },
        ],
      },
    );

    expect(await trial.put()).toMatchObject({ kind: "untouched", code: "adapter-unnameable" });
    expect(await effectKinds(trial.simulator)).toEqual([]);
  });

  it("sets Azure's address as a static one where DHCP gives none", async () => {
    const trial = await Trial.start();
    await admin(trial.simulator, "/vms/vm-bad-01", { method: "PATCH", body: { lease: "never" } });

    const put = await trial.put();

    expect(put).toMatchObject({ kind: "restored", code: "console-lease-wrong" });
    expect(await trial.adapter()).toMatchObject({ dhcp: false, addresses: [{ ip: "10.40.1.4" }] });
  });

  it("goes on after a host that died at the command prompt: its channel is closed, nothing is switched twice", async () => {
    const trial = await Trial.start();
    const died = new Error("died");
    await expect(
      trial.put({
        switching: async () => {
          await Promise.reject(died);
        },
      }),
    ).rejects.toThrow(died);

    const put = await trial.put({ earlier: { channels: ["Cmd0001"], before: null } });

    expect(put).toMatchObject({ kind: "on" });
    expect(await effectKinds(trial.simulator)).toEqual(["dhcpSwitched", "routesChanged"]);
  });

  it("finds DHCP on where an earlier try had switched, and keeps what was noted then", async () => {
    const trial = await Trial.start();
    const { before } = await trial.put();

    const again = await trial.put({ earlier: { channels: ["Cmd0001"], before } });

    expect(again).toMatchObject({ kind: "on", before });
    expect((await effectKinds(trial.simulator)).filter((kind) => kind === "dhcpSwitched")).toEqual([
      "dhcpSwitched",
    ]);
  });

  it("is unknown where an earlier try may have switched and nobody can look", async () => {
    const trial = await Trial.start();
    const { before } = await trial.put();

    const login = { ...LOGIN, password: "another by now" };
    const again = await trial.put({ login, earlier: { channels: [], before } });

    expect(again).toMatchObject({ kind: "unknown", code: "console-wrong-password" });
  });
});
