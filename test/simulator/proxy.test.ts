import { connect } from "node:net";
import type { Socket } from "node:net";

import { describe, expect, it, onTestFinished } from "vitest";

import { confirmFor } from "../../local/simulator/network/rdp-listener.ts";
import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import type { Simulator } from "../../local/simulator/simulator.ts";
import { addFault, admin, aFleet, arm, readLog, simulate } from "./harness.ts";

/** Connection request with a negotiation that offers the protocols ([MS-RDPBCGR] 2.2.1.1). */
function connectionRequest(protocols: number): Buffer {
  const negotiation = Buffer.from([0x01, 0x00, 0x08, 0x00, protocols, 0, 0, 0]);
  return Buffer.concat([Buffer.from("030000130ee00000000000", "hex"), negotiation]);
}

const TLS_OR_CREDSSP = 3;

async function dial(simulator: Simulator, target: string): Promise<Socket> {
  const { hostname, port } = new URL(simulator.armEndpoint);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => {
    socket.once("connect", resolve);
  });
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
  return socket;
}

/** The next bytes that come, or "silent". */
async function nextBytes(socket: Socket, waitMs = 5000): Promise<Buffer | "silent" | "closed"> {
  return await new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve("silent");
    }, waitMs);
    function settle(value: Buffer | "closed"): void {
      clearTimeout(timer);
      resolve(value);
    }
    socket.once("data", settle);
    socket.once("close", () => {
      settle("closed");
    });
  });
}

async function statusLine(simulator: Simulator, target: string): Promise<string> {
  const bytes = await nextBytes(await dial(simulator, target), 300);
  return Buffer.isBuffer(bytes) ? (bytes.toString().split("\r\n")[0] ?? "") : bytes;
}

function aRule(
  name: string,
  priority: number,
  access: "Allow" | "Deny",
  ports: string,
): { name: string; priority: number; access: "Allow" | "Deny"; ports: string[] } {
  return { name, priority, access, ports: [ports] };
}

function aPublicVm(
  name: string,
  last: number,
  securityGroup?: string,
): ScenarioInput["vms"][number] {
  const ipConfigurations = [{ address: `10.40.1.${last}`, publicAddress: `203.0.113.${last}` }];
  return {
    name,
    nics: [{ ipConfigurations, ...(securityGroup === undefined ? {} : { securityGroup }) }],
  };
}

