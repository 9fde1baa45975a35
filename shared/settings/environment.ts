import { z } from "zod";

import { telemetryVariables } from "./telemetry.ts";

/** What is off unless it is allowed by name. */
const ALLOWANCES = ["console", "restarts", "restarts-unread", "restarts-pooled", "ghosts"] as const;

/**
 * What the settings allow beyond scripts inside Windows: typing at the serial console; a NIC reset, which restarts the VM; the same
 * where Windows cannot be read, or where the NIC is in a pool of a load balancer or gateway; removing adapters that are gone.
 */
export type Allowance = (typeof ALLOWANCES)[number];

const seconds = z.coerce.number().min(0).max(86_400);
const loopbackUrl = z
  .url()
  .refine(
    (url) => isLoopback(url),
    "must point to a loopback address (127.0.0.1, localhost, [::1])",
  );

const allowances = z
  .string()
  .default("")
  .transform((text) => text.split(",").map((word) => word.trim().toLowerCase()))
  .transform((words) => words.filter((word) => word !== ""))
  .pipe(z.array(z.enum(ALLOWANCES, { error: `must be of ${ALLOWANCES.join(", ")}` })));

const SUBSCRIPTION_ID = String.raw`[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}`;
const SCOPE = new RegExp(
  `^/subscriptions/${SUBSCRIPTION_ID}(?:/resourcegroups/[^/]+(?:/providers/[^/]+(?:/[^/]+/[^/]+)+)?)?$`,
  "u",
);

/** In lower case, as they are compared; one that is misspelt would opt nothing in, and nobody would know. */
const scopes = z
  .string()
  .default("")
  .transform((text) => text.split(",").map((entry) => entry.trim().toLowerCase()))
  .transform((entries) => entries.filter((entry) => entry !== "").map(asScope))
  .pipe(
    z.array(
      z.string().regex(SCOPE, {
        error: "must be /subscriptions/ID, with /resourceGroups/NAME or a VM's whole id",
      }),
    ),
  );

/** A subscription's id may stand alone. */
function asScope(entry: string): string {
  const path = entry.replace(/\/+$/u, "");
  return path.startsWith("/") ? path : `/subscriptions/${path}`;
}

/** A plain value is refused: whoever may read the settings must not learn a password by that. */
const secretUrl = z
  .url({ error: "must be a secret's address, https://VAULT.vault.azure.net/secrets/NAME" })
  .refine(
    (url) => isSecretAddress(url),
    "must be a secret's address, https://VAULT.vault.azure.net/secrets/NAME",
  );

/** Where the clouds sign people in, the public one first. Source: "National clouds" of Microsoft Entra. */
const SIGN_IN_HOSTS = [
  "https://login.microsoftonline.com",
  "https://login.microsoftonline.us",
  "https://login.partner.microsoftonline.cn",
] as const;

/** Nowhere else are there keys that make a token good; a loopback address is a test's own. */
const authorityUrl = z
  .url()
  .refine(
    (url) => isLoopback(url) || SIGN_IN_HOSTS.some((host) => url === host || url === `${host}/`),
    `must be ${SIGN_IN_HOSTS.join(", ")}, or a loopback address`,
  );

/** An account's own address, or Azurite's on this machine. */
function storageUrl(service: "table" | "blob"): z.ZodType<string> {
  const account = new RegExp(
    String.raw`^https://[a-z\d]{3,24}\.${service}\.core\.(?:windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)/?$`,
    "u",
  );
  return z
    .url({ protocol: /^https?$/u })
    .refine(
      (url) => isLoopback(url) || account.test(url),
      `must be https://ACCOUNT.${service}.core.windows.net, or a loopback address`,
    );
}

