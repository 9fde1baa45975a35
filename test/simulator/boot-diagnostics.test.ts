import { describe, expect, it } from "vitest";
import { z } from "zod";

import type { Simulator } from "../../local/simulator/simulator.ts";
import { aClock, admin, aFleet, arm, clientsFor, errorCode, readLog, simulate } from "./harness.ts";

const PATH = "providers/Microsoft.Compute/virtualMachines/vm-bad-01/retrieveBootDiagnosticsData";
const addresses = z.object({ consoleScreenshotBlobUri: z.url(), serialConsoleLogBlobUri: z.url() });

async function retrieve(simulator: Simulator): Promise<z.output<typeof addresses>> {
  return addresses.parse((await arm(simulator, PATH, { method: "POST" })).body);
}

describe("boot diagnostics of simulated Azure", () => {
  it("give the SDK signed addresses, whose blobs need no token", async () => {
    const simulator = await simulate();
    const { compute } = clientsFor(simulator);

    const uris = await compute.virtualMachines.retrieveBootDiagnosticsData(
      "rg-fleet",
      "vm-bad-01",
      { sasUriExpirationTimeInMinutes: 5 },
    );

    const screenshot = await fetch(uris.consoleScreenshotBlobUri ?? "");
    const bytes = Buffer.from(await screenshot.arrayBuffer());
    expect(screenshot.headers.get("Content-Type")).toBe("image/bmp");
    expect(bytes.subarray(0, 2).toString()).toBe("BM");
    expect(bytes.readUInt32LE(2)).toBe(bytes.length);
    const log = await (await fetch(uris.serialConsoleLogBlobUri ?? "")).text();
    expect(log).toContain("Computer is booting, SAC started and initialized.");
    expect(log).toContain("<name>VM-BAD-01</name>");
  });

  it("hold what Windows printed at a restart too", async () => {
    const simulator = await simulate();
    await admin(simulator, "/vms/vm-bad-01/power", { body: { state: "restarted" } });

    const log = await (await fetch((await retrieve(simulator)).serialConsoleLogBlobUri)).text();

    expect(log.match(/Computer is booting/gu)).toHaveLength(2);
  });

  it.each([
    ["bytes=0-5", 206, "\r\n<?xm"],
    ["bytes=999999-", 416, ""],
  ])("give a part of a blob: %s", async (range, status, text) => {
    const simulator = await simulate();
    const { serialConsoleLogBlobUri } = await retrieve(simulator);

    const answer = await fetch(serialConsoleLogBlobUri, { headers: { "x-ms-range": range } });

    expect(answer.status).toBe(status);
    expect((await answer.text()).startsWith(text)).toBe(true);
  });

  it("refuse an address that is past its time, of another blob, or without its signature", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now });
    const uris = await retrieve(simulator);
    const screenshot = new URL(uris.consoleScreenshotBlobUri);
    const log = new URL(uris.serialConsoleLogBlobUri);
    const mixed = new URL(log.pathname + screenshot.search, log);
    const bare = new URL(log.pathname, log);

    const foreign = await Promise.all([mixed, bare].map(async (url) => (await fetch(url)).status));
    const intime = await fetch(log);
    clock.forward(121 * 60);
    const late = await fetch(log);

    expect(foreign).toEqual([403, 403]);
    expect([intime.status, late.status]).toEqual([200, 403]);
  });

  it("are refused where they are off, and for a time that Azure does not take", async () => {
    const [vm, ...others] = aFleet().vms;
    const simulator = await simulate(
      aFleet({ vms: vm === undefined ? [] : [{ ...vm, bootDiagnostics: false }, ...others] }),
    );

    const off = await arm(simulator, PATH, { method: "POST" });
    const long = await arm(
      simulator,
      PATH.replace("bad", "good").concat("?sasUriExpirationTimeInMinutes=1441"),
      { method: "POST" },
    );

    expect([off.status, errorCode(off)]).toEqual([409, "BootDiagnosticsDisabled"]);
    expect([long.status, errorCode(long)]).toEqual([400, "InvalidParameter"]);
  });

  it("leave no signature in the simulator's log", async () => {
    const simulator = await simulate();
    await fetch((await retrieve(simulator)).serialConsoleLogBlobUri);

    const log = await readLog(simulator);

    expect(log.requests.map(({ operation, status }) => [operation, status])).toEqual([
      ["vm.bootDiagnostics", 200],
      ["blob.get", 200],
    ]);
    expect(JSON.stringify((await admin(simulator, "/log")).body)).not.toContain("sig=");
  });
});
