import type { Client } from "@azure-rest/core-client";
import type { ComputeManagementClient } from "@azure/arm-compute";
import type { NetworkManagementClient } from "@azure/arm-network";
import type { TokenCredential } from "@azure/core-auth";
import type { HttpClient, Pipeline, PipelinePolicy } from "@azure/core-rest-pipeline";
import type { EventGridPublisherClient } from "@azure/eventgrid";

import { ConfigurationError } from "../domain/errors.ts";
import { pipelineOfTopic, requireAzureTopic } from "./event-topic.ts";
import { loadCredential } from "./identity/credential.ts";
import { identityOfToken } from "./identity/own-identity.ts";
import type { OwnIdentity } from "./identity/own-identity.ts";
import { shareTokens } from "./identity/share-tokens.ts";
import { responseTracePolicy } from "./response-trace.ts";
import { timeoutPolicy } from "./timeout-policy.ts";

/** The way to Azure Resource Manager: one client per subscription, made when first needed. */
export interface Azure {
  compute(subscriptionId: string): Promise<ComputeManagementClient>;
  network(subscriptionId: string): Promise<NetworkManagementClient>;
  /** For what has no SDK here, since it would be loaded for one question; see `read-resource.ts`. */
  rest(): Promise<Client>;
  /**
   * The way to a Key Vault, by its origin. The identity's token goes to Azure's own vaults and nowhere else.
   * @throws ConfigurationError `foreign-host` for any other origin.
   */
  vault(origin: string): Promise<Client>;
  /**
   * The way to a custom topic of Event Grid, by its endpoint. The identity's token goes to Azure's own topics and nowhere
   * else.
   * @throws ConfigurationError `foreign-host` for any other endpoint.
   */
  topic(endpoint: string): Promise<EventGridPublisherClient<"CloudEvent">>;
  /** A token for Resource Manager, for what speaks no HTTP; null if none can be had. Never to be kept or shown. */
  token(): Promise<string | null>;
  /** Ids of the identity in use, read once; null if its token does not tell or cannot be had. */
  ownIdentity(): Promise<OwnIdentity | null>;
}

/** What tests and simulations may replace. */
export interface AzureOptions {
  /** Longest wait for one whole answer. @default 20 */
  readonly requestTimeoutSeconds?: number;
  /** Sends the requests instead of Node's own client. @default none */
  readonly httpClient?: HttpClient;
  /** Gives the tokens for the real cloud. @default `DefaultAzureCredential` */
  readonly credential?: TokenCredential;
}

const RESOURCE_MANAGER = "https://management.azure.com";
const SCOPE = "https://management.azure.com/.default";
const USER_AGENT = "static-ip-remediator";
const REQUEST_TIMEOUT_SECONDS = 20;

/** How clients are built for one cloud, the real or a simulated one. */
interface Cloud {
  readonly endpoint: string | null;
  readonly credential: () => Promise<TokenCredential>;
  /** For which audience a token is asked for a vault. @throws ConfigurationError for an origin that is no vault's. */
  readonly vaultScope: (origin: string) => string;
  /** @throws ConfigurationError for an endpoint that is no topic's. */
  readonly requireTopic: (endpoint: string) => void;
  readonly policies: readonly { policy: PipelinePolicy; position: "perCall" | "perRetry" }[];
  readonly adjust: (pipeline: Pipeline) => void;
}

/** Where simulated Azure listens, and the token it takes. */
interface SimulatorAddress {
  readonly armEndpoint: string;
  readonly token: string;
}

/**
 * Opens the way to Azure: the real one with `DefaultAzureCredential`, or a simulated one on this machine. The SDKs are
 * loaded when first needed. Nothing is retried here: every failed request surfaces, and a durable timer does the waiting.
 * @throws ConfigurationError `simulator-not-local` if the simulator is not on a loopback address.
 */
export function createAzure(
  settings: { readonly simulator: SimulatorAddress | null },
  options: AzureOptions = {},
): Azure {
  const cloud =
    settings.simulator === null
      ? realCloud(options.credential)
      : simulatedCloud(settings.simulator.armEndpoint, settings.simulator.token);
  const clientOptions = commonOptions(cloud, options);
  const keptRest = keepEach(
    async (endpoint) => await restClient(cloud, clientOptions, { endpoint, scope: SCOPE }),
  );
  return {
    compute: keepEach(async (subscriptionId) => {
      const { ComputeManagementClient: Client } = await import("@azure/arm-compute");
      const client = new Client(await cloud.credential(), subscriptionId, clientOptions);
      cloud.adjust(client.pipeline);
      return client;
    }),
    network: keepEach(async (subscriptionId) => {
      const { NetworkManagementClient: Client } = await import("@azure/arm-network");
      const client = new Client(await cloud.credential(), subscriptionId, clientOptions);
      cloud.adjust(client.pipeline);
      return client;
    }),
    rest: async () => await keptRest(clientOptions.endpoint ?? RESOURCE_MANAGER),
    vault: keepEach(
      async (endpoint) =>
        await restClient(cloud, clientOptions, { endpoint, scope: cloud.vaultScope(endpoint) }),
    ),
    topic: keepEach(async (endpoint) => await openTopic(cloud, clientOptions, endpoint)),
    token: async () => await tokenOf(cloud),
    ownIdentity: identityReader(cloud),
  };
}