/** Every environment variable that the program reads, with its default. Names carry their unit. */
export const environment = z.object({
  REMEDIATOR_MODE: z.enum(["heal", "observe"]).default("observe"),
  REMEDIATOR_SCOPE: scopes,
  REMEDIATOR_ALLOW: allowances,
  REMEDIATOR_CONSOLE_SECRET: secretUrl.optional(),
  REMEDIATOR_COOL_DOWN_SECONDS: seconds.default(1800),
  REMEDIATOR_SETTLE_SECONDS: seconds.default(360),
  REMEDIATOR_PROBE_PORT: z.coerce.number().int().min(1).max(65_535).default(3389),
  REMEDIATOR_PROBE_COUNT: z.coerce.number().int().min(1).max(20).default(3),
  REMEDIATOR_PROBE_WINDOW_SECONDS: seconds.default(60),
  // Whoever gets no time at all is silent.
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: seconds.min(0.1).default(5),
  REMEDIATOR_PROBE_PROXY: z
    .url({ protocol: /^http$/u, error: "must be http://HOST:PORT" })
    .refine(
      (url) => isBare(url) && new URL(url).pathname === "/",
      "must be http://HOST:PORT, without a login, path or query",
    )
    .optional(),
  REMEDIATOR_PROBE_CONTROL: z
    .string()
    .regex(/^[^:\s]+:\d{1,5}$/u, "must be HOST:PORT")
    .refine((text) => isPort(Number(text.split(":")[1])), "must name a port from 1 to 65535")
    .optional(),
  REMEDIATOR_PROBE_SOURCE: z.ipv4("must be an IPv4 address").optional(),
  REMEDIATOR_PROBE_ROUND_MINUTES: z.coerce.number().int().min(0).max(1440).default(0),
  REMEDIATOR_GUEST_READ_SECONDS: seconds.default(120),
  REMEDIATOR_GUEST_SWITCH_SECONDS: seconds.default(240),
  REMEDIATOR_LEASE_WAIT_SECONDS: seconds.default(60),
  REMEDIATOR_DEAD_MAN_SECONDS: seconds.default(600),
  REMEDIATOR_SECOND_PROBE_SECONDS: seconds.default(120),
  // Without a pause a wait would be a busy loop of activities.
  REMEDIATOR_POLL_SECONDS: seconds.min(0.05).default(5),
  REMEDIATOR_SNAPSHOT_TIMEOUT_SECONDS: seconds.default(1800),
  REMEDIATOR_SNAPSHOT_DAYS: z.coerce.number().int().min(1).max(365).default(7),
  REMEDIATOR_RECORD_DAYS: z.coerce.number().int().min(1).max(3650).default(90),
  REMEDIATOR_RETRY_SECONDS: seconds.default(10),
  REMEDIATOR_UNREAD_SILENCE_SECONDS: seconds.default(900),
  REMEDIATOR_UNREAD_UPTIME_SECONDS: seconds.default(1200),
  REMEDIATOR_RESTART_WAIT_SECONDS: seconds.default(1200),
  REMEDIATOR_DATA: z.string().min(1).optional(),
  REMEDIATOR_TABLE_ENDPOINT: storageUrl("table").optional(),
  REMEDIATOR_BLOB_ENDPOINT: storageUrl("blob").optional(),
  REMEDIATOR_AUTH: z.enum(["functionKey", "entra"]).default("functionKey"),
  REMEDIATOR_ENTRA_TENANT: z.guid("must be the tenant's id").optional(),
  REMEDIATOR_ENTRA_CLIENT: z.guid("must be the application's client id").optional(),
  REMEDIATOR_ENTRA_AUDIENCE: z.string().min(1).optional(),
  REMEDIATOR_ENTRA_AUTHORITY: authorityUrl.default(SIGN_IN_HOSTS[0]),
  REMEDIATOR_RATE_PER_MINUTE: z.coerce.number().int().min(1).max(100_000).default(600),
  REMEDIATOR_EVENT_TOPIC: z
    .url({ protocol: /^https?$/u, error: "must be an Event Grid topic's endpoint" })
    .refine(
      (url) => isLoopback(url) || /^https:\/\/[^/]+\.eventgrid\.azure\.(?:net|cn|us)\//u.test(url),
      "must be https://TOPIC.REGION-1.eventgrid.azure.net/api/events",
    )
    .optional(),
  REMEDIATOR_TELEMETRY: z.string().default("off"),
  ...telemetryVariables,
  REMEDIATOR_PAUSED: z.stringbool().default(false),
  REMEDIATOR_ARM_ENDPOINT: loopbackUrl.optional(),
  REMEDIATOR_ARM_TOKEN: z.string().min(1).optional(),
});

/** On this machine only simulated Azure is a vault; `clients.ts` sends no token anywhere else. */
function isSecretAddress(text: string): boolean {
  if (!URL.canParse(text)) {
    return false;
  }
  const url = new URL(text);
  const isVault =
    url.protocol === "https:" &&
    /\.vault\.(?:azure\.(?:net|cn)|usgovcloudapi\.net)$/u.test(url.hostname);
  const path = /^\/secrets\/[\dA-Za-z-]{1,127}(?:\/[\da-f]{32})?$/u.test(url.pathname);
  return path && isBare(text) && (isVault || isLoopback(text));
}

/** Without a login, a query and a fragment. */
function isBare(text: string): boolean {
  if (!URL.canParse(text)) {
    return false;
  }
  const { search, hash, username, password } = new URL(text);
  return [search, hash, username, password].every((part) => part === "");
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);
}
