import type { z } from "zod";

import { ConfigurationError } from "./domain/errors.ts";
import { environment, type Allowance } from "./settings/environment.ts";
import { problemsOf } from "./settings/problems.ts";
import { readTelemetry, type TelemetryTarget } from "./settings/telemetry.ts";

export type { Allowance, TelemetryTarget };

/** The switch's own bound is its wait for the lease and this for a restore; its script takes no shorter dead-man's time. */
const RESTORE_SECONDS = 15;

/** How callers of the HTTP routes are known. */
export type Authentication =
  | { readonly kind: "functionKey" }
  | {
      readonly kind: "entra";
      readonly tenantId: string;
      readonly clientId: string;
      /** The application's identifier URI. */
      readonly audience: string;
      /** Origin of the cloud's sign-in host. @default "https://login.microsoftonline.com" */
      readonly authority: string;
    };

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
  /** Budgets of the two guest scripts, from start to answer; the switch's is longer than the lease wait. @default 120 and 240 */
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
  /** Endpoints of the storage account with the records; in Azure instead of `dataFolder`. @default none */
  readonly cloudStore: { readonly tableEndpoint: string; readonly blobEndpoint: string } | null;
  /** Who may call the HTTP routes: holders of a function key, or of a token of that tenant for that application. @default functionKey */
  readonly authentication: Authentication;
  /** Requests that one caller may make in a minute. @default 600 */
  readonly ratePerMinute: number;
  /** Endpoint of the Event Grid topic that is told of incidents. @default none */
  readonly eventTopic: string | null;
  /** Where traces and metrics go. @default off */
  readonly telemetry: TelemetryTarget;
  /** Signals are stored, and no run starts; open runs go on to their ends. @default false */
  readonly paused: boolean;
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
    throw badSettings(problemsOf(parsed.error));
  }
  return toSettings(parsed.data);
}

/** The names of all environment variables that are settings. */
export function settingNames(): readonly string[] {
  return Object.keys(environment.shape);
}

/** A copy of the environment, for the command line, which changes some variables before the settings are read. */
export function environmentVariables(): Readonly<Record<string, string | undefined>> {
  return { ...process.env };
}

/** Blanks count as empty: read as a number they would be 0, which lets guards go. */
function withoutEmpty(
  variables: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.trim() !== ""));
}

function toSettings(values: z.output<typeof environment>): Settings {
  const leaseWaitSeconds = Math.max(1, Math.ceil(values.REMEDIATOR_LEASE_WAIT_SECONDS));
  return {
    mode: values.REMEDIATOR_MODE,
    scope: values.REMEDIATOR_SCOPE,
    allowed: values.REMEDIATOR_ALLOW,
    consoleSecret: values.REMEDIATOR_CONSOLE_SECRET ?? null,
    coolDownSeconds: values.REMEDIATOR_COOL_DOWN_SECONDS,
    settleSeconds: values.REMEDIATOR_SETTLE_SECONDS,
    probe: probeOf(values),
    probeRoundMinutes: values.REMEDIATOR_PROBE_ROUND_MINUTES,
    guestReadSeconds: values.REMEDIATOR_GUEST_READ_SECONDS,
    guestSwitchSeconds: switchSeconds(values.REMEDIATOR_GUEST_SWITCH_SECONDS, leaseWaitSeconds),
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
    ...deploymentOf(values),
  };
}

/** A switch must not be given up while Windows still waits for its lease: then it has the script's own bound. */
function switchSeconds(budgetSeconds: number, leaseWaitSeconds: number): number {
  return leaseWaitSeconds < budgetSeconds ? budgetSeconds : leaseWaitSeconds + RESTORE_SECONDS;
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

function cloudStoreOf(values: z.output<typeof environment>): Settings["cloudStore"] {
  const { REMEDIATOR_TABLE_ENDPOINT: tables, REMEDIATOR_BLOB_ENDPOINT: blobs } = values;
  if (tables === undefined && blobs === undefined) {
    return null;
  }
  if (tables === undefined || blobs === undefined) {
    throw badSettings("REMEDIATOR_TABLE_ENDPOINT and REMEDIATOR_BLOB_ENDPOINT go together");
  }
  return { tableEndpoint: tables, blobEndpoint: blobs };
}

function authenticationOf(values: z.output<typeof environment>): Authentication {
  if (values.REMEDIATOR_AUTH === "functionKey") {
    return { kind: "functionKey" };
  }
  const { REMEDIATOR_ENTRA_TENANT: tenantId, REMEDIATOR_ENTRA_CLIENT: clientId } = values;
  if (tenantId === undefined || clientId === undefined) {
    throw badSettings("REMEDIATOR_AUTH=entra needs REMEDIATOR_ENTRA_TENANT and _CLIENT");
  }
  const audience = values.REMEDIATOR_ENTRA_AUDIENCE ?? `api://${clientId.toLowerCase()}`;
  const { origin: authority } = new URL(values.REMEDIATOR_ENTRA_AUTHORITY);
  return { kind: "entra", tenantId, clientId, audience, authority };
}

function badSettings(problems: string): ConfigurationError {
  return new ConfigurationError(`Cannot read the settings. ${problems}`, {
    code: "invalid-settings",
    nextStep: "Correct the named environment variables; docs/operations.md lists them all.",
  });
}

/** Where this deployment keeps its records, who may call it, and whom it tells. */
function deploymentOf(
  values: z.output<typeof environment>,
): Pick<
  Settings,
  | "dataFolder"
  | "cloudStore"
  | "authentication"
  | "ratePerMinute"
  | "eventTopic"
  | "telemetry"
  | "paused"
  | "simulator"
> {
  const endpoint = values.REMEDIATOR_ARM_ENDPOINT;
  return {
    dataFolder: values.REMEDIATOR_DATA ?? null,
    cloudStore: cloudStoreOf(values),
    authentication: authenticationOf(values),
    ratePerMinute: values.REMEDIATOR_RATE_PER_MINUTE,
    eventTopic: values.REMEDIATOR_EVENT_TOPIC ?? null,
    telemetry: readTelemetry(values.REMEDIATOR_TELEMETRY, values),
    paused: values.REMEDIATOR_PAUSED,
    simulator:
      endpoint === undefined
        ? null
        : { armEndpoint: endpoint, token: values.REMEDIATOR_ARM_TOKEN ?? "" },
  };
}
