import type { ContainerClient } from "@azure/storage-blob";

import { ConfigurationError } from "../../domain/errors.ts";
import { inParallel } from "../../domain/in-parallel.ts";
import { storageAnswer, toStorageError } from "./errors.ts";
import { STORAGE_TIMEOUT_MS, type StorageAccount } from "./storage.ts";

/** What a blob holds. */
export interface BlobContent {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** A blob without what it holds. */
export interface BlobEntry {
  readonly name: string;
  readonly contentType: string;
  /** In bytes. */
  readonly size: number;
}

/** Blobs that are deleted at a time. */
const DELETES = 4;

/** A container of blobs, made when it is missing. Every method throws AzureRequestError, or ConfigurationError `no-store-container`. */
export class StorageContainer {
  readonly #account: StorageAccount;
  readonly #name: string;
  #container: Promise<ContainerClient> | null = null;

  constructor(account: StorageAccount, name: string) {
    this.#account = account;
    this.#name = name;
  }

  /** Keeps a blob, in one request; one of the same name is replaced. */
  async write(name: string, { contentType, bytes }: BlobContent): Promise<void> {
    await this.#run("write", async (container) => {
      await container.getBlockBlobClient(name).upload(Buffer.from(bytes), bytes.length, {
        blobHTTPHeaders: { blobContentType: contentType },
        ...inTime(),
      });
    });
  }

  async read(name: string): Promise<BlobContent | undefined> {
    return await this.#run("read", async (container) => {
      try {
        const answer = await container.getBlobClient(name).download(0, undefined, inTime());
        const { contentType = "", readableStreamBody: body } = answer;
        const chunks: Uint8Array[] = [];
        for await (const chunk of body ?? []) {
          chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
        }
        return { contentType, bytes: new Uint8Array(Buffer.concat(chunks)) };
      } catch (error) {
        if (storageAnswer(error)?.code === "BlobNotFound") {
          return undefined;
        }
        throw error;
      }
    });
  }

  /** Blobs whose names begin so, in the order of their names. */
  async list(prefix: string): Promise<readonly BlobEntry[]> {
    return await this.#run("list", async (container) => {
      const found: BlobEntry[] = [];
      for await (const { name, properties } of container.listBlobsFlat({ prefix, ...inTime() })) {
        const { contentType = "", contentLength = 0 } = properties;
        found.push({ name, contentType, size: contentLength });
      }
      return found;
    });
  }

  /** Deletes a blob if it is there. */
  async delete(name: string): Promise<void> {
    await this.#run("delete", async (container) => {
      await container.getBlobClient(name).deleteIfExists(inTime());
    });
  }

  /** Deletes all blobs whose names begin so. */
  async deleteAll(prefix: string): Promise<void> {
    await inParallel(await this.list(prefix), DELETES, async ({ name }) => {
      await this.delete(name);
    });
  }

  /** Runs the work, once more if the container was missing. */
  async #run<Result>(
    verb: string,
    work: (container: ContainerClient) => Promise<Result>,
  ): Promise<Result> {
    const tried = `${verb} blobs in container ${this.#name}`;
    try {
      const container = await (this.#container ??= this.#account.container(this.#name));
      try {
        return await work(container);
      } catch (error) {
        if (storageAnswer(error)?.code !== "ContainerNotFound") {
          throw error;
        }
      }
      await this.#make(container);
      return await work(container);
    } catch (error) {
      throw error instanceof ConfigurationError ? error : toStorageError(error, tried);
    }
  }

  async #make(container: ContainerClient): Promise<void> {
    try {
      await container.createIfNotExists(inTime());
    } catch (error) {
      if (storageAnswer(error)?.status === 403) {
        throw missingContainer(this.#name, error);
      }
      throw error;
    }
  }
}

function missingContainer(name: string, cause: unknown): ConfigurationError {
  return new ConfigurationError(
    `The storage account has no container ${name}, and this program may not make it (403).`,
    {
      code: "no-store-container",
      nextStep: `Deploy infra/ again, or make it: az storage container create --name ${name} --account-name ACCOUNT --auth-mode login`,
      cause,
    },
  );
}

function inTime(): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(STORAGE_TIMEOUT_MS) };
}
