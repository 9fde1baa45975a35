import type { PipelinePolicy } from "@azure/core-rest-pipeline";
import type { TableClient } from "@azure/data-tables";
import type { ContainerClient } from "@azure/storage-blob";

import { ConfigurationError } from "../../domain/errors.ts";
import { loadCredential } from "../identity/credential.ts";
import { timeoutPolicy } from "../timeout-policy.ts";

/** The way to one storage account; the SDKs are loaded when first needed. */
export interface StorageAccount {
  table(name: string): Promise<TableClient>;
  container(name: string): Promise<ContainerClient>;
}

/** Where an account's services answer. */
export interface StorageEndpoints {
  readonly tableEndpoint: string;
  readonly blobEndpoint: string;
}

/** Longest wait for one whole answer, in milliseconds. */
export const STORAGE_TIMEOUT_MS = 20_000;

/**
 * The account and key that every Azurite has; public, and sent to this machine only.
 * Source: "Use the Azurite emulator for local Azure Storage development", well-known storage account and key.
 */
const DEVELOPMENT = {
  account: "devstoreaccount1",
  key: "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
};

/** Endings of the accounts' hosts, one for each cloud. */
const CLOUDS = String.raw`windows\.net|usgovcloudapi\.net|chinacloudapi\.cn`;

const COMMON_OPTIONS = {
  redirectOptions: { maxRetries: 0 },
  userAgentOptions: { userAgentPrefix: "static-ip-remediator" },
};

/**
 * Opens the way to a storage account with this process' identity; on a loopback address, to Azurite with its own account.
 * Nothing is retried here, and no redirect is followed: every failed request surfaces.
 * @throws ConfigurationError `foreign-host` for what is neither, since the identity's token goes to such accounts only.
 */
export function openStorage({ tableEndpoint, blobEndpoint }: StorageEndpoints): StorageAccount {
  const tables = serviceOf(tableEndpoint, "table");
  const blobs = serviceOf(blobEndpoint, "blob");
  return {
    table: async (name) => await tableClient(tables, name),
    container: async (name) => await containerClient(blobs, name),
  };
}

/** Where one service of an account answers. */
interface Service {
  readonly url: string;
  readonly local: boolean;
}

async function tableClient({ url, local }: Service, name: string): Promise<TableClient> {
  const { AzureNamedKeyCredential, TableClient: Client } = await import("@azure/data-tables");
  const options = {
    ...COMMON_OPTIONS,
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [
      { policy: timeoutPolicy(STORAGE_TIMEOUT_MS), position: "perCall" as const },
      { policy: onlyTo(new URL(url).origin), position: "perRetry" as const },
    ],
    allowInsecureConnection: local,
  };
  if (!local) {
    return new Client(url, name, await loadCredential(), options);
  }
  const { account, key } = DEVELOPMENT;
  const client = new Client(url, name, new AzureNamedKeyCredential(account, key), options);
  // A proxy of this machine's environment must not see requests to the machine itself.
  client.pipeline.removePolicy({ name: "proxyPolicy" });
  return client;
}

async function containerClient({ url, local }: Service, name: string): Promise<ContainerClient> {
  const { ContainerClient: Client, StorageSharedKeyCredential } =
    await import("@azure/storage-blob");
  const { account, key } = DEVELOPMENT;
  const credential = local ? new StorageSharedKeyCredential(account, key) : await loadCredential();
  return new Client(`${url}/${name}`, credential, {
    ...COMMON_OPTIONS,
    retryOptions: { maxTries: 1 },
  });
}

function serviceOf(endpoint: string, service: "table" | "blob"): Service {
  const { origin, protocol, hostname } = new URL(endpoint);
  if (["127.0.0.1", "localhost", "[::1]"].includes(hostname)) {
    return { url: `${origin}/${DEVELOPMENT.account}`, local: true };
  }
  const account = new RegExp(`^[a-z\\d]{3,24}\\.${service}\\.core\\.(?:${CLOUDS})$`, "u");
  if (protocol !== "https:" || !account.test(hostname)) {
    const what = `${hostname}, which is no storage account`;
    throw new ConfigurationError(`Refused to send a token to ${what}.`, {
      code: "foreign-host",
      nextStep: `Give the account's own address, https://ACCOUNT.${service}.core.windows.net.`,
    });
  }
  return { url: origin, local: false };
}

/** Innermost, so that nothing that an answer asks for takes the token elsewhere. */
function onlyTo(origin: string): PipelinePolicy {
  return {
    name: "onlyToOwnAccount",
    async sendRequest(request, next) {
      const target = new URL(request.url).origin;
      if (target !== origin) {
        throw new ConfigurationError(`Refused to send a request for ${origin} to ${target}.`, {
          code: "foreign-host",
          nextStep: "Correct the endpoints of the storage account.",
        });
      }
      return await next(request);
    },
  };
}
