import type { OrchestrationContext } from "durable-functions";

/** Version of runs that were begun before `host.json` named one: the engine has none for them. */
const UNNAMED = "1.0";

/** The version with which a run was started. */
export function versionOf({ df }: OrchestrationContext): string {
  return orUnnamed(df.version);
}

/** The library types no null, and gives what the engine has: null or an empty text. */
function orUnnamed(version: string | null | undefined): string {
  return version === null || version === undefined || version === "" ? UNNAMED : version;
}
