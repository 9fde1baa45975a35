import { once } from "node:events";
import { createServer } from "node:http";

import { describe, expect, it, onTestFinished } from "vitest";

import { createAzure } from "../../shared/azure/clients.ts";
import { pollRunCommand, startRunCommand } from "../../shared/azure/run-command.ts";
import type { RunCommandStart } from "../../shared/azure/run-command.ts";
import { aBrokenVm, aVm, simulatedAzure } from "./simulated-azure.ts";
import type { SimulatedAzure } from "./simulated-azure.ts";

const SCRIPT = ["hostname"];
const TILL = aVm("vm-till", "10.40.2.7");

async function start({ azure, vmId }: SimulatedAzure, vm = "vm-till"): Promise<RunCommandStart> {
  return await startRunCommand(azure, vmId(vm), SCRIPT);
}

async function started(simulated: SimulatedAzure): Promise<string> {
  const answer = await start(simulated);
  if (answer.kind !== "started") {
    throw new Error(`Not started: ${JSON.stringify(answer)}`);
  }
  return answer.operation;
}

/** Answers a POST with an operation, and each GET with the next of the bodies: forms that the simulator does not give. */
async function anOperation(
  bodies: readonly unknown[],
): Promise<{ readonly endpoint: string; readonly seen: readonly (string | undefined)[] }> {
  const left = [...bodies];
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.method);
    if (request.method === "POST") {
      const base = `http://${request.headers.host ?? ""}`;
      const headers = { "Azure-AsyncOperation": `${base}/status`, Location: `${base}/result` };
      response.writeHead(202, headers).end();
      return;
    }
    response.writeHead(200, { "Content-Type": "application/json", "Retry-After": "11" });
    response.end(JSON.stringify(left.shift() ?? {}));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { endpoint: `http://127.0.0.1:${port}`, seen };
}

describe("a script that runs", () => {
  it("gives back what it printed, after one request to start it", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const operation = await started(simulated);

    const poll = await pollRunCommand(simulated.azure, simulated.vmId("vm-till"), operation);

    expect(poll).toMatchObject({ kind: "finished", stderr: "" });
    expect(poll.kind === "finished" && poll.stdout.trim()).toBe("VM-TILL");
    const { requests } = await simulated.log();
    expect(requests.map(({ method }) => method)).toEqual(["POST", "GET", "GET"]);
  });

  it("can be followed by another process", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const operation = await started(simulated);
    const { endpoint, token } = simulated;
    const other = createAzure({ simulator: { armEndpoint: endpoint, token } });

    const poll = await pollRunCommand(other, simulated.vmId("vm-till"), operation);

    expect(poll.kind).toBe("finished");
  });

  it("keeps its token out of the operation", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });

    expect(await started(simulated)).not.toContain(simulated.token);
  });

  it("is running while Azure says so, at the price of one request for each look", async () => {
    const simulated = await simulatedAzure({
      vms: [TILL],
      faults: [{ kind: "stuck", operation: "runCommand.post" }],
    });
    const operation = await started(simulated);

    const poll = await pollRunCommand(simulated.azure, simulated.vmId("vm-till"), operation);

    expect(poll).toEqual({ kind: "running", retryAfterSeconds: 0 });
    expect(await simulated.operations()).toEqual(["runCommand.post", "operation.get"]);
  });

  it("gives back empty output where none arrived", async () => {
    const simulated = await simulatedAzure({
      vms: [TILL],
      faults: [{ kind: "cutOutput", operation: "runCommand.post", bytes: 0 }],
    });

    const poll = await pollRunCommand(
      simulated.azure,
      simulated.vmId("vm-till"),
      await started(simulated),
    );

    expect(poll).toEqual({ kind: "finished", stdout: "", stderr: "" });
  });

  it.each([
    [
      "fails inside Azure",
      [{ kind: "failOperation", operation: "runCommand.post", code: "InternalExecutionError" }],
      "run-command-failed",
      "InternalExecutionError",
    ],
    [
      "loses its VM to a deallocation",
      [
        { kind: "stuck", operation: "runCommand.post", when: "before" },
        { kind: "power", operation: "runCommand.post", vm: "vm-till", state: "deallocated" },
      ],
      "run-command-failed",
      "preempted",
    ],
    [
      "loses its VM for good",
      [{ kind: "error", operation: "operation.get", status: 404, code: "ResourceNotFound" }],
      "gone",
      "ResourceNotFound",
    ],
  ] as const)("ends as failed when it %s", async (_what, faults, code, message) => {
    const simulated = await simulatedAzure({ vms: [TILL], faults: [...faults] });
    const operation = await started(simulated);

    const poll = await pollRunCommand(simulated.azure, simulated.vmId("vm-till"), operation);

    expect(poll).toMatchObject({ kind: "failed", code });
    expect(poll.kind === "failed" && poll.message).toContain(message);
  });

  it("ends as failed when no agent fetches it", async () => {
    const simulated = await simulatedAzure({
      vms: [aBrokenVm("vm-till", "10.40.2.7", { agentSurvivesWrongAddress: false })],
      commandDeliverySeconds: 0,
    });
    const operation = await started(simulated);

    const poll = await pollRunCommand(simulated.azure, simulated.vmId("vm-till"), operation);

    expect(poll).toMatchObject({ kind: "failed", code: "agent-missing" });
  });
});

