import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const RECORDS = "incidents.db";

/** Folders with incidents on record: the data folder itself, as of `serve`, and those of single runs in it. */
export function recordFolders(dataFolder: string): readonly string[] {
  return [
    dataFolder,
    ...foldersIn(dataFolder),
    ...foldersIn(dataFolder).flatMap((folder) => foldersIn(folder)),
  ].filter((folder) => existsSync(join(folder, RECORDS)));
}

/** The file of a folder's records. */
export function recordFile(folder: string): string {
  return join(folder, RECORDS);
}

function foldersIn(folder: string): readonly string[] {
  return existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => join(folder, name))
    : [];
}
