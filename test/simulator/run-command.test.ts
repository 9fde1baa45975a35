import { describe, expect, it } from "vitest";

import { parseSwitchOutput } from "../../shared/guest/envelope.ts";
import {
  aClock,
  addFault,
  admin,
  aFleet,
  arm,
  effectKinds,
  errorCode,
  outputOf,
  readLog,
  simulate,
  standing,
  startCommand,
  switchScript,
  vmView,
} from "./harness.ts";

describe("a Run Command", () => {
  it("switches a wrong static address to DHCP once, and changes nothing the second time", async () => {
    const simulator = await simulate();
    const script = await switchScript(simulator);

    const first = await outputOf(simulator, await startCommand(simulator, script));
    const effects = await effectKinds(simulator);
    const second = await outputOf(
      simulator,
      await startCommand(simulator, await switchScript(simulator)),
    );

    expect(parseSwitchOutput(first.stdout)).toMatchObject({ kind: "answer", exit: "switched" });
    expect(effects).toEqual(["dhcpSwitched", "routesChanged"]);
    expect(parseSwitchOutput(second.stdout)).toMatchObject({ exit: "already-dhcp" });
    expect(await effectKinds(simulator)).toEqual(effects);
    expect(await vmView(simulator)).toMatchObject({
      rdp: { kind: "open" },
      guest: { tasks: [], adapters: [{ dhcp: true, addresses: [{ ip: "10.40.1.4" }] }] },
    });
  });

  it("keeps only the last 4,096 bytes of what a script prints", async () => {
    const simulator = await simulate();
    const many = Array.from({ length: 300 }, () => "netsh interface ip show config");

    const { stdout } = await outputOf(simulator, await startCommand(simulator, many));

    expect(Buffer.byteLength(stdout)).toBe(4096);
  });

  it("knows the built-in IPConfig", async () => {
    const simulator = await simulate();
    const answer = await arm(
      simulator,
      "providers/Microsoft.Compute/virtualMachines/vm-good-01/runCommand",
      { method: "POST", body: { commandId: "IPConfig" } },
    );
    const resultPath = answer.headers.get("Location")?.replace(simulator.armEndpoint, "") ?? "";

    const { stdout } = await outputOf(simulator, { answer, resultPath, statusPath: "" });

    expect(stdout).toContain("10.40.1.5");
  });

  it("prints to StdErr what Windows does not know, and still counts as succeeded", async () => {
    const simulator = await simulate();
    const command = await startCommand(simulator, ["format-everything"]);

    expect(await standing(simulator, command)).toBe("Succeeded");
    expect((await outputOf(simulator, command)).stderr).toContain("is not recognized");
  });

  it.each([
    ["no commandId", { script: ["hostname"] }],
    ["an unknown commandId", { commandId: "EnableRemotePS" }],
  ])("is refused with %s", async (_what, body) => {
    const simulator = await simulate();

    const answer = await arm(
      simulator,
      "providers/Microsoft.Compute/virtualMachines/vm-good-01/runCommand",
      { method: "POST", body },
    );

    expect([answer.status, errorCode(answer)]).toEqual([400, "InvalidParameter"]);
  });

  it("is refused while another runs on the VM, and not on another VM", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now });
    await addFault(simulator, { kind: "slow", operation: "runCommand.post", seconds: 30 });
    const first = await startCommand(simulator, ["hostname"]);

    const second = await startCommand(simulator, ["hostname"]);
    const elsewhere = await startCommand(simulator, ["hostname"], "vm-good-01");
    const early = await arm(simulator, first.resultPath);
    clock.forward(31);
    const third = await startCommand(simulator, ["hostname"]);

    expect([second.answer.status, errorCode(second.answer)]).toEqual([409, "Conflict"]);
    expect(elsewhere.answer.status).toBe(202);
    expect(early.status).toBe(202);
    expect(await standing(simulator, first)).toBe("Succeeded");
    expect(third.answer.status).toBe(202);
  });

  it("is refused while the VM does not run", async () => {
    const simulator = await simulate();
    await admin(simulator, "/vms/vm-good-01/power", { body: { state: "deallocated" } });

    const { answer } = await startCommand(simulator, ["hostname"], "vm-good-01");

    expect([answer.status, errorCode(answer)]).toEqual([409, "OperationNotAllowed"]);
  });

  it("waits for an agent that Azure cannot hear, and runs as soon as it can", async () => {
    const simulator = await simulate();
    await admin(simulator, "/vms/vm-bad-01", {
      method: "PATCH",
      body: { agentSurvivesWrongAddress: false },
    });
    const command = await startCommand(simulator, ["hostname"]);
    const before = await standing(simulator, command);

    await admin(simulator, "/vms/vm-bad-01/guest", { body: { dhcp: true } });

    expect(before).toBe("InProgress");
    expect(await standing(simulator, command)).toBe("Succeeded");
  });

  it("fails after a long wait for the agent, and yet runs when the VM comes back", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now });
    const script = await switchScript(simulator);
    await admin(simulator, "/vms/vm-bad-01", {
      method: "PATCH",
      body: { agentSurvivesWrongAddress: false },
    });
    const command = await startCommand(simulator, script);
    clock.forward(1201);

    expect(await standing(simulator, command)).toBe("VMAgentStatusCommunicationError");
    expect(await effectKinds(simulator)).not.toContain("dhcpSwitched");

    await admin(simulator, "/vms/vm-bad-01", {
      method: "PATCH",
      body: { agentSurvivesWrongAddress: true },
    });
    expect(await effectKinds(simulator)).toContain("dhcpSwitched");
  });

  it("which a deallocation interrupts fails, runs at the next start, and says that it is too late", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now });
    const script = await switchScript(simulator, { notAfter: "2026-05-04T08:04:00Z" });
    await addFault(simulator, { kind: "slow", operation: "runCommand.post", seconds: 30 });
    const command = await startCommand(simulator, script);
    await admin(simulator, "/vms/vm-bad-01/power", { body: { state: "deallocated" } });
    clock.forward(3600);

    const failed = await standing(simulator, command);
    const queued = (await vmView(simulator)).undelivered;
    await admin(simulator, "/vms/vm-bad-01/power", { body: { state: "running" } });

    expect(failed).toBe("OperationPreempted");
    expect(queued).toEqual(["switch-to-dhcp"]);
    expect((await vmView(simulator)).undelivered).toEqual([]);
    expect(await effectKinds(simulator)).toEqual(["vmDeallocated", "vmStarted"]);
  });

  it("which is killed midway leaves what it did, and prints nothing", async () => {
    const simulator = await simulate();
    const script = await switchScript(simulator);
    await admin(simulator, "/vms/vm-bad-01", { method: "PATCH", body: { lease: "never" } });
    await addFault(simulator, { kind: "killScript", after: "switched" });

    const command = await startCommand(simulator, script);

    expect(await standing(simulator, command)).toBe("Succeeded");
    expect((await outputOf(simulator, command)).stdout).toBe("");
    expect(await vmView(simulator)).toMatchObject({
      guest: { tasks: [{ name: "static-ip-remediator-incident-1" }] },
      rdp: { kind: "silent" },
    });
  });

  it("whose script cuts the agent off is answered when the agent is back", async () => {
    const clock = aClock();
    const nics = [
      {
        ipConfigurations: [{ address: "10.40.1.4" }],
        adapter: { static: { addresses: ["10.40.1.4/24"], gateway: "10.40.1.254" } },
      },
    ];
    const simulator = await simulate(aFleet({ vms: [{ name: "vm-bad-01", nics }] }), clock);
    const script = await switchScript(simulator);
    await admin(simulator, "/vms/vm-bad-01", { method: "PATCH", body: { lease: "never" } });
    await addFault(simulator, { kind: "killScript", after: "switched" });
    const command = await startCommand(simulator, script);
    const cutOff = await standing(simulator, command);

    clock.forward(601);

    expect(cutOff).toBe("InProgress");
    expect(await standing(simulator, command)).toBe("Succeeded");
    expect(await vmView(simulator)).toMatchObject({
      guest: { tasks: [], adapters: [{ dhcp: false }] },
    });
  });
});

