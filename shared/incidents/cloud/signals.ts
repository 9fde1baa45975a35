import { randomUUID } from "node:crypto";

import { z } from "zod";

import type { StorageContainer } from "../../azure/storage/container.ts";
import {
  MOST_CHANGES,
  type RowChange,
  type RowValues,
  type StorageTable,
  type StoredRow,
} from "../../azure/storage/table.ts";
import { inParallel } from "../../domain/in-parallel.ts";
import {
  targetText,
  type IndirectTarget,
  type Signal,
  type SignalState,
} from "../../domain/signal.ts";
import { signalFrom } from "../stored-values.ts";
import { CloudBodies, bodyBlobOf, bodyGone } from "./body.ts";
import { keyOf, keyPart, nextSequence, sortable, under } from "./keys.ts";
import { insistently, untilWritten } from "./retries.ts";
import { Tombstones, tombstone } from "./tombstones.ts";

/** A signal's text in a row; a longer one becomes a blob, so that a transaction with many rows stays below 4 MiB. */
const COLUMNS = 1;

/** Rows that settling a signal changes, so that many fit in one transaction. */
const CHANGES_OF_SETTLING = 4;

/** Signals that are forgotten in one transaction: two rows each, and a tombstone. */
const FORGOTTEN_AT_ONCE = Math.floor(MOST_CHANGES / 3);

/** Rows that are read at a time. */
const READS = 8;

/** The columns of a signal's rows; null is an empty text. */
const signalColumns = z.object({
  id: z.string(),
  vmId: z.string(),
  nicId: z.string(),
  target: z.string(),
  state: z.string(),
  stateBody: z.string(),
  received: z.string(),
  sequence: z.string(),
  writer: z.string(),
});

type SignalColumns = z.output<typeof signalColumns>;

/**
 * Signals, all in one partition, so that what belongs together is written in one transaction. Keys:
 * - `s|ID`: the signal.
 * - `v|VM|SEQUENCE|ID` or `n|TARGET|SEQUENCE|ID`, and `p|RECEIVED|SEQUENCE|ID`: copies of a pending one, by its VM or its
 *   target, and by time.
 * - `d|RECEIVED|ID`: one that is not pending any more, by time.
 * - `x|ID`: see `Tombstones`; only for one whose text is a blob.
 */
export class CloudSignals {
  readonly #table: StorageTable;
  readonly #tombstones: Tombstones;
  readonly #bodies: CloudBodies;

  constructor(table: StorageTable, blobs: StorageContainer) {
    this.#table = table;
    this.#tombstones = new Tombstones(table, blobs, { rowKeyOf: signalKey, folderOf });
    this.#bodies = new CloudBodies(blobs, COLUMNS);
  }