describe("the CONNECT proxy", () => {
  it("lets a client negotiate RDP with a healthy VM", async () => {
    const simulator = await simulate();
    const socket = await dial(simulator, "10.40.1.5:3389");
    const established = await nextBytes(socket);

    socket.write(connectionRequest(TLS_OR_CREDSSP));
    const confirm = await nextBytes(socket);

    expect(established.toString()).toMatch(/^HTTP\/1\.1 200 /u);
    expect(confirm).toEqual(Buffer.from("030000130ed00000123400021f080002000000", "hex"));
    expect((await readLog(simulator)).requests).toMatchObject([
      { operation: "proxy.connect", vm: "vm-good-01", status: 200 },
    ]);
  });

  it.each([
    ["the VM's Windows has another address", "10.40.1.4:3389", "silent"],
    ["the address that only Windows knows", "10.40.1.77:3389", "silent"],
    ["an address that nobody has", "10.40.1.99:3389", "silent"],
    ["a closed port", "10.40.1.5:22", "HTTP/1.1 502 Bad Gateway"],
    ["an address of no network here", "172.20.0.9:3389", "HTTP/1.1 504 Gateway Timeout"],
    ["a name", "vm-good-01:3389", "HTTP/1.1 400 Bad Request"],
  ])("answers for %s", async (_what, target, expected) => {
    const simulator = await simulate();

    expect(await statusLine(simulator, target)).toBe(expected);
  });

  it.each([
    ["is deallocated", "/power", { state: "deallocated" }, "silent"],
    ["has its adapter disabled", "/guest", { enabled: false }, "silent"],
    [
      "has a gateway that leads nowhere",
      "/guest",
      { static: { addresses: ["10.40.1.5/24"], gateway: "10.40.1.200" } },
      "silent",
    ],
    [
      "has Azure's address set by hand",
      "/guest",
      { static: { addresses: ["10.40.1.5/24"], gateway: "10.40.1.1" } },
      "HTTP/1.1 200 Connection established",
    ],
  ])("answers for a VM that %s", async (_what, path, body, expected) => {
    const simulator = await simulate();
    await admin(simulator, `/vms/vm-good-01${path}`, { body });

    expect(await statusLine(simulator, "10.40.1.5:3389")).toBe(expected);
  });

  it("refuses where RDP is switched off in Windows", async () => {
    const simulator = await simulate();
    await admin(simulator, "/vms/vm-good-01", { method: "PATCH", body: { rdpListening: false } });

    expect(await statusLine(simulator, "10.40.1.5:3389")).toBe("HTTP/1.1 502 Bad Gateway");
  });

  it("obeys the rules of both security groups, for the private and the public address", async () => {
    const deny = aRule("no-rdp", 200, "Deny", "3000-4000");
    const allow = aRule("rdp", 100, "Allow", "3389");
    const simulator = await simulate(
      aFleet({
        securityGroups: [
          { name: "nsg-open", rules: [deny, allow] },
          { name: "nsg-shut", rules: [deny] },
          { name: "nsg-plain" },
        ],
        vms: [
          aPublicVm("vm-none", 10),
          aPublicVm("vm-open", 11, "nsg-open"),
          aPublicVm("vm-shut", 12, "nsg-shut"),
          aPublicVm("vm-plain", 13, "nsg-plain"),
        ],
      }),
    );
    const answers: Record<string, string> = {};
    for (const last of [10, 11, 12, 13]) {
      answers[`private ${last}`] = await statusLine(simulator, `10.40.1.${last}:3389`);
      answers[`public ${last}`] = await statusLine(simulator, `203.0.113.${last}:3389`);
    }

    const open = "HTTP/1.1 200 Connection established";
    expect(answers).toEqual({
      "private 10": open,
      "public 10": open,
      "private 11": open,
      "public 11": open,
      "private 12": "silent",
      "public 12": "silent",
      // Azure's own rules let the virtual network in, and nobody else.
      "private 13": open,
      "public 13": "silent",
    });
  });

  it.each([
    ["dropProbe", "silent"],
    ["noRoute", "HTTP/1.1 504 Gateway Timeout"],
  ])("shows the fault %s for its VM, as often as told", async (kind, expected) => {
    const simulator = await simulate();
    await addFault(simulator, { kind, vm: "vm-good-01", count: 2 });

    const seen = [
      await statusLine(simulator, "10.40.1.5:3389"),
      await statusLine(simulator, "10.40.1.5:3389"),
      await statusLine(simulator, "10.40.1.5:3389"),
    ];

    expect(seen).toEqual([expected, expected, "HTTP/1.1 200 Connection established"]);
  });

  it("notices that a client left while it was held", async () => {
    const simulator = await simulate();
    await admin(simulator, "/holds", { body: { operation: "proxy.connect" } });
    const socket = await dial(simulator, "10.40.1.5:3389");
    await admin(simulator, "/holds/1?wait=10");

    socket.end();

    await expect
      .poll(async () => (await admin(simulator, "/holds/1")).body)
      .toMatchObject({ state: "clientGone" });
    expect((await readLog(simulator)).requests).toMatchObject([{ status: "aborted" }]);
  });

  it("keeps what a hasty client sends before the tunnel stands", async () => {
    const simulator = await simulate();
    await admin(simulator, "/holds", { body: { operation: "proxy.connect" } });
    const socket = await dial(simulator, "10.40.1.5:3389");
    await admin(simulator, "/holds/1?wait=10");
    socket.write(connectionRequest(TLS_OR_CREDSSP));
    await admin(simulator, "/holds/1/release", { method: "POST" });

    let received = "";
    socket.on("data", (bytes: Buffer) => {
      received += bytes.toString("hex");
    });

    await expect.poll(() => received).toContain("030000130ed00000123400021f080002000000");
  });

  it("shows an NSG that somebody can read, with Azure's own rules", async () => {
    const rules = [{ name: "no-rdp", priority: 200, access: "Deny" as const, ports: ["3389"] }];
    const simulator = await simulate(aFleet({ securityGroups: [{ name: "nsg-a", rules }] }));

    const { body } = await arm(
      simulator,
      "providers/Microsoft.Network/networkSecurityGroups/NSG-A",
    );

    expect(body).toMatchObject({
      properties: {
        securityRules: [
          { name: "no-rdp", properties: { access: "Deny", destinationPortRange: "3389" } },
        ],
        defaultSecurityRules: expect.arrayContaining([
          expect.objectContaining({ name: "DenyAllInBound" }),
        ]) as unknown,
      },
    });
  });
});

describe("the RDP listener", () => {
  it.each([
    ["TLS or CredSSP", connectionRequest(3), "02 1f 08 00 02"],
    ["CredSSP", connectionRequest(2), "02 1f 08 00 02"],
    ["TLS", connectionRequest(1), "02 00 08 00 01"],
    ["nothing but old RDP security", connectionRequest(0), "03 00 08 00 05"],
  ])("answers an offer of %s", (_what, request, expected) => {
    const answer = confirmFor(request);

    expect(Buffer.isBuffer(answer) && answer.subarray(11, 16).toString("hex")).toBe(
      expected.replaceAll(" ", ""),
    );
    expect(Buffer.isBuffer(answer) && answer.readUInt16BE(2)).toBe(19);
  });

  it("confirms a request without a negotiation plainly", () => {
    expect(confirmFor(Buffer.from("0300000b06e00000000000", "hex"))).toEqual(
      Buffer.from("0300000b06d00000123400", "hex"),
    );
  });

  it("waits for the rest of a request", () => {
    const request = connectionRequest(TLS_OR_CREDSSP);

    for (let length = 0; length < request.length; length += 1) {
      expect(confirmFor(request.subarray(0, length))).toBe("more");
    }
  });

  it.each([
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
    ["another X.224 message", Buffer.from("0300000b06f00000000000", "hex")],
    ["an impossible length", Buffer.from("03000003", "hex")],
  ])("drops a client that sends %s", (_what, bytes) => {
    expect(confirmFor(bytes)).toBe("garbage");
  });
});
