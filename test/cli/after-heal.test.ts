import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { matching } from "./matchers.ts";
import { LONG, recordsOf, runBin, type Ended } from "./run-bin.ts";
import { startSimulate, type RunningSimulator } from "./simulator.ts";

const VM = "vm-web-01";
/** The demo's VM heals over the console. */
const ALLOWED = { REMEDIATOR_ALLOW: "console" };

const healedSchema = z.looseObject({
  outcome: z.literal("healed"),
  incidentId: z.string(),
  snapshot: z.object({ snapshotName: z.string() }),
});
const stateSchema = z.object({ snapshots: z.array(z.object({ name: z.string() })) });

describe("after a heal on the command line", () => {
  let simulator: RunningSimulator;
  let folder = "";
  let healed: z.output<typeof healedSchema>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "remediator-after-care-"));
    simulator = await startSimulate();
    const ended = await call(["heal", simulator.vmId(VM)]);
    healed = healedSchema.parse(recordsOf(ended.stdout).at(-1));
  }, LONG.timeout);

  afterAll(async () => {
    await simulator.stop();
    await rm(folder, { recursive: true });
  });

  async function call(words: readonly string[], data = folder): Promise<Ended> {
    const where = ["--simulator", simulator.url, "--data", data, "--json"];
    return await runBin([...words, ...where], ALLOWED);
  }

  async function snapshots(): Promise<readonly string[]> {
    const { snapshots: shown } = stateSchema.parse(await simulator.call("state"));
    return shown.map(({ name }) => name);
  }

  it("rollback refuses what would cut the VM off, with 1, in a dry run too", LONG, async () => {
    const dry = await call(["rollback", healed.incidentId, "--dry-run"]);
    const { code, stdout } = await call(["rollback", healed.incidentId]);

    const result = recordsOf(stdout).at(-1);
    expect(dry.code).toBe(1);
    expect(code).toBe(1);
    expect(result).toMatchObject({
      type: "result",
      outcome: "refused",
      vmId: matching(/vm-web-01$/u),
      changes: [],
    });
  });

  it.each([
    [["rollback", "inc-20260101-00000000"], "incident-not-found"],
    [["rollback", "../inc"], "invalid-argument"],
    [["rollback"], "missing-argument"],
  ])("%s exits with 2", async (words, code) => {
    const ended = await call(words);

    expect(ended.code).toBe(2);
    expect(recordsOf(ended.stdout)).toMatchObject([{ type: "error", code }]);
  });

  it("clean keeps what is needed, says so, and exits with 0", async () => {
    const { code, stdout, stderr } = await call(["clean"]);

    const records = recordsOf(stdout);
    expect(stderr).toBe("");
    expect(records).toContainEqual(
      expect.objectContaining({
        type: "snapshot",
        what: "kept",
        snapshotName: healed.snapshot.snapshotName,
        incidentId: healed.incidentId,
      }),
    );
    expect(records.at(-1)).toMatchObject({ type: "result", deleted: 0, failed: 0, exitCode: 0 });
    expect(code).toBe(0);
    expect(await snapshots()).toContain(healed.snapshot.snapshotName);
  });

  it("clean deletes what has expired, but not in a dry run, and writes it for people", async () => {
    await expire(healed.snapshot.snapshotName);

    const dry = await call(["clean", "--dry-run"]);
    const between = await snapshots();
    const where = ["--simulator", simulator.url, "--data", folder];
    const { code, stdout } = await runBin(["clean", ...where], ALLOWED);

    expect(recordsOf(dry.stdout)).toContainEqual(
      expect.objectContaining({ type: "snapshot", what: "wouldDelete" }),
    );
    expect(between).toContain(healed.snapshot.snapshotName);
    expect(stdout).toContain(`Deleted: snapshot ${healed.snapshot.snapshotName}.`);
    expect(stdout).toContain("Deleted in Azure: 1.");
    expect(code).toBe(0);
    expect(await snapshots()).not.toContain(healed.snapshot.snapshotName);
  });

  async function expire(name: string): Promise<void> {
    const shown: unknown = await (await fetch(`${simulator.url}/_simulator`)).json();
    const access = z.object({ token: z.string() }).parse(shown);
    const id = simulator.vmId("x").replace("virtualMachines/x", `snapshots/${name}`);
    const tags = {
      createdBy: "static-ip-remediator",
      incidentId: healed.incidentId,
      expiresOn: "2026-01-01T00:00:00.000Z",
    };
    await fetch(`${simulator.url}${id}?api-version=2024-03-02`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${access.token}`, "content-type": "application/json" },
      body: JSON.stringify({ tags }),
    });
  }

  it("clean of a folder without records exits with 2", async () => {
    const ended = await call(["clean"], join(folder, "nowhere"));

    expect(ended.code).toBe(2);
    expect(recordsOf(ended.stdout)).toMatchObject([{ type: "error", code: "no-records" }]);
  });
});