async function restClient(
  cloud: Cloud,
  clientOptions: ConstructorOptions,
  { endpoint, scope }: { readonly endpoint: string; readonly scope: string },
): Promise<Client> {
  const { getClient } = await import("@azure-rest/core-client");
  const options = { ...clientOptions, endpoint, credentials: { scopes: [scope] } };
  const client = getClient(endpoint, await cloud.credential(), options);
  cloud.adjust(client.pipeline);
  return client;
}

async function openTopic(
  cloud: Cloud,
  { endpoint: _resourceManager, ...options }: ConstructorOptions,
  endpoint: string,
): Promise<EventGridPublisherClient<"CloudEvent">> {
  cloud.requireTopic(endpoint);
  const { EventGridPublisherClient: Client } = await import("@azure/eventgrid");
  const client = new Client(endpoint, "CloudEvent", await cloud.credential(), options);
  if (cloud.endpoint !== null) {
    cloud.adjust(pipelineOfTopic(client));
  }
  return client;
}

function realCloud(given: TokenCredential | undefined): Cloud {
  const credential = given === undefined ? null : shareTokens(given);
  return {
    endpoint: null,
    credential: async () => credential ?? (await loadCredential()),
    vaultScope: scopeOfVault,
    requireTopic: requireAzureTopic,
    policies: [],
    adjust: () => undefined,
  };
}

/** Suffixes of Key Vault's hosts. Source: "Key Vault security", one for each cloud. */
const VAULTS = ["vault.azure.net", "vault.usgovcloudapi.net", "vault.azure.cn"];

function scopeOfVault(origin: string): string {
  const { protocol, host } = new URL(origin);
  const suffix = VAULTS.find((each) => host.endsWith(`.${each}`));
  if (protocol !== "https:" || suffix === undefined) {
    throw new ConfigurationError(`Refused to send a token to ${host}, which is no Key Vault.`, {
      code: "foreign-host",
      nextStep: "Give the secret's own address, https://VAULT.vault.azure.net/secrets/NAME.",
    });
  }
  return `https://${suffix}/.default`;
}

function simulatedCloud(endpoint: string, token: string): Cloud {
  const url = new URL(endpoint);
  if (!["127.0.0.1", "localhost", "[::1]"].includes(url.hostname)) {
    throw new ConfigurationError(`The simulator's address ${url.host} is not on this machine.`, {
      code: "simulator-not-local",
      nextStep: "Give an address with 127.0.0.1, localhost or [::1].",
    });
  }
  return {
    endpoint: url.origin,
    // The policy below sends nothing to any other origin.
    vaultScope: (origin) => `${origin}/.default`,
    requireTopic: () => undefined,
    credential: async () =>
      await Promise.resolve({
        getToken: async () =>
          await Promise.resolve({ token, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
      }),
    policies: [{ policy: simulatorAuthorization(url.origin, token), position: "perRetry" }],
    adjust(pipeline) {
      // It refuses every http: address; ours below sends the token to one loopback address only.
      pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
      // A proxy of this machine's environment must not see requests to the machine itself.
      pipeline.removePolicy({ name: "proxyPolicy" });
    },
  };
}

function simulatorAuthorization(origin: string, token: string): PipelinePolicy {
  return {
    name: "simulatorAuthorization",
    async sendRequest(request, next) {
      const target = new URL(request.url).origin;
      if (target !== origin) {
        throw new ConfigurationError(`Refused to send the simulator's token to ${target}.`, {
          code: "foreign-host",
          nextStep: "Correct the simulator: its answers must point to itself.",
        });
      }
      request.headers.set("authorization", `Bearer ${token}`);
      return await next(request);
    },
  };
}

function commonOptions(cloud: Cloud, options: AzureOptions): ConstructorOptions {
  const seconds = options.requestTimeoutSeconds ?? REQUEST_TIMEOUT_SECONDS;
  return {
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: USER_AGENT },
    additionalPolicies: [
      { policy: timeoutPolicy(seconds * 1000), position: "perCall" },
      { policy: responseTracePolicy, position: "perCall" },
      ...cloud.policies,
    ],
    ...(cloud.endpoint === null ? {} : { endpoint: cloud.endpoint, allowInsecureConnection: true }),
    ...(options.httpClient === undefined ? {} : { httpClient: options.httpClient }),
  };
}

type ConstructorOptions = { readonly endpoint?: string } & ConstructorParameters<
  typeof ComputeManagementClient
>[2] &
  ConstructorParameters<typeof NetworkManagementClient>[2];

/** Makes one thing for each key, in any letter case, when it is first asked for; one that could not be made is made anew. */
function keepEach<T>(make: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return async (given) => {
    const key = given.toLowerCase();
    const known = made.get(key) ?? make(given);
    made.set(key, known);
    try {
      return await known;
    } catch (error) {
      made.delete(key);
      throw error;
    }
  };
}

function identityReader(cloud: Cloud): () => Promise<OwnIdentity | null> {
  let known: OwnIdentity | null | undefined;
  return async () => {
    if (known === undefined) {
      const token = await tokenOf(cloud);
      if (token === null) {
        return null;
      }
      known = identityOfToken(token);
    }
    return known;
  };
}

async function tokenOf(cloud: Cloud): Promise<string | null> {
  try {
    const credential = await cloud.credential();
    return (await credential.getToken(SCOPE))?.token ?? null;
  } catch {
    // Not known for now: the caller asks again with the next event.
    return null;
  }
}
