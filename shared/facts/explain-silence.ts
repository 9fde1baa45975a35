import { createSocket } from "node:dgram";

import type { Azure } from "../azure/clients.ts";
import { isLinkLocal, isPrivate } from "../domain/addresses.ts";
import { AzureRequestError } from "../domain/errors.ts";
import type { AzureFacts, NicFacts, Probe } from "../domain/facts.ts";
import type { Settings } from "../settings.ts";
import { askControl } from "./ask-control.ts";
import { readSubnets } from "./azure-facts.ts";
import { nsgVerdict } from "./nsg.ts";
import type { NsgConnection } from "./nsg.ts";
import { probedNic, probeOnce } from "./probe.ts";
import type { ProbeResult } from "./probe.ts";
import { readNsg } from "./read-nsg.ts";
import { verifyIpFlow } from "./verify-ip-flow.ts";

/** What was asked and did not answer. */
export interface SilentTarget {
  /** The NIC that the signal names; null: the primary one. */
  readonly nicId: string | null;
  /** The address that was probed; null: the NIC has none. */
  readonly address: string | null;
  /** Enough probes were not answered: then Azure's own verdict on its rules is worth its time. @default false */
  readonly confirmed?: boolean;
}

/** The settings that it needs. */
type SilenceSettings = Pick<
  Settings["probe"],
  "port" | "proxy" | "timeoutSeconds" | "control" | "source"
>;

type Doubt = Extract<Probe, { kind: "unknown" }>;

/**
 * Says whether an address that did not answer is silent, or whether something between here and there explains it. The
 * address is asked once more at the same time as what it is compared with, so an answer that comes late still counts.
 * @throws AzureRequestError if Azure does not tell, for transient reasons.
 */
export async function explainSilence(
  azure: Azure,
  facts: AzureFacts,
  target: SilentTarget,
  settings: SilenceSettings,
): Promise<Probe> {
  const nic = await withSubnet(azure, facts, probedNic(facts, target.nicId));
  const { address } = target;
  if (nic === null || address === null) {
    return { kind: "unknown", code: "no-address", detail: "The NIC has no address to ask." };
  }
  const [again, ruled, control] = await Promise.all([
    probeOnce({ address, port: settings.port }, settings),
    judgeConnection(azure, facts, nic, { ...settings, address, confirmed: target.confirmed }),
    askControl(azure, facts, nic, settings),
  ]);
  const where = `${address}:${settings.port}`;
  return (
    withoutDoubt(again, where, address) ??
    ruled ??
    control.doubt ?? {
      kind: "silent",
      address,
      detail: `${where}: ${again.detail}; ${control.detail}`,
    }
  );
}

/** The rules and the neighbours hang on the subnet, which may not have been read yet. */
async function withSubnet(
  azure: Azure,
  facts: AzureFacts,
  nic: NicFacts | null,
): Promise<NicFacts | null> {
  if (nic === null || nic.subnet !== null) {
    return nic;
  }
  return (await readSubnets(azure, { ...facts, nics: [nic] })).nics[0] ?? nic;
}

/** What the address itself says, whatever is true of others. A refusal comes from the VM: nothing between explains it. */
function withoutDoubt(again: ProbeResult, where: string, address: string): Probe | null {
  const detail = `${where}: ${again.detail}`;
  switch (again.kind) {
    case "answers":
      return { kind: "answers", address, detail };
    case "refused":
      return { kind: "silent", address, detail };
    case "no-route":
      return { kind: "unknown", code: "no-route", detail };
    case "no-answer":
      return null;
  }
}

/** What the rules do with the probe: by Azure's own verdict where it gives one, else by what the NSGs say. */
async function judgeConnection(
  azure: Azure,
  { vm }: AzureFacts,
  nic: NicFacts,
  probed: SilenceSettings & { readonly address: string; readonly confirmed: boolean | undefined },
): Promise<Doubt | null> {
  const connection = await connectionTo(nic, probed.address, probed);
  const { from, to, port } = connection;
  const verdict =
    from === null || probed.confirmed !== true
      ? null
      : await verifyIpFlow(azure, { vm, nic, from, to, port });
  if (verdict === null) {
    return await judgeRules(azure, nic, connection);
  }
  const rule = verdict.rule ?? "(none named)";
  return verdict.access === "Allow"
    ? null
    : deniedBy(rule, `Rule ${rule} denies the probe from ${from}, says Network Watcher.`);
}

/** Both the NIC's and the subnet's NSG must let the prober in. Null: they do, or there are none. */
async function judgeRules(
  azure: Azure,
  nic: NicFacts,
  connection: NsgConnection,
): Promise<Doubt | null> {
  const groups = [nic.networkSecurityGroupId, nic.subnet?.networkSecurityGroupId ?? null];
  const ids = [...new Set(groups.filter((id) => id !== null))];
  if (ids.length === 0) {
    return null;
  }
  const doubts = await Promise.all(ids.map(async (id) => await judge(azure, id, connection)));
  return doubts.find((doubt) => doubt !== null) ?? null;
}

async function judge(
  azure: Azure,
  nsgId: string,
  connection: NsgConnection,
): Promise<Doubt | null> {
  try {
    const nsg = await readNsg(azure, nsgId);
    const verdict = nsg === null ? null : nsgVerdict(nsg.rules, connection);
    if (nsg === null || verdict === null || verdict.kind === "allows") {
      return null;
    }
    const rule = `${verdict.rule ?? "(none)"} of NSG ${nsg.name}`;
    return verdict.kind === "denies"
      ? deniedBy(rule, `Rule ${rule} denies the probe.`)
      : unknownNsg(`Rule ${rule} may deny the probe, depending on its source.`);
  } catch (error) {
    if (error instanceof AzureRequestError && !error.retryable) {
      return unknownNsg(`${error.message} ${error.nextStep}`);
    }
    throw error;
  }
}

function unknownNsg(detail: string): Doubt {
  return { kind: "unknown", code: "nsg", detail };
}

function deniedBy(rule: string, detail: string): Doubt {
  return { ...unknownNsg(detail), deniedBy: rule };
}

async function connectionTo(
  nic: NicFacts,
  address: string,
  settings: SilenceSettings,
): Promise<NsgConnection> {
  const own = nic.ipConfigurations.map((configuration) => configuration.address);
  const via = own.includes(address) ? "private" : "public";
  const to = via === "private" ? address : (own.find((entry) => entry !== null) ?? address);
  return { from: await proberAddress(address, via, settings), via, to, port: settings.port };
}

/** The address that arrives at the VM's network. Behind a proxy, or on the way to a public address, it is another than ours. */
async function proberAddress(
  address: string,
  via: NsgConnection["via"],
  { source, proxy }: SilenceSettings,
): Promise<string | null> {
  if (source !== null) {
    return isPrivate(source) === (via === "private") ? source : null;
  }
  return via === "private" && proxy === null ? await ownAddressTowards(address) : null;
}

/** The local address that packets to an address leave with; null if unknown. A connected UDP socket sends nothing. */
async function ownAddressTowards(address: string): Promise<string | null> {
  const socket = createSocket("udp4");
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.connect(9, address, resolve);
    });
    const own = socket.address().address;
    return isLinkLocal(own) || own.startsWith("127.") ? null : own;
  } catch {
    return null;
  } finally {
    socket.close();
  }
}
