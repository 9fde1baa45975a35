import { homedir } from "node:os";
import { join, resolve } from "node:path";

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

function set(value: string | undefined): string | null {
  return value === undefined || value === "" ? null : value;
}
