import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inflateRawSync } from "node:zlib";

import { ConfigurationError } from "../../../shared/domain/errors.ts";

/** Signatures and sizes of a zip's records. Source: APPNOTE.TXT, 4.3. */
const END = 0x06_05_4b_50;
const END_SIZE = 22;
const ENTRY = 0x02_01_4b_50;
const ENTRY_SIZE = 46;
const LOCAL_SIZE = 30;
const DEFLATED = 8;

/**
 * Unpacks a package into a folder.
 * @throws ConfigurationError `no-package` if the file is not a zip that `npm run package` made.
 */
export function unpackPackage(file: string, folder: string): void {
  for (const { name, contents } of readZip(file)) {
    const target = path.join(folder, name);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, contents);
  }
}

interface Entry {
  readonly name: string;
  readonly contents: Buffer;
}

function readZip(file: string): readonly Entry[] {
  try {
    const zip = readFileSync(file);
    const end = zip.length - END_SIZE;
    if (zip.readUInt32LE(end) !== END) {
      throw new RangeError("it does not end as a zip does");
    }
    const entries: Entry[] = [];
    let at = zip.readUInt32LE(end + 16);
    for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
      const { size, ...entry } = readEntry(zip, at);
      entries.push(entry);
      at += size;
    }
    return entries;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`Cannot unpack ${file}: ${reason}.`, {
      code: "no-package",
      nextStep: 'Run "npm run package" and name dist/static-ip-remediator.zip.',
      cause: error,
    });
  }
}

/** Reads the directory's record at that place, which has the given size, and the file that it tells of. */
function readEntry(zip: Buffer, at: number): Entry & { readonly size: number } {
  const nameLength = zip.readUInt16LE(at + 28);
  const name = zip.toString("utf8", at + ENTRY_SIZE, at + ENTRY_SIZE + nameLength);
  if (zip.readUInt32LE(at) !== ENTRY || !/^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/u.test(name)) {
    throw new RangeError(`it has an entry named ${JSON.stringify(name)}`);
  }
  const local = zip.readUInt32LE(at + 42);
  const start = local + LOCAL_SIZE + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(start, start + zip.readUInt32LE(at + 20));
  return {
    name,
    contents: zip.readUInt16LE(at + 10) === DEFLATED ? inflateRawSync(packed) : packed,
    size: ENTRY_SIZE + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32),
  };
}