describe("a scheduled task", () => {
  it("restores the static address when its time has come", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now });
    const script = await switchScript(simulator);
    await admin(simulator, "/vms/vm-bad-01", { method: "PATCH", body: { lease: "never" } });
    await addFault(simulator, { kind: "killScript", after: "switched" });
    await startCommand(simulator, script);

    clock.forward(601);
    await vmView(simulator);

    const { effects } = await readLog(simulator);
    const changes = effects.filter(({ by, kind }) => by !== "human" && kind !== "routesChanged");
    expect(changes.map(({ kind, by }) => `${by}: ${kind}`)).toEqual([
      "script: deadManArmed",
      "script: dhcpSwitched",
      "task: deadManRemoved",
      "task: staticRestored",
    ]);
  });

  it("that stays although it fired does not fire again and again", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now });
    const fireAt = new Date(clock.now().getTime() + 60_000).toISOString();
    const tasks = [{ name: "somebody-elses", fireAt, script: "Write-Output 1" }];
    await admin(simulator, "/vms/vm-bad-01/guest", { body: { tasks } });

    clock.forward(61);

    expect((await vmView(simulator)).guest.tasks).toHaveLength(1);
  });

  it("whose time passed while the VM was off fires at its start", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now });
    const script = await switchScript(simulator);
    await admin(simulator, "/vms/vm-bad-01", { method: "PATCH", body: { lease: "never" } });
    await addFault(simulator, { kind: "killScript", after: "switched" });
    await startCommand(simulator, script);
    await admin(simulator, "/vms/vm-bad-01/power", { body: { state: "deallocated" } });
    clock.forward(3600);
    const whileOff = await vmView(simulator);

    await admin(simulator, "/vms/vm-bad-01/power", { body: { state: "running" } });

    expect(whileOff.guest.tasks).toHaveLength(1);
    expect(await vmView(simulator)).toMatchObject({
      guest: { tasks: [], adapters: [{ dhcp: false, addresses: [{ ip: "10.40.1.77" }] }] },
    });
  });
});

