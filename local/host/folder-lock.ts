import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { ConfigurationError } from "../../shared/domain/errors.ts";

/** A hold on a data folder. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes a data folder for this process, and makes it when it is not there. The lock is SQLite's own lock on a file: the
 * operating system drops it with the process, however it ends, so there are no stale locks to take over.
 * @throws ConfigurationError `folder-in-use` while another host holds it.
 */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, "host.lock"));
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    throw new ConfigurationError(`Another host is running on the data folder ${folder}.`, {
      code: "folder-in-use",
      nextStep: "Stop that host, or choose another data folder.",
      cause: error,
    });
  }
  return {
    release: () => {
      database.close();
    },
  };
}
