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

  /** Shows the channel, which is described, and signs in there. */
  async signIn(user: string, password: string, end = "system32>"): Promise<string> {
    await this.type(" ", "Username: ");
    await this.type(`${user}\r`, "Domain  : ");
    await this.type("\r", "Password: ");
    return await this.type(`${password}\r`, end);
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

const VIEWED = "Use any other key to view this channel.\r\n";
const OPS = { name: "ops", password: "Opened-4-repair" };

describe("a command prompt channel", () => {
  async function atLogin(guest: VmInput["guest"] = {}): Promise<[Simulator, Terminal]> {
    const simulator = await silentFleet({ guest: { users: [OPS], ...guest } });
    const terminal = await openTerminal(simulator);
    await terminal.type("cmd\r", "Channel: Cmd0001\r\nSAC>");
    await terminal.type("ch -si 1\r", VIEWED);
    return [simulator, terminal];
  }

  it("is listed by SAC under its number", async () => {
    const terminal = await openTerminal(await silentFleet());
    await terminal.type("cmd\r", "Channel: Cmd0001\r\nSAC>");

    const listed = await terminal.type("ch\r");

    expect(listed).toContain("0 (AV)    SAC\r\n1 (AV)    Cmd0001\r\n");
  });

  it("puts the adapter on DHCP after a login, by the procedure's own commands", async () => {
    const [simulator, terminal] = await atLogin();
    await terminal.signIn("ops", OPS.password);

    const before = await terminal.type("netsh interface ip show config\r", "system32>");
    await terminal.type(
      'netsh interface ip set address name="Ethernet" source=dhcp\r',
      "\r\nC:\\Windows\\system32>",
    );
    const after = await terminal.type("netsh interface ip show config\r", "system32>");

    expect(before).toMatch(/DHCP enabled: +No\r\n +IP Address: +10\.40\.1\.77\r\n/u);
    expect(after).toMatch(/DHCP enabled: +Yes\r\n +IP Address: +10\.40\.1\.4\r\n/u);
    expect((await vmView(simulator)).guest.adapters[0]?.dhcp).toBe(true);
  });

  it("prints in the language of Windows", async () => {
    const [, terminal] = await atLogin({ locale: "fr-FR" });
    await terminal.signIn("OPS", OPS.password);

    const shown = await terminal.type("netsh interface ip show config\r", "system32>");

    expect(shown).toContain("Configuration pour l'interface «\u00A0Ethernet\u00A0»");
  });

  it.each([
    ["a wrong password", {}, "wrong", "The user name or password is incorrect."],
    ["a locked account", { locked: true }, OPS.password, "currently locked out"],
    ["a user that is not there", { name: "other" }, OPS.password, "password is incorrect."],
  ])("lets nobody in with %s", async (_what, user, password, reason) => {
    const [, terminal] = await atLogin({ users: [{ ...OPS, ...user }] });

    const said = await terminal.signIn("ops", password, "Username: ");

    expect(said).toContain("Unable to authenticate.");
    expect(said).toContain(reason);
    expect(said).not.toContain(password);
  });

  it("changes nothing for a user who is no administrator", async () => {
    const [simulator, terminal] = await atLogin({ users: [{ ...OPS, administrator: false }] });
    await terminal.signIn("ops", OPS.password);

    const said = await terminal.type(
      'netsh interface ip set address name="Ethernet" source=dhcp\r',
      "\r\nC:\\Windows\\system32>",
    );

    expect(said).toContain("requires elevation");
    expect(await effectKinds(simulator)).toEqual([]);
  });

  it("ends with exit, and SAC is described in its place", async () => {
    const [, terminal] = await atLogin();
    await terminal.signIn("ops", OPS.password);

    await terminal.type("exit\r", VIEWED);
    await terminal.type(" ");

    expect(await terminal.type("ch\r")).not.toContain("Cmd0001");
  });

  it("is left by <esc><tab>0, and closed by SAC", async () => {
    const [, terminal] = await atLogin();

    await terminal.type("\u001B\t0");
    const closed = await terminal.type("ch -ci 1\r", "Channel: Cmd0001\r\nSAC>");

    expect(closed).toContain("EVENT:   A channel has been closed.");
    expect(await terminal.type("ch -si 1\r")).toContain("no channel present");
  });

  it("is not made beyond the limit", async () => {
    const guest = { console: { channelLimit: 1, othersChannels: 1 } };
    const terminal = await openTerminal(await silentFleet({ guest }));

    expect(await terminal.type("cmd\r")).toContain("maximum number of channels");
  });

  it("is gone after a restart", async () => {
    const simulator = await silentFleet({ guest: { console: { front: "cmd" } } });

    await arm(simulator, `${VM}/restart`, { method: "POST" });
    const terminal = await openTerminal(simulator);

    expect(terminal.shown).toBe("\r\nSAC>");
  });

  it("moves the cursor instead of ending lines on a vt100 terminal", async () => {
    const [, terminal] = await atLogin({ console: { terminal: "vt100" } });

    const said = await terminal.type(" ", "Username: ");

    expect(said).not.toContain("\r\n");
    expect(said).toContain("HPlease enter login credentials.");
  });

  it("swallows the first letters where the scenario says so", async () => {
    const [, terminal] = await atLogin({ console: { lostLetters: 2 } });
    await terminal.signIn("ops", OPS.password);

    expect(await terminal.type("xxhostname\r", "system32>")).toContain("\r\nVM-BAD-01\r\n");
  });
});

describe("the line to a console", () => {
  it("waits for Enter after a page of SAC", async () => {
    const addresses = Array.from({ length: 30 }, (_, n) => `10.40.1.${100 + n}/24`);
    const ipConfigurations = [{ address: "10.40.1.4" }];
    const nics = [{ ipConfigurations, adapter: { static: { addresses } } }];
    const terminal = await openTerminal(await silentFleet({ nics }));

    await terminal.type("i\r\n", "----Press <Enter> for more----");
    const rest = await terminal.type("\r\n");

    expect(rest).toContain("Ip=10.40.1.129");
  });

  it("is noisy where the scenario says so, and holds the same lines", async () => {
    const terminal = await openTerminal(await silentFleet({ guest: { console: { noise: true } } }));

    const listed = await terminal.type("i\r\n");

    expect(listed).toContain("EVENT: The CMD command is now available.");
    expect(listed).toContain("Net: 5, Ip=10.40.1.77  Subnet=255.255.255.0  Gateway=10.40.1.1");
  });

  it("answers late where the scenario says so", async () => {
    const simulator = await silentFleet({ guest: { console: { delaySeconds: 0.2 } } });
    const terminal = await openTerminal(simulator);
    const start = performance.now();

    await terminal.type("i\r\n");

    expect(performance.now() - start).toBeGreaterThan(190);
  });

  it("is cut where a fault loses the answer to what was typed, which happened all the same", async () => {
    const faults: ScenarioInput["faults"] = [{ kind: "lost", operation: "console.line" }];
    const simulator = await silentFleet({}, { faults });
    const terminal = await openTerminal(simulator);

    terminal.socket.send("i 5 10.40.1.4 255.255.255.0 10.40.1.1\r\n");
    await terminal.closed();

    expect(await effectKinds(simulator)).toEqual(["staticChanged"]);
  });

  it("is in the log line by line, without what was typed", async () => {
    const simulator = await silentFleet();
    await (await openTerminal(simulator)).type("i secret-text\r\n");

    const log = JSON.stringify((await admin(simulator, "/log")).body);

    expect(log).toContain("console.line");
    expect(log).not.toContain("secret-text");
  });
});

describe("simulated Key Vault", () => {
  const secrets = { plain: "a text", login: { username: "ops", password: "p" } };

  it("gives a secret, an object as JSON", async () => {
    const simulator = await silentFleet({}, { secrets });

    const plain = await arm(simulator, "/secrets/plain");
    const login = await arm(simulator, "/secrets/LOGIN?api-version=7.4");

    expect(plain.body).toMatchObject({ value: "a text" });
    expect(login.body).toMatchObject({ value: '{"username":"ops","password":"p"}' });
  });

  it.each([
    ["a secret that is not there", "/secrets/other", {}, "SecretNotFound"],
    ["another version", "/secrets/plain/0", {}, "SecretNotFound"],
    ["no right", "/secrets/plain", { role: { actions: ["*/read"] } }, "AuthorizationFailed"],
  ])("refuses %s", async (_what, path, changes, code) => {
    const simulator = await silentFleet({}, { secrets, ...changes });

    expect(errorCode(await arm(simulator, path))).toBe(code);
  });

  it("refuses who shows no token", async () => {
    const simulator = await silentFleet({}, { secrets });

    const answer = await arm(simulator, "/secrets/plain", { headers: { Authorization: "" } });

    expect(answer.status).toBe(401);
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
