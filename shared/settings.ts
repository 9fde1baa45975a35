import { z } from "zod";

import { ConfigurationError } from "./domain/errors.ts";

const seconds = z.coerce.number().min(0).max(86_400);
const loopbackUrl = z
  .url()
  .refine(
    (url) => isLoopback(url),
    "must point to a loopback address (127.0.0.1, localhost, [::1])",
  );

/** The switch's own bound is its wait for the lease and this for a restore; its script takes no shorter dead-man's time. */
const RESTORE_SECONDS = 15;

/** What is off unless it is allowed by name. */
const ALLOWANCES = ["console", "restarts", "restarts-unread", "restarts-pooled", "ghosts"] as const;

/**
 * What the settings allow beyond scripts inside Windows: typing at the serial console; a NIC reset, which restarts the VM; the same
 * where Windows cannot be read, or where the NIC is in a pool of a load balancer or gateway; removing adapters that are gone.
 */
export type Allowance = (typeof ALLOWANCES)[number];

const allowances = z
  .string()
  .default("")
  .transform((text) => text.split(",").map((word) => word.trim().toLowerCase()))
  .transform((words) => words.filter((word) => word !== ""))
  .pipe(z.array(z.enum(ALLOWANCES, { error: `must be of ${ALLOWANCES.join(", ")}` })));

/** A plain value is refused: whoever may read the settings must not learn a password by that. */
const secretUrl = z
  .url({ error: "must be a secret's address, https://VAULT.vault.azure.net/secrets/NAME" })
  .refine(
    (url) => isSecretAddress(url),
    "must be a secret's address, https://VAULT.vault.azure.net/secrets/NAME",
  );

/** Every environment variable that the program reads, with its default. Names carry their unit. */
const environment = z.object({
  REMEDIATOR_MODE: z.enum(["heal", "observe"]).default("observe"),
  REMEDIATOR_SCOPE: z.string().default(""),
  REMEDIATOR_ALLOW: allowances,
  REMEDIATOR_CONSOLE_SECRET: secretUrl.optional(),
  REMEDIATOR_COOL_DOWN_SECONDS: seconds.default(1800),
  REMEDIATOR_SETTLE_SECONDS: seconds.default(360),
  REMEDIATOR_PROBE_PORT: z.coerce.number().int().min(1).max(65_535).default(3389),
  REMEDIATOR_PROBE_COUNT: z.coerce.number().int().min(1).max(20).default(3),
  REMEDIATOR_PROBE_WINDOW_SECONDS: seconds.default(60),
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: seconds.default(5),
  REMEDIATOR_PROBE_PROXY: z
    .url({ protocol: /^http$/u, error: "must be http://HOST:PORT" })
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
  REMEDIATOR_ARM_ENDPOINT: loopbackUrl.optional(),
  REMEDIATOR_ARM_TOKEN: z.string().min(1).optional(),
});

/** Everything that can be set, read once. Durations are in seconds. */
export interface Settings {
  /** `observe` reads and reports; `heal` also changes. @default "observe" (embedded: "heal") */
  readonly mode: "heal" | "observe";
  /** Ids of subscriptions, resource groups or VMs (lower case) whose VMs count as opted in, beside the tag. @default [] */
  readonly scope: readonly string[];
  /** What may be done beyond the guest switch. @default [] */
  readonly allowed: readonly Allowance[];
  /** Address of the Key Vault secret with the login for command prompts at the serial console. @default none: no login */
  readonly consoleSecret: string | null;
  /** From an outcome after a change, in which only operators start a run. @default 1800 */
  readonly coolDownSeconds: number;
  /** Longest wait after a NIC write until the VM is up again. @default 360 */
  readonly settleSeconds: number;
  readonly probe: {
    /** @default 3389 */
    readonly port: number;
    /** Probes without an answer that make a VM silent. @default 3 */
    readonly count: number;
    /** Time over which they are spread. @default 60 */
    readonly windowSeconds: number;
    /** Longest wait for one answer. @default 5 */
    readonly timeoutSeconds: number;
    /** HTTP CONNECT proxy to probe through. @default none */
    readonly proxy: string | null;
    /** HOST:PORT that answers when the network between is well. @default none */
    readonly control: string | null;
    /** IPv4 address from which probes arrive at the VMs. @default none: the own address, unless behind a proxy */
    readonly source: string | null;
  };
  /** Time in which each opted-in VM is probed once; 0: no probe rounds. @default 0 */
  readonly probeRoundMinutes: number;
  /** Budgets of the two guest scripts, from start to answer. @default 120 and 240 */
  readonly guestReadSeconds: number;
  readonly guestSwitchSeconds: number;
  /** Longest wait of the switch for the right lease, whole seconds. @default 60 */
  readonly leaseWaitSeconds: number;
  /** From arming to the guest's self-revert, whole seconds; longer than the switch's own bound. @default 600 */
  readonly deadManSeconds: number;
  /** From the first proof to the second probe. @default 120 */
  readonly secondProbeSeconds: number;
  /** Between two looks at a long-running operation which names no time itself. @default 5 */
  readonly pollSeconds: number;
  /** @default 1800 */
  readonly snapshotTimeoutSeconds: number;
  /** @default 7 */
  readonly snapshotDays: number;
  /** How long signals and ended incidents are kept. @default 90 */
  readonly recordDays: number;
  /** Wait before a failed call is made again, where Azure names no time. @default 10 */
  readonly retrySeconds: number;
  /** How long a VM that nobody could read has to be silent, and to be up, before it is restarted. @default 900 and 1200 */
  readonly unreadSilenceSeconds: number;
  readonly unreadUptimeSeconds: number;
  /** Longest wait for another VM's restart to end. @default 1200 */
  readonly restartWaitSeconds: number;
  /** Folder of the local store. @default none: needs to be set */
  readonly dataFolder: string | null;
  /** Simulated Azure, loopback only. @default none: the real one */
  readonly simulator: { readonly armEndpoint: string; readonly token: string } | null;
}

