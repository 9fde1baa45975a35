import { storageAnswer, toStorageError } from "./errors.ts";
import type { StorageAccount } from "./storage.ts";

/**
 * Which of these tables and containers an account does not have. Reads only, and makes none.
 * @throws AzureRequestError if the account does not tell
 */
export async function missingStorage(
  account: StorageAccount,
  names: { readonly tables: readonly string[]; readonly container: string },
): Promise<readonly string[]> {
  const tables = names.tables.map(
    async (name) => await unlessThere(name, async () => await readRow(account, name)),
  );
  const container = unlessThere(
    names.container,
    async () => await readContainer(account, names.container),
  );
  return (await Promise.all([...tables, container])).filter((name) => name !== null);
}

async function readRow(account: StorageAccount, name: string): Promise<void> {
  const client = await account.table(name);
  await client.listEntities().byPage({ maxPageSize: 1 }).next();
}

async function readContainer(account: StorageAccount, name: string): Promise<void> {
  const client = await account.container(name);
  await client.getProperties();
}

async function unlessThere(name: string, read: () => Promise<void>): Promise<string | null> {
  try {
    await read();
    return null;
  } catch (error) {
    if (storageAnswer(error)?.status === 404) {
      return name;
    }
    throw toStorageError(error, `read ${name} of the storage account`);
  }
}