it("ends as failed when somebody canceled it", async () => {
  const { endpoint, seen } = await anOperation([{ status: "Canceled" }]);
  const azure = createAzure({ simulator: { armEndpoint: endpoint, token: "t" } });
  const vmId = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm";
  const begun = await startRunCommand(azure, vmId, SCRIPT);

  const poll = await pollRunCommand(azure, vmId, begun.kind === "started" ? begun.operation : "");

  expect(poll).toMatchObject({ kind: "failed", code: "run-command-failed" });
  expect(poll.kind === "failed" && poll.message).toContain("canceled");
  expect(seen).toEqual(["POST", "GET"]);
});

it("keeps identities out of what Azure says of a failed operation", async () => {
  const message =
    "The client '7d1f' with object id '7d1f' has no right to perform action 'Microsoft.Compute/x'.";
  const { endpoint } = await anOperation([{ status: "Failed", error: { code: "No", message } }]);
  const azure = createAzure({ simulator: { armEndpoint: endpoint, token: "t" } });
  const vmId = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm";
  const begun = await startRunCommand(azure, vmId, SCRIPT);

  const poll = await pollRunCommand(azure, vmId, begun.kind === "started" ? begun.operation : "");

  expect(poll.kind === "failed" && poll.message).toContain("action 'Microsoft.Compute/x'");
  expect(JSON.stringify(poll)).not.toContain("7d1f");
});

it("hands on the wait that Azure asks for between two looks", async () => {
  const { endpoint } = await anOperation([{ status: "InProgress" }]);
  const azure = createAzure({ simulator: { armEndpoint: endpoint, token: "t" } });
  const vmId = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm";
  const begun = await startRunCommand(azure, vmId, SCRIPT);

  const poll = await pollRunCommand(azure, vmId, begun.kind === "started" ? begun.operation : "");

  expect(poll).toEqual({ kind: "running", retryAfterSeconds: 11 });
});

it.each([
  ["componentStatus/StdOut/succeeded", "componentStatus/StdErr/succeeded"],
  ["ComponentStatus/StdOut/failed/1", "ComponentStatus/StdErr/succeeded"],
  ["COMPONENTSTATUS/STDOUT", "COMPONENTSTATUS/STDERR"],
])("finds the output by its code, %s, wherever it stands", async (stdout, stderr) => {
  const value = [
    { code: "ProvisioningState/succeeded", message: "not this" },
    { code: stderr, message: "err" },
    { code: stdout, message: "out" },
  ];
  const { endpoint } = await anOperation([{ status: "Succeeded" }, { value }]);
  const azure = createAzure({ simulator: { armEndpoint: endpoint, token: "t" } });
  const vmId = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm";
  const begun = await startRunCommand(azure, vmId, SCRIPT);

  const poll = await pollRunCommand(azure, vmId, begun.kind === "started" ? begun.operation : "");

  expect(poll).toEqual({ kind: "finished", stdout: "out", stderr: "err" });
});

describe("a look that fails", () => {
  it.each([
    ["throttled", { kind: "throttle", operation: "operation.get", retryAfterSeconds: 9 }, 429, 9],
    ["a failing Azure", { kind: "error", operation: "operation.get", status: 503 }, 503, null],
    ["a lost answer", { kind: "lost", operation: "operation.get" }, null, null],
    [
      "a lost result",
      { kind: "lost", operation: "operation.get", nth: 2, how: "hang" },
      null,
      null,
    ],
  ] as const)("because of %s can be had again", async (_what, fault, status, wait) => {
    const simulated = await simulatedAzure({ vms: [TILL], faults: [fault] }, 0.5);
    const { azure, vmId } = simulated;
    const operation = await started(simulated);

    await expect(pollRunCommand(azure, vmId("vm-till"), operation)).rejects.toMatchObject({
      retryable: true,
      status,
      retryAfterSeconds: wait,
    });

    expect((await pollRunCommand(azure, vmId("vm-till"), operation)).kind).toBe("finished");
  });

  it("because of a missing right is not the script's own end", async () => {
    const simulated = await simulatedAzure({
      vms: [TILL],
      faults: [
        { kind: "error", operation: "operation.get", status: 403, code: "AuthorizationFailed" },
      ],
    });
    const operation = await started(simulated);

    await expect(
      pollRunCommand(simulated.azure, simulated.vmId("vm-till"), operation),
    ).rejects.toMatchObject({ status: 403, retryable: false });
  });
});

