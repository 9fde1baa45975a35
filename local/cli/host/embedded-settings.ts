import { readSettings } from "../../../shared/settings.ts";
import type { Allowance, Settings } from "../../../shared/settings.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Simulated Azure, as its clients reach it. */
export interface SimulatorAccess {
  /** `http://127.0.0.1:PORT`; its CONNECT proxy is there too. */
  readonly armEndpoint: string;
  readonly token: string;
  readonly subscriptionId: string;
}

/** What the engine in this process works with. */
export interface EmbeddedChoice {
  readonly dataFolder: string;
  /** `configured`: whatever the environment says, by default the real one. */
  readonly azure: SimulatorAccess | "real" | "configured";
  /** What the person who calls allows beside the environment. @default [] */
  readonly allow?: readonly Allowance[];
  /**
   * Whether this process stays, as a deployed one does: then the environment also says where records go (the engine's journal
   * stays in the folder, and records of simulated VMs go to Azurite at most), which topic is told, and whether callers show
   * tokens. One that ends with its run could not go on telling, and nobody but this machine can call it. @default false
   */
  readonly serves?: boolean;
}

/**
 * The settings of the engine in this process: the environment's, but healing by default, and with the chosen Azure.
 * @throws ConfigurationError if the environment's are wrong.
 */
export function embeddedSettings(variables: Variables, choice: EmbeddedChoice): Settings {
  const { azure, allow = [], serves = false } = choice;
  return readSettings({
    ...variables,
    REMEDIATOR_MODE: set(variables["REMEDIATOR_MODE"]) ?? "heal",
    ...recordVariables(variables, choice),
    // Whoever calls is on this machine: the command line asks as often as it likes.
    REMEDIATOR_RATE_PER_MINUTE: set(variables["REMEDIATOR_RATE_PER_MINUTE"]) ?? "100000",
    REMEDIATOR_ALLOW: [variables["REMEDIATOR_ALLOW"], ...allow].join(","),
    ...(serves ? {} : { REMEDIATOR_EVENT_TOPIC: undefined, REMEDIATOR_AUTH: undefined }),
    ...(azure === "configured" ? {} : azureVariables(azure)),
  });
}

function recordVariables(
  variables: Variables,
  { azure, dataFolder, serves = false }: EmbeddedChoice,
): Variables {
  const tables = set(variables["REMEDIATOR_TABLE_ENDPOINT"]);
  const real = azure === "real" || azure === "configured";
  const local = tables?.startsWith("http://") ?? false;
  return serves && tables !== undefined && (real || local)
    ? { REMEDIATOR_DATA: undefined }
    : {
        REMEDIATOR_DATA: dataFolder,
        REMEDIATOR_TABLE_ENDPOINT: undefined,
        REMEDIATOR_BLOB_ENDPOINT: undefined,
      };
}

function azureVariables(azure: SimulatorAccess | "real"): Variables {
  if (azure === "real") {
    return { REMEDIATOR_ARM_ENDPOINT: undefined, REMEDIATOR_ARM_TOKEN: undefined };
  }
  return {
    REMEDIATOR_ARM_ENDPOINT: azure.armEndpoint,
    REMEDIATOR_ARM_TOKEN: azure.token,
    REMEDIATOR_PROBE_PROXY: azure.armEndpoint,
  };
}

function set(value: string | undefined): string | undefined {
  return value?.trim() === "" ? undefined : value;
}

/** A wait that the demo shortens, in seconds. */
export interface ShortWait {
  readonly variable: string;
  readonly seconds: number;
  readonly usualSeconds: number;
}

/** The waits of the demo: long enough for simulated Azure, short enough to watch. */
export const SHORT_WAITS: readonly ShortWait[] = [
  { variable: "REMEDIATOR_PROBE_WINDOW_SECONDS", seconds: 2, usualSeconds: 60 },
  { variable: "REMEDIATOR_PROBE_TIMEOUT_SECONDS", seconds: 1, usualSeconds: 5 },
  { variable: "REMEDIATOR_SECOND_PROBE_SECONDS", seconds: 2, usualSeconds: 120 },
  { variable: "REMEDIATOR_GUEST_READ_SECONDS", seconds: 12, usualSeconds: 120 },
  { variable: "REMEDIATOR_GUEST_SWITCH_SECONDS", seconds: 20, usualSeconds: 240 },
  { variable: "REMEDIATOR_LEASE_WAIT_SECONDS", seconds: 5, usualSeconds: 60 },
  { variable: "REMEDIATOR_DEAD_MAN_SECONDS", seconds: 30, usualSeconds: 600 },
  { variable: "REMEDIATOR_SNAPSHOT_TIMEOUT_SECONDS", seconds: 30, usualSeconds: 1800 },
  { variable: "REMEDIATOR_SETTLE_SECONDS", seconds: 10, usualSeconds: 360 },
  { variable: "REMEDIATOR_UNREAD_SILENCE_SECONDS", seconds: 3, usualSeconds: 900 },
  { variable: "REMEDIATOR_POLL_SECONDS", seconds: 0.5, usualSeconds: 5 },
  { variable: "REMEDIATOR_RETRY_SECONDS", seconds: 1, usualSeconds: 10 },
];

/** Variable that allows by name what is off otherwise, and what the demo sets there: all that heals without the agent. */
export const ALLOW = {
  variable: "REMEDIATOR_ALLOW",
  allowed: "console,restarts,restarts-unread",
} as const;

/** The demo's settings, as environment variables. */
export const DEMO_SETTINGS: Readonly<Record<string, string>> = {
  [ALLOW.variable]: ALLOW.allowed,
  ...Object.fromEntries(SHORT_WAITS.map(({ variable, seconds }) => [variable, `${seconds}`])),
};
