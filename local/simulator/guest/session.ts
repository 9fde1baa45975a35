import { z } from "zod";

import { isLinkLocal } from "../../../shared/domain/addresses.ts";
import { guestInstant } from "./envelope.ts";
import type { GuestAdapterState, GuestState, GuestWorld } from "./state.ts";
import { netshAdapterText } from "./text.ts";
import {
  adapterOf,
  skipAsSource,
  startDhcpService,
  storedConfiguration,
  useDhcp,
  useStatic,
} from "./windows.ts";

/** Thrown where the world says that the script is killed; what it changed so far stays. */
export class ScriptKilledError extends Error {
  override readonly name = "ScriptKilledError";
}

/** Prefix of this program's scheduled tasks. */
export const TASK_PREFIX = "static-ip-remediator-";

/** What the switch saves before it changes anything, and hands to the dead-man's task. */
export const savedConfiguration = z.object({
  guid: z.string(),
  expected: z.string(),
  task: z.string(),
  addresses: z.array(z.string()),
  gateways: z.array(z.string()),
  skipped: z.array(z.string()),
  dhcpMode: z.enum(["Auto", "Manual", "Disabled"]),
  dhcpRan: z.boolean(),
});

export type SavedConfiguration = z.output<typeof savedConfiguration>;

/** One script at work: the state as it changes, and the guest's clock. */
export interface Session {
  state: GuestState;
  seconds: number;
  readonly world: GuestWorld;
}

/** Seconds for which the switch waits for Windows to settle. */
export const SETTLE_SECONDS = 5;

/** The guest's clock, ISO 8601 UTC. */
export function clockOf(session: Session, aheadSeconds = 0): string {
  return guestInstant(Date.parse(session.world.now) + (session.seconds + aheadSeconds) * 1000);
}

/** Evidence as `netsh` prints it; null if there is none. */
export function evidenceOf(session: Session, guid: string): string | null {
  const adapter = adapterOf(session.state, guid);
  return adapter === undefined || !isNameable(session.state, adapter)
    ? null
    : netshAdapterText(session.state, adapter);
}

/** Whether netsh can be told safely which adapter is meant: by its alias, or by an index that is no other's alias. */
export function isNameable(state: GuestState, adapter: GuestAdapterState): boolean {
  const { name } = adapter;
  // oxlint-disable-next-line no-control-regex -- control characters are what the script looks for
  if (!/["\\=\u0000-\u001F]|^\d+$/u.test(name) && name === name.trim()) {
    return true;
  }
  return !state.adapters.some((other) => other.name === String(adapter.index));
}

/** `netsh … source=dhcp`. */
export function netshDhcp(session: Session, guid: string): void {
  if (session.world.faults?.includes("switch") === true) {
    return;
  }
  session.state = useDhcp(session.state, guid, session.world);
  if (session.world.killAfter === "switched") {
    throw new ScriptKilledError();
  }
}

/** `netsh … source=static` and then its additions, addresses as `ip/mask`; each may fail, and leaves the rest. */
export function netshStatic(
  session: Session,
  guid: string,
  wanted: { readonly addresses: readonly string[]; readonly gateways: readonly string[] },
): void {
  if (session.world.faults?.includes("restore") === true) {
    return;
  }
  const addresses = wanted.addresses.map((address) => unmasked(address));
  const gateways = wanted.gateways.map((gateway) => gateway.split("/")[0] ?? "");
  const alone = session.world.killAfter === "switched" || session.world.faults?.includes("add");
  session.state = useStatic(session.state, guid, {
    addresses: alone === true ? addresses.slice(0, 1) : addresses,
    gateways: alone === true ? gateways.slice(0, 1) : gateways,
  });
  if (session.world.killAfter === "switched") {
    throw new ScriptKilledError();
  }
}

/** Starts the DHCP client, set to automatic before where that is wanted; says whether it runs. */
export function startService(session: Session, automatic: boolean): boolean {
  if (automatic) {
    const dhcpService = { ...session.state.dhcpService, startMode: "automatic" } as const;
    session.state = { ...session.state, dhcpService };
  }
  const started = startDhcpService(session.state, session.world);
  session.state = started ?? session.state;
  return started !== null;
}

/** `Unregister-ScheduledTask`; says whether the task is gone. */
export function removeTask(session: Session, name: string): boolean {
  if (session.world.faults?.includes("unregister") === true) {
    return false;
  }
  const tasks = session.state.tasks.filter((task) => task.name !== name);
  session.state = { ...session.state, tasks };
  return true;
}

/** Puts the saved configuration back, as the scripts' `Restore-Static` does; says whether it is in place. */
export function restoreStatic(session: Session, saved: SavedConfiguration): boolean {
  if (!isInPlace(session.state, saved)) {
    netshStatic(session, saved.guid, saved);
    session.state = skipAsSource(session.state, saved.guid, saved.skipped);
  }
  putServiceBack(session, saved);
  if (isInPlace(session.state, saved)) {
    return true;
  }
  session.seconds += SETTLE_SECONDS;
  return false;
}

/** Puts DHCP back on, as `Restore-Static` of the way back does; says whether it is. */
export function restoreDhcp(session: Session, guid: string): boolean {
  if (adapterOf(session.state, guid)?.dhcp === false) {
    netshDhcp(session, guid);
  }
  if (adapterOf(session.state, guid)?.dhcp === true) {
    return true;
  }
  session.seconds += SETTLE_SECONDS;
  return false;
}

function putServiceBack(session: Session, saved: SavedConfiguration): void {
  const { dhcpService } = session.state;
  const stays = session.world.faults?.includes("stop") === true;
  session.state = {
    ...session.state,
    dhcpService: {
      ...dhcpService,
      startMode: saved.dhcpMode === "Disabled" ? "disabled" : dhcpService.startMode,
      state: saved.dhcpRan || stays ? dhcpService.state : "stopped",
    },
  };
}

function isInPlace(state: GuestState, saved: SavedConfiguration): boolean {
  const adapter = adapterOf(state, saved.guid);
  if (adapter === undefined || adapter.dhcp) {
    return false;
  }
  const stored = storedConfiguration(adapter);
  if (saved.addresses.length === 0 || stored.addresses.length > 0) {
    return (
      sorted(stored.addresses) === sorted(saved.addresses) &&
      (saved.addresses.length === 0 || heads(stored.gateways) === heads(saved.gateways))
    );
  }
  // Tools that leave the registry's values empty: then what is in force counts.
  const inForce = (adapter.enabled ? adapter.addresses : []).map(({ ip }) => ip);
  return heads(inForce.filter((ip) => !isLinkLocal(ip))) === heads(saved.addresses);
}

function heads(values: readonly string[]): string {
  return sorted(values.map((value) => value.split("/")[0] ?? ""));
}

function sorted(values: readonly string[]): string {
  return values.toSorted().join(",");
}

function unmasked(address: string): { ip: string; prefixLength: number } {
  const [ip = "", mask = ""] = address.split("/");
  const bits = mask.split(".").map((octet) => Number(octet).toString(2).replaceAll("0", "").length);
  return { ip, prefixLength: bits.reduce((sum, length) => sum + length, 0) };
}
