import type { Duplex } from "node:stream";

import type { Azure } from "../azure/clients.ts";
import { unlessMissing } from "../azure/errors.ts";
import { AzureRequestError } from "../domain/errors.ts";
import type { AzureFacts, NicFacts } from "../domain/facts.ts";
import { ipv4Configurations } from "../domain/ip-configurations.ts";
import { parseResourceId } from "../domain/resource-id.ts";
import type { Settings } from "../settings.ts";
import { dial } from "./dial.ts";
import { connectionRequest, readConfirm } from "./x224.ts";

/** What one RDP negotiation gave. */
export interface ProbeResult {
  /**
   * `refused`: the address replied that nobody listens; `no-answer`: silence, or something that is not RDP;
   * `no-route`: the packets cannot get there from here.
   */
  readonly kind: "answers" | "refused" | "no-answer" | "no-route";
  /** Whether any TCP reply came, a refusal too. */
  readonly replied: boolean;
  readonly detail: string;
}

/** Where the RDP of a NIC can be asked. */
export interface ProbeTargets {
  /** Null while Azure has assigned none. */
  readonly privateAddress: string | null;
  /** Id of the public address to read if the private one is silent; null if there is none. */
  readonly publicIpId: string | null;
}

/** One probe of a NIC: an answer, or none from any of its addresses. */
export type ProbeAnswer =
  | { readonly kind: "answers"; readonly address: string; readonly detail: string }
  | { readonly kind: "no-answer"; readonly address: string | null; readonly detail: string };

/** The settings that a probe needs. */
export type ProbeSettings = Pick<Settings["probe"], "port" | "proxy" | "timeoutSeconds">;

const PUBLIC_IP_TYPE = "microsoft.network/publicipaddresses";

/**
 * Tries one RDP negotiation (TCP, X.224 connection request and confirm) within the timeout. Never throws.
 */
export async function probeOnce(
  target: { readonly address: string; readonly port: number },
  settings: Pick<ProbeSettings, "proxy" | "timeoutSeconds">,
): Promise<ProbeResult> {
  const deadline = AbortSignal.timeout(settings.timeoutSeconds * 1000);
  const dialled = await dial({ ...target, proxy: settings.proxy }, deadline);
  if (dialled.kind !== "connected") {
    return { ...dialled, replied: dialled.kind === "refused" };
  }
  return await negotiate(dialled.socket, deadline);
}

/** The NIC to probe: the one that a signal names, else the primary one; null if the VM has none. */
export function probedNic(facts: Pick<AzureFacts, "nics">, nicId: string | null): NicFacts | null {
  const named = facts.nics.find(({ id }) => id.toLowerCase() === nicId?.toLowerCase());
  return named ?? facts.nics.find(({ primary }) => primary) ?? null;
}

/** Where the RDP of the probed NIC can be asked: its primary IPv4 configuration. */
export function probeTargets(facts: Pick<AzureFacts, "nics">, nicId: string | null): ProbeTargets {
  const nic = probedNic(facts, nicId);
  const [primary] = nic === null ? [] : ipv4Configurations(nic);
  return {
    privateAddress: primary?.address ?? null,
    publicIpId: primary?.publicIpId ?? null,
  };
}

/**
 * Probes a NIC once: its private address, and if that is silent the public one, where it has one.
 * @throws AzureRequestError if the public address cannot be read, for transient reasons.
 */
export async function probeNic(
  azure: Azure,
  facts: AzureFacts,
  nicId: string | null,
  settings: ProbeSettings,
): Promise<ProbeAnswer> {
  const { privateAddress, publicIpId } = probeTargets(facts, nicId);
  const first = await probeAddress(privateAddress, settings);
  if (first?.kind === "answers") {
    return first;
  }
  const second = await probeAddress(await publicAddress(azure, publicIpId), settings);
  if (second?.kind === "answers") {
    return second;
  }
  const silent = [first, second].filter((answer) => answer !== null);
  const [asked] = silent;
  return asked === undefined
    ? { kind: "no-answer", address: null, detail: "The NIC has no address to ask." }
    : { ...asked, detail: silent.map(({ detail }) => detail).join("; ") };
}

async function probeAddress(
  address: string | null,
  settings: ProbeSettings,
): Promise<ProbeAnswer | null> {
  if (address === null) {
    return null;
  }
  const result = await probeOnce({ address, port: settings.port }, settings);
  const kind = result.kind === "answers" ? "answers" : "no-answer";
  return { kind, address, detail: `${address}:${settings.port}: ${result.detail}` };
}

async function publicAddress(azure: Azure, publicIpId: string | null): Promise<string | null> {
  const id = publicIpId === null ? null : parseResourceId(publicIpId);
  // A public address of a scale set's instance has another kind of id, and is not read.
  if (id?.type !== PUBLIC_IP_TYPE) {
    return null;
  }
  const client = await azure.network(id.subscriptionId);
  try {
    const found = await unlessMissing(
      `read public address ${id.name}`,
      async () => await client.publicIPAddresses.get(id.resourceGroup, id.name),
    );
    return found?.ipAddress ?? null;
  } catch (error) {
    // One that may not be read is left out: what the private address said must not be lost with it.
    if (error instanceof AzureRequestError && !error.retryable) {
      return null;
    }
    throw error;
  }
}

async function negotiate(socket: Duplex, deadline: AbortSignal): Promise<ProbeResult> {
  const result = await new Promise<ProbeResult>((resolve) => {
    let received = Buffer.alloc(0);
    function silent(detail: string): void {
      resolve({ kind: "no-answer", replied: true, detail });
    }
    deadline.addEventListener("abort", () => {
      silent("TCP connected, but no RDP answer in time");
    });
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const reading = readConfirm(received);
      if (reading.kind === "confirm") {
        resolve({ kind: "answers", replied: true, detail: reading.detail });
      } else if (reading.kind === "malformed") {
        silent("TCP connected, but what answered is not RDP");
      }
    });
    socket.once("error", () => {
      silent("TCP connected, then broken off");
    });
    socket.once("close", () => {
      silent("TCP connected, then closed without an RDP answer");
    });
    socket.write(connectionRequest());
  });
  socket.destroy();
  return result;
}