describe("faults of Run Command", () => {
  it("take the slot for one request, or for a time", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now });
    await addFault(simulator, { kind: "busySlot" });
    const once = [
      await startCommand(simulator, ["hostname"]),
      await startCommand(simulator, ["hostname"]),
    ];
    await addFault(simulator, { kind: "busySlot", seconds: 60 });
    const long = [
      await startCommand(simulator, ["hostname"]),
      await startCommand(simulator, ["hostname"]),
    ];
    clock.forward(61);
    const later = await startCommand(simulator, ["hostname"]);

    expect([...once, ...long, later].map(({ answer }) => answer.status)).toEqual([
      409, 202, 409, 409, 202,
    ]);
  });

  it("keep the slot taken after a success", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now });
    await addFault(simulator, { kind: "lingeringSlot", seconds: 20 });
    const first = await startCommand(simulator, ["hostname"]);
    const ended = await standing(simulator, first);
    const second = await startCommand(simulator, ["hostname"]);
    clock.forward(21);
    const third = await startCommand(simulator, ["hostname"]);

    expect(ended).toBe("Succeeded");
    expect([second, third].map(({ answer }) => answer.status)).toEqual([409, 202]);
  });

  it("cut the output from its beginning", async () => {
    const simulator = await simulate();
    await addFault(simulator, { kind: "cutOutput", bytes: 3 });

    const { stdout } = await outputOf(simulator, await startCommand(simulator, ["hostname"]));

    expect(stdout).toBe("-01");
  });

  it.each([
    ["after", ["dhcpSwitched", "routesChanged"]],
    ["before", []],
  ])("leave a command running for ever, stuck %s its effect", async (when, effects) => {
    const simulator = await simulate();
    const script = await switchScript(simulator);
    await addFault(simulator, {
      kind: "stuck",
      operation: "runCommand.post",
      script: "switch-to-dhcp",
      when,
    });

    const command = await startCommand(simulator, script);

    expect(await standing(simulator, command)).toBe("InProgress");
    expect(await effectKinds(simulator)).toEqual(effects);
    expect((await startCommand(simulator, ["hostname"])).answer.status).toBe(409);
  });

  it("let a command end as failed, without its effect", async () => {
    const simulator = await simulate();
    const script = await switchScript(simulator);
    await addFault(simulator, { kind: "failOperation", operation: "runCommand.post" });

    const command = await startCommand(simulator, script);

    expect(await standing(simulator, command)).toBe("InternalExecutionError");
    expect(await effectKinds(simulator)).toEqual([]);
  });

  it("strike only the named script", async () => {
    const simulator = await simulate();
    await addFault(simulator, { kind: "busySlot", script: "switch-to-dhcp" });

    const script = await switchScript(simulator);
    const command = await startCommand(simulator, script);

    expect(command.answer.status).toBe(409);
    expect(
      (await readLog(simulator)).requests.filter(
        ({ operation }) => operation === "runCommand.post",
      ),
    ).toMatchObject([
      { script: "read-guest", status: 202, vm: "vm-bad-01" },
      { script: "switch-to-dhcp", status: 409, vm: "vm-bad-01" },
    ]);
  });
});