/**
 * Reads the settings from environment variables.
 * @throws ConfigurationError `invalid-settings`, naming every wrong variable.
 */
export function readSettings(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Settings {
  const parsed = environment.safeParse(withoutEmpty(variables));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join(".")}: ${issue.message}`,
    );
    throw new ConfigurationError(`Cannot read the settings. ${problems.join("; ")}`, {
      code: "invalid-settings",
      nextStep: "Correct the named environment variables; docs/operations.md lists them all.",
    });
  }
  return toSettings(parsed.data);
}

/** A copy of the environment, for the command line, which changes some variables before the settings are read. */
export function environmentVariables(): Readonly<Record<string, string | undefined>> {
  return { ...process.env };
}

function withoutEmpty(
  variables: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
}

function toSettings(values: z.output<typeof environment>): Settings {
  const endpoint = values.REMEDIATOR_ARM_ENDPOINT;
  const leaseWaitSeconds = Math.max(1, Math.ceil(values.REMEDIATOR_LEASE_WAIT_SECONDS));
  return {
    mode: values.REMEDIATOR_MODE,
    scope: values.REMEDIATOR_SCOPE.split(",")
      .map((id) => id.trim().toLowerCase())
      .filter((id) => id !== ""),
    allowed: values.REMEDIATOR_ALLOW,
    consoleSecret: values.REMEDIATOR_CONSOLE_SECRET ?? null,
    coolDownSeconds: values.REMEDIATOR_COOL_DOWN_SECONDS,
    settleSeconds: values.REMEDIATOR_SETTLE_SECONDS,
    probe: probeOf(values),
    probeRoundMinutes: values.REMEDIATOR_PROBE_ROUND_MINUTES,
    guestReadSeconds: values.REMEDIATOR_GUEST_READ_SECONDS,
    guestSwitchSeconds: values.REMEDIATOR_GUEST_SWITCH_SECONDS,
    leaseWaitSeconds,
    deadManSeconds: Math.max(
      Math.ceil(values.REMEDIATOR_DEAD_MAN_SECONDS),
      leaseWaitSeconds + RESTORE_SECONDS,
    ),
    secondProbeSeconds: values.REMEDIATOR_SECOND_PROBE_SECONDS,
    pollSeconds: values.REMEDIATOR_POLL_SECONDS,
    snapshotTimeoutSeconds: values.REMEDIATOR_SNAPSHOT_TIMEOUT_SECONDS,
    snapshotDays: values.REMEDIATOR_SNAPSHOT_DAYS,
    recordDays: values.REMEDIATOR_RECORD_DAYS,
    retrySeconds: values.REMEDIATOR_RETRY_SECONDS,
    ...restartTimes(values),
    dataFolder: values.REMEDIATOR_DATA ?? null,
    simulator:
      endpoint === undefined
        ? null
        : { armEndpoint: endpoint, token: values.REMEDIATOR_ARM_TOKEN ?? "" },
  };
}

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
  const bare = [url.search, url.hash, url.username, url.password].every((part) => part === "");
  return path && bare && (isVault || isLoopback(text));
}

function probeOf(values: z.output<typeof environment>): Settings["probe"] {
  return {
    port: values.REMEDIATOR_PROBE_PORT,
    count: values.REMEDIATOR_PROBE_COUNT,
    windowSeconds: values.REMEDIATOR_PROBE_WINDOW_SECONDS,
    timeoutSeconds: values.REMEDIATOR_PROBE_TIMEOUT_SECONDS,
    proxy: values.REMEDIATOR_PROBE_PROXY ?? null,
    control: values.REMEDIATOR_PROBE_CONTROL ?? null,
    source: values.REMEDIATOR_PROBE_SOURCE ?? null,
  };
}

function restartTimes(
  values: z.output<typeof environment>,
): Pick<Settings, "unreadSilenceSeconds" | "unreadUptimeSeconds" | "restartWaitSeconds"> {
  return {
    unreadSilenceSeconds: values.REMEDIATOR_UNREAD_SILENCE_SECONDS,
    unreadUptimeSeconds: values.REMEDIATOR_UNREAD_UPTIME_SECONDS,
    restartWaitSeconds: values.REMEDIATOR_RESTART_WAIT_SECONDS,
  };
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);
}