describe("a start that Azure declines", () => {
  it("is busy while another script holds the slot", async () => {
    const simulated = await simulatedAzure({
      vms: [TILL],
      faults: [{ kind: "stuck", operation: "runCommand.post" }],
    });
    await started(simulated);

    expect(await start(simulated)).toMatchObject({ kind: "busy" });
  });

  it("is busy right after a success too", async () => {
    const simulated = await simulatedAzure({
      vms: [TILL],
      faults: [{ kind: "lingeringSlot", operation: "runCommand.post", seconds: 60 }],
    });
    const operation = await started(simulated);
    await pollRunCommand(simulated.azure, simulated.vmId("vm-till"), operation);

    expect(await start(simulated)).toMatchObject({ kind: "busy" });
  });

  it.each([
    ["deallocated", "not-running"],
    ["stopped", "not-running"],
  ] as const)("says that the VM is %s", async (power, kind) => {
    const simulated = await simulatedAzure({ vms: [aVm("vm-till", "10.40.2.7", { power })] });

    const answer = await start(simulated);

    expect(answer).toMatchObject({ kind, nextStep: "Start the VM." });
  });

  it("says that the VM is gone", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });

    expect(await start(simulated, "vm-gone")).toMatchObject({ kind: "gone" });
  });

  it.each([
    [403, "AuthorizationFailed", "refused", "forbidden"],
    [409, "ScopeLocked", "refused", "locked"],
    [400, "InvalidParameter", "refused", "rejected"],
    [409, "VMAgentStatusCommunicationError", "agent-missing", "agent-missing"],
    [404, "ParentResourceMissing", "gone", "gone"],
  ])("turns %i %s into %s", async (status, azureCode, kind, code) => {
    const simulated = await simulatedAzure({
      vms: [TILL],
      faults: [{ kind: "error", operation: "runCommand.post", status, code: azureCode }],
    });

    const answer = await start(simulated);

    expect(answer).toMatchObject({ kind, code });
    expect(answer.kind !== "started" && answer.kind !== "busy" && answer.nextStep).not.toBe("");
  });
});

it("knows a missing agent by Azure's sentence where the code says nothing", async () => {
  const simulated = await simulatedAzure({
    vms: [TILL],
    faults: [
      {
        kind: "error",
        operation: "runCommand.post",
        status: 409,
        code: "Conflict",
        message: "VM 'vm-till' has not reported status for VM agent or extensions.",
      },
    ],
  });

  expect(await start(simulated)).toMatchObject({ kind: "agent-missing" });
});

describe("a start in trouble", () => {
  it.each([
    [
      "429 with a wait",
      { kind: "throttle", operation: "runCommand.post", retryAfterSeconds: 60 },
      60,
    ],
    ["429 without one", { kind: "throttle", operation: "runCommand.post" }, null],
    ["500 before the effect", { kind: "error", operation: "runCommand.post", status: 500 }, null],
    [
      "500 after the effect",
      { kind: "error", operation: "runCommand.post", status: 500, when: "after" },
      null,
    ],
    ["a broken connection", { kind: "lost", operation: "runCommand.post" }, null],
    [
      "an answer that never comes",
      { kind: "lost", operation: "runCommand.post", how: "hang" },
      null,
    ],
    [
      "another operation at work",
      {
        kind: "error",
        operation: "runCommand.post",
        status: 409,
        code: "AnotherOperationInProgress",
      },
      null,
    ],
  ] as const)("(%s) is sent once and left for a later try", async (_what, fault, wait) => {
    const simulated = await simulatedAzure({ vms: [TILL], faults: [fault] }, 0.5);

    await expect(start(simulated)).rejects.toMatchObject({
      retryable: true,
      retryAfterSeconds: wait,
    });

    expect(await simulated.operations()).toEqual(["runCommand.post"]);
  });
});
