import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { ConfigurationError } from "../../shared/domain/errors.ts";

const version = 1;

/**
 * Opens the journal in a data folder, and makes it when it is not there. With WAL and `synchronous=NORMAL` what is
 * committed survives the death of the process; a loss of power can take the last commits, never the file's consistency.
 * @throws ConfigurationError `foreign-journal` when another version of this program wrote it.
 */
export function openJournalFile(folder: string): DatabaseSync {
  const database = new DatabaseSync(join(folder, "journal.sqlite"));
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  const found = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (found !== 0 && found !== version) {
    database.close();
    throw new ConfigurationError(`The journal in ${folder} has version ${found}, not ${version}.`, {
      code: "foreign-journal",
      nextStep: "Run it with the program that wrote it, or choose another data folder.",
    });
  }
  database.exec(schema);
  return database;
}

// `inbox` holds what a run has not taken yet, `activities` what was not finished, `timers` what has not fired.
const schema = `
BEGIN;
CREATE TABLE IF NOT EXISTS instances (
  id TEXT PRIMARY KEY, execution TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,
  input TEXT NOT NULL, output TEXT NOT NULL, custom_status TEXT NOT NULL,
  created TEXT NOT NULL, updated TEXT NOT NULL, parent TEXT, ledger TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS history (
  instance TEXT NOT NULL, position INTEGER NOT NULL, event TEXT NOT NULL,
  PRIMARY KEY (instance, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS inbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, event TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS inbox_by_instance ON inbox (instance, id);
CREATE TABLE IF NOT EXISTS activities (
  id INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, execution TEXT NOT NULL,
  task INTEGER NOT NULL, name TEXT NOT NULL, input TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS timers (
  instance TEXT NOT NULL, task INTEGER NOT NULL, fire_at TEXT NOT NULL, due INTEGER NOT NULL,
  PRIMARY KEY (instance, task)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS timers_by_due ON timers (due);
PRAGMA user_version = ${version};
COMMIT;
`;