  /** See `IncidentStore.addSignal`. */
  async add(signal: Signal): Promise<"added" | "known"> {
    const { state, ...rest } = signal;
    const writer = randomUUID();
    const columns = { ...columnsOf(signal, writer), ...stateColumns(state) };
    let body: RowValues | null = null;
    return await insistently(async (again) => {
      body ??= await this.#bodies.pack(rest, folderOf(signal.id));
      const values = { ...columns, ...body };
      const rowKeys = [signalKey(signal.id), ...keysBeside(columns)];
      const written = await this.#table.write(
        rowKeys.map((rowKey) => ({ kind: "insert", rowKey, values })),
      );
      const own = written === "written" || (again && (await this.#writerOf(signal.id)) === writer);
      return own ? "added" : "known";
    });
  }

  async get(id: string): Promise<Signal | undefined> {
    const row = await this.#table.get(signalKey(id));
    return row === undefined ? undefined : await this.#signal(row);
  }

  async pendingOfVm(vmId: string): Promise<readonly Signal[]> {
    return await this.#signals(await this.#table.list(under("v", keyPart(vmId.toLowerCase()))));
  }

  async pendingOfTarget(target: IndirectTarget): Promise<readonly Signal[]> {
    return await this.#signals(await this.#table.list(under("n", targetKey(target))));
  }

  async pendingBefore(instant: string, limit: number): Promise<readonly Signal[]> {
    const to = keyOf("p", sortable(Date.parse(instant)));
    return await this.#signals(await this.#table.list({ from: "p|", to, limit }));
  }

  /** See `IncidentStore.setSignalVm`. */
  async setVm(id: string, vmId: string, nicId: string | null): Promise<void> {
    await untilWritten(`the VM of signal ${id}`, async () => {
      const row = await this.#table.get(signalKey(id));
      if (row === undefined) {
        return "unknown";
      }
      const before = signalColumns.parse(row);
      const known = {
        vmId: vmId.toLowerCase(),
        nicId: nicId?.toLowerCase() ?? before.nicId,
      };
      const columns = { ...before, ...known };
      const body = bodyColumns(row);
      const [oldKeys, newKeys] = [keysBeside(before), keysBeside(columns)];
      return asDone(
        await this.#table.write([
          { kind: "merge", rowKey: row.rowKey, values: known, etag: row.etag },
          ...oldKeys
            .filter((rowKey) => !newKeys.includes(rowKey))
            .map((rowKey): RowChange => ({ kind: "delete", rowKey })),
          ...newKeys.map((rowKey): RowChange => ({
            kind: "put",
            rowKey,
            values: { ...columns, ...body },
          })),
        ]),
      );
    });
  }

  /** See `IncidentStore.settleSignals`. */
  async settle(ids: readonly string[], state: SignalState): Promise<void> {
    if (state.kind === "pending") {
      return;
    }
    const most = MOST_CHANGES / CHANGES_OF_SETTLING;
    const each = [...new Set(ids)];
    for (let start = 0; start < each.length; start += most) {
      const some = each.slice(start, start + most);
      await untilWritten("the state of signals", async () => {
        const rows = await inParallel(
          some,
          READS,
          async (id) => await this.#table.get(signalKey(id)),
        );
        const changes = rows.flatMap((row) => (row === undefined ? [] : settling(row, state)));
        return changes.length === 0 ? "written" : asDone(await this.#table.write(changes));
      });
    }
  }

  /** Forgets signals that are not pending and came before the instant, at most `limit`; gives how many. */
  async forget(instant: string, limit: number): Promise<number> {
    await this.#tombstones.finishLeft(limit);
    const to = keyOf("d", sortable(Date.parse(instant)));
    const rows = await this.#table.list({ from: "d|", to, limit });
    let forgotten = 0;
    for (let start = 0; start < rows.length; start += FORGOTTEN_AT_ONCE) {
      const some = rows.slice(start, start + FORGOTTEN_AT_ONCE);
      const withBlob = some
        .filter((row) => bodyBlobOf(row) !== undefined)
        .map((row) => signalColumns.parse(row).id);
      const written = await this.#table.write([
        ...some.flatMap((row): RowChange[] => [
          { kind: "delete", rowKey: row.rowKey },
          { kind: "delete", rowKey: signalKey(signalColumns.parse(row).id) },
        ]),
        ...withBlob.map((id) => tombstone(id)),
      ]);
      // Another host forgets the same ones: they count there.
      if (written === "written") {
        await this.#tombstones.finish(withBlob);
        forgotten += some.length;
      }
    }
    return forgotten;
  }

  async #writerOf(id: string): Promise<string | undefined> {
    const row = await this.#table.get(signalKey(id));
    return row === undefined ? undefined : signalColumns.parse(row).writer;
  }

  async #signals(rows: readonly StoredRow[]): Promise<readonly Signal[]> {
    const signals = await inParallel(rows, READS, async (row) => await this.#signal(row));
    return signals.filter((signal) => signal !== undefined);
  }

  /** Undefined where it was forgotten since the row was read. */
  async #signal(row: StoredRow): Promise<Signal | undefined> {
    const { id, vmId, nicId, stateBody } = signalColumns.parse(row);
    const body = await this.#bodies.unpack(row);
    if (body === undefined) {
      if ((await this.#table.get(signalKey(id))) === undefined) {
        return undefined;
      }
      throw bodyGone(`signal ${id}`);
    }
    const signal = signalFrom({ id, vm_id: orNull(vmId), state_body: stateBody, body });
    return { ...signal, nicId: orNull(nicId) };
  }
}

function columnsOf(
  { id, vmId, nicId, target, receivedAt }: Signal,
  writer: string,
): Omit<SignalColumns, "state" | "stateBody"> {
  const indirect = target.kind !== "vm" && target.kind !== "other";
  return {
    id,
    vmId: vmId?.toLowerCase() ?? "",
    nicId: nicId ?? "",
    target: indirect ? targetKey(target) : "",
    received: sortable(Date.parse(receivedAt)),
    sequence: nextSequence(),
    writer,
  };
}

function stateColumns(state: SignalState): Pick<SignalColumns, "state" | "stateBody"> {
  return { state: state.kind, stateBody: JSON.stringify(state) };
}

/** The text of a row as it stands in its columns. */
function bodyColumns(row: StoredRow): RowValues {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      name.startsWith("body") && typeof value === "string" ? [[name, value]] : [],
    ),
  );
}

/** Keys of the rows that a signal has beside its own. */
function keysBeside(columns: SignalColumns): readonly string[] {
  const { vmId, target, received, sequence, state } = columns;
  const id = keyPart(columns.id);
  if (state !== "pending") {
    return [keyOf("d", received, id)];
  }
  const ofVm = vmId === "" ? [] : [keyOf("v", keyPart(vmId), sequence, id)];
  const ofTarget = vmId !== "" || target === "" ? [] : [keyOf("n", target, sequence, id)];
  return [...ofVm, ...ofTarget, keyOf("p", received, sequence, id)];
}

function settling(row: StoredRow, state: SignalState): readonly RowChange[] {
  const before = signalColumns.parse(row);
  if (before.state !== "pending") {
    return [];
  }
  const columns = { ...before, ...stateColumns(state) };
  const blob = bodyBlobOf(row);
  const index = { ...columns, ...(blob === undefined ? {} : { bodyBlob: blob }) };
  return [
    { kind: "merge", rowKey: row.rowKey, values: stateColumns(state), etag: row.etag },
    ...keysBeside(before).map((rowKey): RowChange => ({ kind: "delete", rowKey })),
    ...keysBeside(columns).map((rowKey): RowChange => ({ kind: "put", rowKey, values: index })),
  ];
}

function asDone(written: "written" | "conflict"): "written" | undefined {
  return written === "written" ? written : undefined;
}

function signalKey(id: string): string {
  return keyOf("s", keyPart(id));
}

function folderOf(id: string): string {
  return `signals/${keyPart(id)}`;
}

function targetKey(target: IndirectTarget): string {
  return keyPart(`${target.kind} ${targetText(target).toLowerCase()}`);
}

function orNull(text: string): string | null {
  return text === "" ? null : text;
}
