import { mkdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

import { ConfigurationError } from "../../domain/errors.ts";

/** `SIPR`: marks the file as this store, so that no other SQLite file is taken for one. */
const APPLICATION = 0x53_49_50_52;

/** Longest wait for another process which writes, in milliseconds. */
const BUSY_TIMEOUT = 10_000;

/** Between two tries to switch to WAL, in milliseconds. */
const WAL_PAUSE = 20;

const SIGNALS_AND_INCIDENTS = `
  CREATE TABLE signals (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    vm_id TEXT,
    received_ms REAL NOT NULL,
    state TEXT NOT NULL,
    state_body TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX signals_pending_by_vm ON signals (vm_id, sequence) WHERE state = 'pending';
  CREATE INDEX signals_pending_by_time ON signals (received_ms, sequence) WHERE state = 'pending';
  CREATE TABLE incidents (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    vm_id TEXT NOT NULL,
    opened_ms REAL NOT NULL,
    open INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX incidents_by_vm ON incidents (vm_id, opened_ms);
  CREATE INDEX incidents_by_time ON incidents (opened_ms);
  CREATE TABLE ledger (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    entry_id TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (incident_id, entry_id)
  ) STRICT;
  CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
`;

const SILENCES = `
  CREATE TABLE silences (
    vm_id TEXT PRIMARY KEY,
    first_minute INTEGER NOT NULL,
    last_minute INTEGER NOT NULL,
    rounds INTEGER NOT NULL,
    raised INTEGER NOT NULL
  ) STRICT;
`;

const EVIDENCE = `
  CREATE TABLE evidence (
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (incident_id, name)
  ) STRICT;
`;

const RESTARTS = `
  CREATE TABLE restarts (
    incident_id TEXT PRIMARY KEY,
    subscription_id TEXT NOT NULL,
    taken_ms REAL NOT NULL
  ) STRICT;
  CREATE INDEX restarts_by_time ON restarts (subscription_id, taken_ms);
`;

/** What made each version of the layout out of the one before; a new change goes to the end. */
const CHANGES: readonly string[] = [SIGNALS_AND_INCIDENTS, SILENCES, EVIDENCE, RESTARTS];

const VERSION = CHANGES.length;

/**
 * Opens the store's database, creating what is missing of the file and its tables; an older layout is brought up to date.
 * @throws ConfigurationError `store-unusable` if the file is of a newer version, or not a store's.
 */
export function openDatabase(file: string): DatabaseSync {
  mkdirSync(path.dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT });
  try {
    // Looked at before the first write: a file of something else stays as it is. In one transaction, since another process
    // may be making the tables.
    database.exec("BEGIN");
    versionOf(database, file);
    database.exec("COMMIT");
    // WAL survives a killed process; FULL also a power cut, after which an intent in the ledger must still be there.
    useWal(database);
    database.exec("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    inTransaction(database, () => {
      const missing = CHANGES.slice(versionOf(database, file));
      if (missing.length > 0) {
        database.exec(missing.join(""));
        database.exec(`PRAGMA user_version = ${VERSION}; PRAGMA application_id = ${APPLICATION};`);
      }
    });
    return database;
  } catch (error) {
    database.close();
    throw asUnusable(error, file);
  }
}

/** Where several processes switch a new file at once, SQLite tells all but one that it is busy, without waiting. */
function useWal(database: DatabaseSync): void {
  for (let waited = 0; ; waited += WAL_PAUSE) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (!isBusy(error) || waited >= BUSY_TIMEOUT) {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAL_PAUSE);
    }
  }
}

/** SQLITE_BUSY: another process is at work on the file. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 5;
}

/** Runs the work in one transaction that takes the write lock at once, so that it never has to give up midway. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // A full disk has rolled back already.
    if (database.isTransaction) {
      database.exec("ROLLBACK");
    }
    throw error;
  }
}

/** 0 for a new file; throws for one that this program must not write to. */
function versionOf(database: DatabaseSync, file: string): number {
  const version = pragma(database, "user_version");
  const application = pragma(database, "application_id");
  if (application === APPLICATION && version > 0 && version <= VERSION) {
    return version;
  }
  if (application === APPLICATION) {
    throw unusable(file, `has version ${version}, and this program knows version ${VERSION}`);
  }
  const schema = database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get();
  if (version !== 0 || application !== 0 || schema?.["tables"] !== 0) {
    throw unusable(file, "is a database of something else");
  }
  return 0;
}

function pragma(database: DatabaseSync, name: "user_version" | "application_id"): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

/** SQLite's error for a file which is not its own (SQLITE_NOTADB, 26) is about the settings; others pass. */
function asUnusable(error: unknown, file: string): unknown {
  const foreign = error instanceof Error && "errcode" in error && error.errcode === 26;
  return foreign ? unusable(file, "is not a database", error) : error;
}

function unusable(file: string, why: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(`Cannot use the store ${file}: it ${why}.`, {
    code: "store-unusable",
    nextStep: "Use the program that wrote it, or set another data folder.",
    cause,
  });
}
