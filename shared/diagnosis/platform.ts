import type { PlatformFacts } from "../domain/facts.ts";

/** Whether Azure says that the VM is down for a reason of its own: neither somebody's act nor a mere suspicion. */
export function isOutage({ state, userInitiated }: PlatformFacts): boolean {
  return state === "Unavailable" && !userInitiated;
}

/** What a person should know of the platform under a VM that is healed all the same; null if nothing. */
export function platformRemark(platform: PlatformFacts | null): string | null {
  const unremarkable = platform === null || platform.state === "Available" || isOutage(platform);
  return unremarkable ? null : `${platformInWords(platform)} The run went on.`;
}

/** Azure's verdict, since when, and its own sentences. */
export function platformInWords(platform: PlatformFacts | null): string {
  if (platform === null) {
    return "";
  }
  const { state, since, summary } = platform;
  const verdict = `Azure's Resource Health says ${state}${since === null ? "" : ` since ${since}`}.`;
  return summary === "" ? verdict : `${verdict} ${summary}`;
}
