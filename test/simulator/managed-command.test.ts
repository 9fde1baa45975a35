import { describe, expect, it } from "vitest";

import type { Simulator } from "../../local/simulator/simulator.ts";
import { renderScript } from "../../shared/guest/script.ts";
import {
  aClock,
  aFleet,
  addFault,
  admin,
  arm,
  clientsFor,
  effectKinds,
  errorCode,
  simulate,
  startCommand,
  switchScript,
  type Answer,
} from "./harness.ts";

const HOSTNAME = { location: "westeurope", properties: { source: { script: "hostname" } } };

function pathOf(name: string, vm = "vm-bad-01"): string {
  return `providers/Microsoft.Compute/virtualMachines/${vm}/runCommands/${name}`;
}

async function put(simulator: Simulator, name: string, body: unknown = HOSTNAME): Promise<Answer> {
  return await arm(simulator, pathOf(name), { method: "PUT", body });
}

describe("managed Run Commands of simulated Azure", () => {
  it("run a script beside a Run Command that holds the slot, as the SDK sends it", async () => {
    const simulator = await simulate();
    await addFault(simulator, { kind: "stuck", operation: "runCommand.post" });
    await startCommand(simulator, renderScript("read-guest", {}));
    const commands = clientsFor(simulator).compute.virtualMachineRunCommands;

    await commands.createOrUpdate("rg-fleet", "vm-bad-01", "ours", {
      location: "westeurope",
      asyncExecution: true,
      timeoutInSeconds: 120,
      source: { script: "hostname" },
      tags: { owner: "test" },
    });
    const shown = await commands.getByVirtualMachine("rg-fleet", "vm-bad-01", "ours", {
      expand: "instanceView",
    });

    expect(shown).toMatchObject({
      name: "ours",
      tags: { owner: "test" },
      provisioningState: "Succeeded",
      timeoutInSeconds: 120,
      instanceView: { executionState: "Succeeded", exitCode: 0, output: "VM-BAD-01" },
    });
  });

  it("are listed, without what they printed unless it is asked for, and gone once deleted", async () => {
    const simulator = await simulate();
    await put(simulator, "a");
    const commands = clientsFor(simulator).compute.virtualMachineRunCommands;

    const listed = [];
    for await (const { name, instanceView } of commands.listByVirtualMachine(
      "rg-fleet",
      "vm-bad-01",
    )) {
      listed.push([name, instanceView]);
    }
    await commands.delete("rg-fleet", "vm-bad-01", "A");

    expect(listed).toEqual([["a", undefined]]);
    const gone = await arm(simulator, pathOf("a"));
    expect([gone.status, errorCode(gone)]).toEqual([404, "ResourceNotFound"]);
    expect((await arm(simulator, pathOf("a"), { method: "DELETE" })).status).toBe(204);
  });

  it("are 25 for a VM at most", async () => {
    const simulator = await simulate();
    const made = [];
    for (let n = 1; n <= 25; n++) {
      made.push((await put(simulator, `c${n}`)).status);
    }

    const one = await put(simulator, "c26");

    expect(new Set(made)).toEqual(new Set([201]));
    expect([one.status, errorCode(one)]).toEqual([409, "OperationNotAllowed"]);
    expect((await put(simulator, "c25")).status).toBe(200);
  });

  it("end with their resource: a script that is deleted while it runs does nothing more", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now, latency: "azure" });
    const script = (await switchLines()).join("\n");
    await put(simulator, "ours", { ...HOSTNAME, properties: { source: { script } } });

    await arm(simulator, pathOf("ours"), { method: "DELETE" });
    clock.forward(600);
    await arm(simulator, pathOf("ours"));

    expect(await effectKinds(simulator)).toEqual([]);
  });

  it("end at their own time", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now });
    await addFault(simulator, { kind: "stuck", operation: "managedCommand.put" });
    const properties = { source: { script: "hostname" }, timeoutInSeconds: 30 };
    await put(simulator, "ours", { ...HOSTNAME, properties });

    const states = [];
    for (const seconds of [0, 31]) {
      clock.forward(seconds);
      states.push(await arm(simulator, `${pathOf("ours")}?$expand=instanceView`));
    }

    expect(states.map(({ body }) => body)).toMatchObject([
      { properties: { instanceView: { executionState: "Running" } } },
      { properties: { instanceView: { executionState: "TimedOut", output: "" } } },
    ]);
  });

  it("wait for an agent that is silent, and fail with it", async () => {
    const clock = aClock();
    const [vm] = aFleet().vms;
    const silent = vm === undefined ? [] : [{ ...vm, agentSurvivesWrongAddress: false }];
    const simulator = await simulate(aFleet({ vms: silent }), { now: clock.now });
    await put(simulator, "ours");

    const waiting = await arm(simulator, `${pathOf("ours")}?$expand=instanceView`);
    clock.forward(1201);
    const failed = await arm(simulator, `${pathOf("ours")}?$expand=instanceView`);

    expect(waiting.body).toMatchObject({
      properties: { provisioningState: "Creating", instanceView: { executionState: "Pending" } },
    });
    expect(failed.body).toMatchObject({ properties: { provisioningState: "Failed" } });
  });

  it("give back the last 4,096 bytes", async () => {
    const simulator = await simulate();
    const script = Array.from({ length: 20 }, () => "ipconfig /all").join("\n");
    await put(simulator, "ours", { ...HOSTNAME, properties: { source: { script } } });

    const commands = clientsFor(simulator).compute.virtualMachineRunCommands;
    const { instanceView } = await commands.getByVirtualMachine("rg-fleet", "vm-bad-01", "ours", {
      expand: "instanceView",
    });

    expect(instanceView?.executionState).toBe("Succeeded");
    expect(instanceView?.output).toHaveLength(4096);
  });

  it("need rights of their own, and a VM that runs", async () => {
    const simulator = await simulate(
      aFleet({
        role: {
          actions: ["*"],
          notActions: ["Microsoft.Compute/virtualMachines/runCommands/write"],
        },
      }),
    );

    const refused = await put(simulator, "ours");
    const free = await simulate();
    await admin(free, "/vms/vm-bad-01/power", { body: { state: "stopped" } });
    const off = await put(free, "ours");

    expect([refused.status, errorCode(refused)]).toEqual([403, "AuthorizationFailed"]);
    expect([off.status, errorCode(off)]).toEqual([409, "OperationNotAllowed"]);
  });
});

async function switchLines(): Promise<readonly string[]> {
  return await switchScript(await simulate());
}
