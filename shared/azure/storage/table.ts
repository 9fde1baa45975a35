import type { TableClient, TransactionAction } from "@azure/data-tables";

import { ConfigurationError } from "../../domain/errors.ts";
import { storageAnswer, toStorageError } from "./errors.ts";
import type { StorageAccount } from "./storage.ts";

/** What a row holds beside its keys: texts only, so that no tool which copies rows can lose a type. */
export type RowValues = Readonly<Record<string, string>>;

/** A row as the service gave it, with `rowKey` and `etag`. */
export type StoredRow = Readonly<Record<string, unknown>> & {
  readonly rowKey: string;
  readonly etag: string;
};

/** One change of a row. With an ETag it is made only if nobody changed the row since that was read. */
export type RowChange =
  | { readonly kind: "insert" | "put"; readonly rowKey: string; readonly values: RowValues }
  | {
      readonly kind: "replace" | "merge";
      readonly rowKey: string;
      readonly values: RowValues;
      readonly etag: string;
    }
  | { readonly kind: "delete"; readonly rowKey: string };

/** Which rows to list. */
export interface RowQuery {
  /** The first key. @default the partition's first */
  readonly from?: string;
  /** The key before which the list ends. @default after the partition's last */
  readonly to?: string;
  /** A condition on other columns, in OData. @default none */
  readonly filter?: string;
  /** @default all */
  readonly limit?: number;
  /** Columns to read. @default all */
  readonly select?: readonly string[];
}

/** Changes that one transaction may have. Source: "Performing entity group transactions". */
export const MOST_CHANGES = 100;

/** Rows that the service gives at most at a time. */
const PAGE = 1000;

/** A text between the quotes of an OData condition. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * One partition of a table: every `write` is a transaction. The table is made when it is missing.
 * Every method throws AzureRequestError, or ConfigurationError `no-store-table` if the table may not be made.
 */
export class StorageTable {
  readonly #account: StorageAccount;
  readonly #name: string;
  #client: Promise<TableClient> | null = null;
  readonly #partition: string;

  constructor(account: StorageAccount, name: string, partition: string) {
    this.#account = account;
    this.#name = name;
    this.#partition = partition;
  }

  async get(rowKey: string): Promise<StoredRow | undefined> {
    return await this.#run("read", async (client) => {
      try {
        return rowOf(await client.getEntity(this.#partition, rowKey));
      } catch (error) {
        if (storageAnswer(error)?.code === "ResourceNotFound") {
          return undefined;
        }
        throw error;
      }
    });
  }

  /** Rows in the order of their keys. */
  async list({ from, to, filter, limit = Infinity, select }: RowQuery = {}): Promise<
    readonly StoredRow[]
  > {
    const conditions = [
      `PartitionKey eq ${quoted(this.#partition)}`,
      ...(from === undefined ? [] : [`RowKey ge ${quoted(from)}`]),
      ...(to === undefined ? [] : [`RowKey lt ${quoted(to)}`]),
      ...(filter === undefined ? [] : [filter]),
    ];
    return await this.#run("list", async (client) => {
      const rows: StoredRow[] = [];
      const pages = client
        .listEntities({
          queryOptions: {
            filter: conditions.join(" and "),
            ...(select === undefined ? {} : { select: ["RowKey", ...select] }),
          },
        })
        .byPage({ maxPageSize: Math.min(limit, PAGE) });
      for await (const page of pages) {
        rows.push(...page.map((entity) => rowOf(entity)));
        if (rows.length >= limit) {
          break;
        }
      }
      return rows.slice(0, limit);
    });
  }

  /** Makes all changes, at most 100, or none: `conflict` if a row is there, gone, or changed against what they expect. */
  async write(changes: readonly RowChange[]): Promise<"written" | "conflict"> {
    return await this.#run("write", async (client) => {
      try {
        await this.#send(client, changes);
        return "written";
      } catch (error) {
        const answer = storageAnswer(error);
        const conflict =
          answer?.code === "EntityAlreadyExists" ||
          answer?.code === "ResourceNotFound" ||
          answer?.status === 412;
        if (conflict) {
          return "conflict";
        }
        throw error;
      }
    });
  }

  async #send(client: TableClient, changes: readonly RowChange[]): Promise<void> {
    const [first] = changes;
    if (first !== undefined && changes.length === 1) {
      await sendOne(client, first, this.#entity(first));
    } else if (first !== undefined) {
      await client.submitTransaction(
        changes.map((change) => actionOf(change, this.#entity(change))),
      );
    }
  }

  #entity(change: RowChange): Entity {
    const values = change.kind === "delete" ? {} : change.values;
    return { ...values, partitionKey: this.#partition, rowKey: change.rowKey };
  }

  /** Runs the work, once more if the table was missing. */
  async #run<Result>(
    verb: string,
    work: (client: TableClient) => Promise<Result>,
  ): Promise<Result> {
    const tried = `${verb} records in table ${this.#name}`;
    try {
      const client = await (this.#client ??= this.#account.table(this.#name));
      try {
        return await work(client);
      } catch (error) {
        if (storageAnswer(error)?.code !== "TableNotFound") {
          throw error;
        }
      }
      await this.#make(client);
      return await work(client);
    } catch (error) {
      throw error instanceof ConfigurationError ? error : toStorageError(error, tried);
    }
  }

  async #make(client: TableClient): Promise<void> {
    try {
      await client.createTable();
    } catch (error) {
      const answer = storageAnswer(error);
      if (answer?.code === "TableAlreadyExists") {
        return;
      }
      if (answer?.status === 403) {
        throw missingTable(this.#name, error);
      }
      throw error;
    }
  }
}

function missingTable(name: string, cause: unknown): ConfigurationError {
  return new ConfigurationError(
    `The storage account has no table ${name}, and this program may not make it (403).`,
    {
      code: "no-store-table",
      nextStep: `Deploy infra/ again, or make it: az storage table create --name ${name} --account-name ACCOUNT --auth-mode login`,
      cause,
    },
  );
}

type Entity = RowValues & { partitionKey: string; rowKey: string };

async function sendOne(client: TableClient, change: RowChange, entity: Entity): Promise<void> {
  switch (change.kind) {
    case "insert":
      await client.createEntity(entity);
      return;
    case "put":
      await client.upsertEntity(entity, "Replace");
      return;
    case "replace":
    case "merge":
      await client.updateEntity(entity, modeOf(change.kind), { etag: change.etag });
      return;
    case "delete":
      await client.deleteEntity(entity.partitionKey, entity.rowKey);
      return;
  }
}

function actionOf(change: RowChange, entity: Entity): TransactionAction {
  switch (change.kind) {
    case "insert":
      return ["create", entity];
    case "put":
      return ["upsert", entity, "Replace"];
    case "replace":
    case "merge":
      return ["update", entity, modeOf(change.kind), { etag: change.etag }];
    case "delete":
      return ["delete", entity];
  }
}

function modeOf(kind: "replace" | "merge"): "Replace" | "Merge" {
  return kind === "replace" ? "Replace" : "Merge";
}

function rowOf(entity: Readonly<Record<string, unknown>>): StoredRow {
  const { rowKey, etag } = entity;
  return { ...entity, rowKey: String(rowKey), etag: String(etag) };
}
