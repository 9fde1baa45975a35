import { ConfigurationError } from "../../../shared/domain/errors.ts";
import { settingNames, type Settings } from "../../../shared/settings.ts";
import { failed, ok, type Check, type Finding } from "./finding.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Variables that only the command line reads. */
const COMMAND_LINE = ["REMEDIATOR_HOST_KEY"];

/** The settings, or why they cannot be read. */
export type SettingsReading =
  | { readonly settings: Settings }
  | { readonly error: ConfigurationError };

/** Reads settings as data. */
export function readingOf(read: () => Settings): SettingsReading {
  try {
    return { settings: read() };
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return { error };
    }
    throw error;
  }
}

/** Whether the settings can be read, and whether every variable that looks like one is one. */
export function settingsCheck(reading: SettingsReading, variables: Variables): Check {
  return {
    name: "settings",
    of: null,
    run: async () => await Promise.resolve(judge(reading, variables)),
  };
}

function judge(reading: SettingsReading, variables: Variables): Finding {
  if ("error" in reading) {
    const { code, message, nextStep } = reading.error;
    return failed(code, message, nextStep);
  }
  const known = new Set([...settingNames(), ...COMMAND_LINE]);
  const set = Object.keys(variables).filter((name) => name.startsWith("REMEDIATOR_"));
  const unknown = set.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    return failed(
      "unknown-setting",
      `No setting has this name: ${unknown.join(", ")}. It has no effect.`,
      "Correct the name, or unset it; docs/operations.md lists all settings.",
    );
  }
  const { mode, paused, allowed, telemetry } = reading.settings;
  if (telemetry.kind === "off" && telemetry.problem !== undefined) {
    return failed(
      "invalid-settings",
      `Telemetry is off. ${telemetry.problem}`,
      "Correct the named environment variable; docs/telemetry.md says what it takes.",
    );
  }
  const more = allowed.length === 0 ? "" : `, allowed: ${allowed.join(", ")}`;
  return ok(`${set.length} are set. Mode ${mode}${paused ? ", paused" : ""}${more}.`);
}
