import { hash } from "node:crypto";

import type { PowerState } from "../domain/facts.ts";
import { inParallel } from "../domain/in-parallel.ts";
import type { Settings } from "../settings.ts";
import type { InventoryNic, InventoryVm } from "./inventory-vm.ts";
import { probeOnce } from "./probe.ts";

/** The settings that it needs. */
type RoundSettings = Pick<Settings["probe"], "port" | "proxy" | "timeoutSeconds" | "control">;

/**
 * What a VM said in a round. `unknown`: no address to ask, no way to it, nothing else there that answers, or a reply
 * that is not RDP, which comes from Azure's address all the same.
 */
export type RoundAnswer = "answers" | "no-answer" | "unknown";

/** When a round asks: its minute (whole ones since 1970-01-01 UTC) and its length in minutes. */
export interface RoundTime {
  readonly minute: number;
  readonly roundMinutes: number;
}

/** Where to connect. */
interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Connections that a round has open at once, at most; so many VMs are probed at once. */
export const ROUND_SOCKETS = 16;

/** Power states in which a VM may answer; `unknown` where the lists do not tell. */
const MAY_RUN: ReadonlySet<PowerState> = new Set(["running", "unknown"]);

/** Other VMs of a subnet that are asked whether the network between is well, at most. */
const NEIGHBOURS = 3;

/**
 * The next few Windows VMs whose turn it is in a minute, in the order of their ids, after the one with that id (lower
 * case; null: from the first one). Each VM has one turn in each row of `roundMinutes`, by a digest of its id, so that a
 * fleet is spread evenly and nothing has to be kept. A stopped VM has none.
 */
export function turnsAfter(
  after: string | null,
  vms: readonly InventoryVm[],
  time: RoundTime,
): readonly InventoryVm[] {
  return vms
    .filter(({ osType, powerState }) => osType === "Windows" && MAY_RUN.has(powerState))
    .map((vm) => ({ vm, key: vm.id.toLowerCase() }))
    .filter(({ key }) => (after === null || key > after) && hasTurn(key, time))
    .toSorted((one, other) => (one.key < other.key ? -1 : 1))
    .slice(0, ROUND_SOCKETS)
    .map(({ vm }) => vm);
}

function hasTurn(key: string, { minute, roundMinutes }: RoundTime): boolean {
  const digest = Number.parseInt(hash("sha256", key, "hex").slice(0, 12), 16);
  return digest % roundMinutes === minute % roundMinutes;
}

/**
 * Probes the primary NICs of listed VMs. Asks Azure nothing, so that VMs to which there is no way cost no requests: where
 * one does not answer, the control target of the settings has to, or another of `vms` in its subnet. Never throws.
 */
export async function probeListed(
  asked: readonly InventoryVm[],
  vms: readonly InventoryVm[],
  settings: RoundSettings,
): Promise<readonly RoundAnswer[]> {
  const answers = await inParallel(asked, ROUND_SOCKETS, async (vm) => await ask(vm, settings));
  const silent = asked.filter((_vm, index) => answers[index] === "no-answer");
  const subnets = [...new Set(silent.map(subnetOf))];
  const replies = await inParallel(
    subnets,
    Math.floor(ROUND_SOCKETS / NEIGHBOURS),
    async (subnet) => await anyReplies(controlsOf(subnet, { silent, vms }, settings), settings),
  );
  return asked.map((vm, index) => {
    const answer = answers[index] ?? "unknown";
    const explained = answer === "no-answer" && replies[subnets.indexOf(subnetOf(vm))] !== true;
    return explained ? "unknown" : answer;
  });
}

/** Its private address, then the public one. */
async function ask(vm: InventoryVm, settings: RoundSettings): Promise<RoundAnswer> {
  const { privateAddresses = [], publicAddresses = [] } = primaryNic(vm) ?? {};
  const addresses = [...privateAddresses.slice(0, 1), ...publicAddresses.slice(0, 1)];
  let silent = addresses.length > 0;
  for (const address of addresses) {
    const { kind, replied } = await probeOnce({ address, port: settings.port }, settings);
    if (kind === "answers") {
      return "answers";
    }
    silent &&= kind === "no-answer" && !replied;
  }
  return silent ? "no-answer" : "unknown";
}

/** Any TCP reply counts, a refusal too. */
async function anyReplies(
  controls: readonly Endpoint[],
  settings: RoundSettings,
): Promise<boolean> {
  const results = await Promise.all(controls.map(async (to) => await probeOnce(to, settings)));
  return results.some(({ replied }) => replied);
}

function controlsOf(
  subnet: string | null,
  of: { readonly silent: readonly InventoryVm[]; readonly vms: readonly InventoryVm[] },
  { control, port }: RoundSettings,
): readonly Endpoint[] {
  if (control !== null) {
    const [address = "", own = ""] = control.split(":");
    return [{ address, port: Number(own) }];
  }
  return of.vms
    .filter((vm) => MAY_RUN.has(vm.powerState) && !of.silent.includes(vm))
    .filter((vm) => subnet !== null && subnetOf(vm) === subnet)
    .flatMap((vm) => primaryNic(vm)?.privateAddresses[0] ?? [])
    .slice(0, NEIGHBOURS)
    .map((address) => ({ address, port }));
}

function subnetOf(vm: InventoryVm): string | null {
  return primaryNic(vm)?.subnetId?.toLowerCase() ?? null;
}

function primaryNic({ nics }: InventoryVm): InventoryNic | undefined {
  return nics.find(({ primary }) => primary);
}
