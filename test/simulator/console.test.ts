import { describe, expect, it, onTestFinished, vi } from "vitest";
import { z } from "zod";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import type { Simulator } from "../../local/simulator/simulator.ts";
import {
  admin,
  aFleet,
  arm,
  effectKinds,
  errorCode,
  readLog,
  simulate,
  vmView,
} from "./harness.ts";

const VM = "providers/Microsoft.Compute/virtualMachines/vm-bad-01";
const CONNECT = `${VM}/providers/Microsoft.SerialConsole/serialPorts/0/connect`;
const connection = z.object({ connectionString: z.url({ protocol: /^ws$/u }) });

type VmInput = ScenarioInput["vms"][number];

/** A fleet whose broken VM is silent, its agent too. */
async function silentFleet(
  vm: Partial<VmInput> = {},
  changes: Partial<ScenarioInput> = {},
): Promise<Simulator> {
  const { vms, ...fleet } = aFleet(changes);
  const [broken, ...others] = vms;
  if (broken === undefined) {
    throw new Error("The fleet has no VM.");
  }
  return await simulate({
    ...fleet,
    vms: [{ ...broken, agentSurvivesWrongAddress: false, ...vm }, ...others],
  });
}

/** A person's terminal at the console. */
class Terminal {
  readonly socket: WebSocket;
  shown = "";
  #first = true;

  constructor(address: string, token: string) {
    this.socket = new WebSocket(address);
    this.socket.addEventListener("open", () => {
      this.socket.send(token);
    });
    this.socket.addEventListener("message", ({ data }) => {
      if (this.#first) {
        this.#first = false;
        this.socket.send(token);
      } else {
        this.shown += String(data);
      }
    });
    onTestFinished(() => {
      this.socket.close();
    });
  }

  /** Types, and waits until the text ends in the prompt. */
  async type(text: string, prompt = "SAC>"): Promise<string> {
    this.shown = "";
    this.socket.send(text);
    await this.until(prompt);
    return this.shown;
  }

  async until(end: string): Promise<void> {
    await waitUntil(() => this.shown.endsWith(end));
  }

  async closed(): Promise<void> {
    await waitUntil(() => this.socket.readyState === WebSocket.CLOSED);
  }
}

async function waitUntil(holds: () => boolean): Promise<void> {
  await vi.waitUntil(holds, { timeout: 5000 });
}

async function addressOf(simulator: Simulator): Promise<string> {
  const answer = await arm(simulator, CONNECT, { method: "POST" });
  const { connectionString } = connection.parse(answer.body);
  return `${connectionString}?authorization=${simulator.token}&new=1`;
}

async function openTerminal(simulator: Simulator, prompt = "SAC>"): Promise<Terminal> {
  const terminal = new Terminal(await addressOf(simulator), simulator.token);
  await terminal.until(prompt);
  return terminal;
}

