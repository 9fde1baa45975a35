import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

import type { RunCall } from "../command-line/calls.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Where `diagnose` and `heal` keep incidents unless told otherwise: the folder that the system has for a user's program state. */
export function userDataFolder(variables: Variables, platform: NodeJS.Platform): string {
  const name = "static-ip-remediator";
  const home = homedir();
  if (platform === "win32") {
    return resolve(set(variables["LOCALAPPDATA"]) ?? join(home, "AppData", "Local"), name);
  }
  return resolve(set(variables["XDG_STATE_HOME"]) ?? join(home, ".local", "state"), name);
}

/**
 * The part of the data folder that belongs to this call and to those that go on with it. The engine goes on with all that
 * its folder holds, so a look must not share one with a heal, nor a VM with another; and heals of several VMs can run at once.
 */
export function runFolder({
  vmId,
  dryRun,
  readGuest,
}: Pick<RunCall, "vmId" | "dryRun" | "readGuest">): string {
  const name = vmId.slice(vmId.lastIndexOf("/") + 1).toLowerCase();
  const digest = createHash("sha256").update(vmId.toLowerCase()).digest("hex").slice(0, 12);
  const look = readGuest ? "look" : "look-no-guest";
  return join(`${name.replaceAll(/[^\w-]/gu, "_")}-${digest}`, dryRun ? look : "heal");
}

function set(value: string | undefined): string | null {
  return value === undefined || value === "" ? null : value;
}
