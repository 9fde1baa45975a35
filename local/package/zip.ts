import { buffer } from "node:stream/consumers";

import { ZipFile } from "yazl";

import type { Files } from "./bundle.ts";

/** The first moment that a zip can name, in local time, as zips have it: the same bytes wherever it is made. */
const FIRST_MOMENT = new Date(1980, 0, 1);

/** Packs files. The same files give the same bytes. */
export async function zip(files: Files): Promise<Buffer> {
  const archive = new ZipFile();
  for (const [name, contents] of [...files].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    archive.addBuffer(Buffer.from(contents), name, {
      mtime: FIRST_MOMENT,
      forceDosTimestamp: true,
      mode: 0o100_644,
      compressionLevel: 9,
    });
  }
  archive.end();
  return await buffer(archive.outputStream);
}
