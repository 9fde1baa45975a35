import { randomUUID } from "node:crypto";

import { z } from "zod";

import type { StorageContainer } from "../../azure/storage/container.ts";
import type { RowValues, StoredRow } from "../../azure/storage/table.ts";
import { DefectError } from "../../domain/errors.ts";

/**
 * Characters of one column. A column ends at 64 KiB, in UTF-16, and a row at 1 MiB with all its columns.
 * Source: "Understanding the Table service data model", limits.
 */
const COLUMN = 31_000;

const blobColumn = z.object({ bodyBlob: z.string() });
const partColumn = z.string();

/** How texts of any length are kept in rows: over several columns, and what is too long for a row as a blob. */
export class CloudBodies {
  readonly #blobs: StorageContainer;
  readonly #columns: number;

  /** `columns`: how many of a row a text may take before it becomes a blob. */
  constructor(blobs: StorageContainer, columns: number) {
    this.#blobs = blobs;
    this.#columns = columns;
  }

  /**
   * The columns of a value, as JSON. One that becomes a blob is written before any row names it, under a name of its own: a crash
   * between the two leaves a blob that nobody reads, and that goes with all others under `folder`.
   */
  async pack(value: unknown, folder: string): Promise<RowValues> {
    const text = inAscii(JSON.stringify(value));
    const parts = partsOf(text);
    if (parts.length <= this.#columns) {
      return Object.fromEntries(parts.map((part, index) => [`body${index}`, part]));
    }
    const name = `${folder}/bodies/${randomUUID()}.json`;
    const bytes = Buffer.from(text);
    await this.#blobs.write(name, { contentType: "application/json", bytes });
    return { bodyBlob: name };
  }

  /** The text of a row; undefined where its blob is gone, which is after a newer row was written. */
  async unpack(row: StoredRow): Promise<string | undefined> {
    const name = bodyBlobOf(row);
    if (name !== undefined) {
      const blob = await this.#blobs.read(name);
      return blob === undefined ? undefined : Buffer.from(blob.bytes).toString();
    }
    const parts: string[] = [];
    for (;;) {
      const part = partColumn.safeParse(row[`body${parts.length}`]);
      if (!part.success) {
        return parts.join("");
      }
      parts.push(part.data);
    }
  }

  /** Removes the blob that a row had, if it had one, after a newer row was written. */
  async drop(row: StoredRow): Promise<void> {
    const name = bodyBlobOf(row);
    if (name !== undefined) {
      await this.#blobs.delete(name);
    }
  }
}

/** The blob that holds a row's text; undefined where the row holds it itself. */
export function bodyBlobOf(row: StoredRow): string | undefined {
  return blobColumn.safeParse(row).data?.bodyBlob;
}

/** Why a row's text cannot be read although the row was read again. */
export function bodyGone(what: string): DefectError {
  return new DefectError(`The stored ${what} cannot be read: its blob is gone.`, {
    code: "store-damaged",
    nextStep: "Restore the deleted blob, or delete the row.",
  });
}

function partsOf(text: string): readonly string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length; start += COLUMN) {
    parts.push(text.slice(start, start + COLUMN));
  }
  return parts;
}

/** JSON in ASCII: so its characters are its bytes, and no letter is lost where a request is read in pieces, as Azurite does. */
function inAscii(json: string): string {
  return json.replaceAll(/[\u{7F}-\u{10FFFF}]/gu, (letter) => {
    const units = Array.from({ length: letter.length }, (_, index) => letter.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}
