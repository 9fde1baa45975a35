import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { openSqliteStore } from "../../shared/incidents/sqlite/sqlite-store.ts";
import { aSignal } from "../builders.ts";
import { storeContract } from "./store-contract.ts";
import { readUntil, startWriter } from "./writer-process.ts";

storeContract("SQLite", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "store-"));
  const file = path.join(folder, "data", "store.db");
  return {
    open: async () => await openSqliteStore(file),
    remove: async () => {
      await rm(folder, { recursive: true });
    },
  };
});

describe("a SQLite file", () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "store-"));
    file = path.join(folder, "store.db");
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it("is refused when a newer version of the program wrote it", async () => {
    const store = await openSqliteStore(file);
    await store.close();
    change(file, "PRAGMA user_version = 99");

    await expect(openSqliteStore(file)).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "store-unusable",
      message: expect.stringContaining(
        `Cannot use the store ${file}: it has version 99`,
      ) as unknown,
    });
  });

  it("of the first version is brought up to date, with all that it held", async () => {
    const before = await openSqliteStore(file);
    await before.addSignal(aSignal());
    await before.close();
    change(
      file,
      "DROP TABLE evidence; DROP TABLE silences; DROP TABLE restarts; PRAGMA user_version = 1",
    );

    const store = await openSqliteStore(file);

    expect(await store.silences()).toEqual([]);
    expect(await store.getSignal(aSignal().id)).toEqual(aSignal());
    await store.close();
  });

  it("is refused when it holds something else, and stays as it was", async () => {
    change(file, "CREATE TABLE photos (name TEXT)");
    const before = await readFile(file);

    await expect(openSqliteStore(file)).rejects.toMatchObject({ code: "store-unusable" });

    expect(await readFile(file)).toEqual(before);
  });

  it("is refused when it is no database", async () => {
    await writeFile(file, "# Notes\n".repeat(1000));

    await expect(openSqliteStore(file)).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "store-unusable",
    });
  });

  it.each([
    ["signal alert-0001", "UPDATE signals SET body = '{'"],
    ["signal alert-0001", "UPDATE signals SET body = '{}'"],
    ["state of signal alert-0001", `UPDATE signals SET state_body = '{"kind":"lost"}'`],
  ])("says that the stored %s is damaged: %s", async (what, damage) => {
    const store = await openSqliteStore(file);
    try {
      await store.addSignal(aSignal());
      change(file, damage);

      await expect(store.getSignal("alert-0001")).rejects.toMatchObject({
        name: "DefectError",
        code: "store-damaged",
        message: `The stored ${what} cannot be read.`,
      });
    } finally {
      await store.close();
    }
  });

  it("can be made by several processes at once, each of which gets its signals in", async () => {
    const writers = Array.from({ length: 4 }, (_, index) => startWriter(file, `w${index}`, "50"));

    const codes = await Promise.all(writers.map(async (child) => await exitCode(child)));

    expect(codes).toEqual([0, 0, 0, 0]);
    const store = await openSqliteStore(file);
    const pending = await store.pendingSignalsBefore("2999-01-01T00:00:00Z", 1000);
    await store.close();
    expect(new Set(pending.map(({ id }) => id)).size).toBe(200);
  });

  it.each([1, 5, 12])(
    "has all that was confirmed, and nothing by halves, after a kill in the round after %d",
    async (writes) => {
      const child = startWriter(file, "killed", "1000000");
      const confirmed = await readUntil(child, writes);
      // Not right at the confirmation, so that it most likely hits the next round's long write.
      await setTimeout(3 + writes);
      child.kill("SIGKILL");
      await once(child, "exit");

      const store = await openSqliteStore(file);
      const pending = await store.pendingSignalsBefore("2999-01-01T00:00:00Z", 1_000_000);
      const incidents = await store.listIncidents({ limit: 1_000_000 });
      await store.close();

      expect(pending.map(({ id }) => id)).toEqual(expect.arrayContaining(confirmed));
      expect(incidents.map(({ id }) => id)).toEqual(expect.arrayContaining(confirmed));
      expect(new Set(incidents.map(({ ledger }) => ledger.length))).toEqual(new Set([0, 40]));
      expect(integrityOf(file)).toBe("ok");
    },
  );
});

function change(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

function integrityOf(file: string): unknown {
  const database = new DatabaseSync(file);
  const row = database.prepare("PRAGMA integrity_check").get();
  database.close();
  return row?.["integrity_check"];
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  child.stdout?.resume();
  await once(child, "exit");
  return child.exitCode;
}