describe("the serial console of a simulated VM", () => {
  it("lists the addresses that Windows has, without the agent", async () => {
    const simulator = await silentFleet();
    const terminal = await openTerminal(simulator);

    const listed = await terminal.type("i\r\n");

    expect(listed).toContain("SAC is retrieving IP Addresses...");
    expect(listed).toContain(
      "Net: 5, Ip=10.40.1.77  Subnet=255.255.255.0  Gateway=10.40.1.1\r\nNet: 5, Ip=fe80::5\r\n",
    );
  });

  it("sets Azure's address, after which the agent reports and RDP answers", async () => {
    const simulator = await silentFleet();
    const terminal = await openTerminal(simulator);

    const said = await terminal.type("i 5 10.40.1.4 255.255.255.0 10.40.1.1\r\n");

    const { agent, rdp, guest } = await vmView(simulator);
    const [effect] = (await readLog(simulator)).effects;
    expect(said).toContain("SAC successfully set the IP Address, subnet mask, and gateway.");
    expect({ ready: agent.ready, rdp: rdp.kind, dhcp: guest.adapters[0]?.dhcp }).toEqual({
      ready: true,
      rdp: "open",
      dhcp: false,
    });
    expect(effect).toMatchObject({ kind: "staticChanged", by: "console", vm: "vm-bad-01" });
  });

  it.each([
    ["a number that no adapter has", "i 9 10.40.1.4 255.255.255.0 10.40.1.1", "could not set"],
    ["an address that is none", "i 5 10.40.1.400 255.255.255.0 10.40.1.1", "incorrect or missing"],
    ["a mask that is none", "i 5 10.40.1.4 255.0.255.0 10.40.1.1", "incorrect or missing"],
    ["a missing gateway", "i 5 10.40.1.4 255.255.255.0", "incorrect or missing"],
    ["a command that SAC does not know", "netsh", "Unrecognized command"],
  ])("changes nothing for %s", async (_what, typed, answer) => {
    const simulator = await silentFleet();
    const terminal = await openTerminal(simulator);

    const said = await terminal.type(`${typed}\r\n`);

    expect(said).toContain(answer);
    expect(await effectKinds(simulator)).toEqual([]);
  });

  it("takes a line back letter by letter", async () => {
    const simulator = await silentFleet();
    const terminal = await openTerminal(simulator);

    const said = await terminal.type("restart\b\b\b\b\b\b\b\b\bid\r\n");

    expect(said).toContain("Computer Name: VM-BAD-01");
  });

  it("throws out who is connected, and lets the newcomer into the same line", async () => {
    const simulator = await silentFleet();
    const first = await openTerminal(simulator);
    await first.type("i 5 10", "i 5 10");

    const second = await openTerminal(simulator, "SAC>i 5 10");

    await first.closed();
    expect(second.shown).toBe("\r\nSAC>i 5 10");
  });

  it("shows somebody's command prompt, where typing reaches no SAC", async () => {
    const simulator = await silentFleet({ guest: { console: { front: "cmd" } } });
    const terminal = await openTerminal(simulator, String.raw`C:\Windows\system32>`);

    await terminal.type("i 5 10.40.1.4 255.255.255.0 10.40.1.1\r\n", "system32>");

    expect(await effectKinds(simulator)).toEqual([]);
  });

  it("prints nothing of a Linux", async () => {
    const simulator = await silentFleet({ os: "Linux" });
    const terminal = new Terminal(await addressOf(simulator), simulator.token);

    await expect.poll(() => terminal.socket.readyState, { timeout: 5000 }).toBe(WebSocket.OPEN);

    expect(terminal.shown).toBe("");
  });

  it("closes on a token that is none", async () => {
    const simulator = await silentFleet();
    const address = await addressOf(simulator);

    const inUrl = new Terminal(address.replace(/authorization=[^&]+/u, "authorization=x"), "x");
    const inMessage = new Terminal(address, "no token");

    await inUrl.closed();
    await inMessage.closed();
    expect(inMessage.shown).toBe("");
  });

  it("keeps its token out of the log", async () => {
    const simulator = await silentFleet();
    await (await openTerminal(simulator)).type("i\r\n");

    const log = JSON.stringify((await admin(simulator, "/log")).body);

    expect(log).toContain("console.connect");
    expect(log).not.toContain(simulator.token);
  });
});

describe("asking for the console", () => {
  it.each<[string, Partial<VmInput>, Partial<ScenarioInput>, string]>([
    ["without boot diagnostics", { bootDiagnostics: false }, {}, "BootDiagnosticsDisabled"],
    ["while the VM is off", { power: "deallocated" }, {}, "OperationNotAllowed"],
    [
      "where the subscription has it off",
      {},
      { serialConsoleDisabled: true },
      "SerialConsoleDisabled",
    ],
    ["without the right", {}, { role: { actions: ["*/read"] } }, "AuthorizationFailed"],
    [
      "under a ReadOnly lock",
      {},
      { locks: [{ level: "ReadOnly", vm: "vm-bad-01" }] },
      "ScopeLocked",
    ],
  ])("is refused %s", async (_when, vm, changes, code) => {
    const simulator = await silentFleet(vm, changes);

    const answer = await arm(simulator, CONNECT, { method: "POST" });

    expect(errorCode(answer)).toBe(code);
  });

  it.each([true, false])("shows beforehand whether it is off: %s", async (disabled) => {
    const simulator = await silentFleet({}, { serialConsoleDisabled: disabled });
    const path = `/subscriptions/${simulator.subscriptionId}/providers/Microsoft.SerialConsole/consoleServices/default`;

    const { body } = await arm(simulator, path);

    expect(body).toEqual({ properties: { disabled } });
  });
});
