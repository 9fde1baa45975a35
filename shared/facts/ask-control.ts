import type { Azure } from "../azure/clients.ts";
import { unlessMissing } from "../azure/errors.ts";
import { AzureRequestError } from "../domain/errors.ts";
import type { AzureFacts, NicFacts, Probe } from "../domain/facts.ts";
import { parseResourceId } from "../domain/resource-id.ts";
import type { Settings } from "../settings.ts";
import { nicFactsOf } from "./nic-facts.ts";
import { probeOnce, probeTargets } from "./probe.ts";

/** The settings that it needs. */
type ControlSettings = Pick<Settings["probe"], "port" | "proxy" | "timeoutSeconds" | "control">;

/** What the control said: no doubt, or one; `detail` is for a silence that it confirms. */
export interface ControlAnswer {
  readonly doubt: Extract<Probe, { kind: "unknown" }> | null;
  readonly detail: string;
}

/** Neighbours in the subnet that are asked, at most. */
const NEIGHBOURS = 3;

/**
 * Asks something that should answer if the network between is well: the control target of the settings, else a few other
 * VMs of the NIC's subnet. Any TCP reply counts, a refusal too.
 * @throws AzureRequestError if Azure does not tell, for transient reasons.
 */
export async function askControl(
  azure: Azure,
  facts: AzureFacts,
  nic: NicFacts,
  settings: ControlSettings,
): Promise<ControlAnswer> {
  if (settings.control !== null) {
    const [address = "", port = ""] = settings.control.split(":");
    const result = await probeOnce({ address, port: Number(port) }, settings);
    return answerOf(result.replied ? settings.control : null, `control ${settings.control}`);
  }
  const addresses = await neighbourAddresses(azure, facts, nic);
  if (addresses.length === 0) {
    return noControl("No control target is set, and no other NIC of that subnet could be asked.");
  }
  const results = await Promise.all(
    addresses.map(async (address) => ({
      address,
      ...(await probeOnce({ address, port: settings.port }, settings)),
    })),
  );
  const replied = results.find((result) => result.replied);
  return answerOf(replied?.address ?? null, `other VMs of that subnet (${addresses.join(", ")})`);
}

function answerOf(replied: string | null, asked: string): ControlAnswer {
  return replied === null
    ? noControl(`Nothing else there answers either: ${asked}.`)
    : { doubt: null, detail: `${replied} replies from here` };
}

function noControl(detail: string): ControlAnswer {
  return { doubt: { kind: "unknown", code: "no-control", detail }, detail };
}

/** Private addresses of a few other VMs' NICs in the subnet; one that cannot be read is left out. */
async function neighbourAddresses(
  azure: Azure,
  facts: AzureFacts,
  nic: NicFacts,
): Promise<readonly string[]> {
  const own = new Set(facts.nics.map(({ id }) => id.toLowerCase()));
  const others = (nic.subnet?.nicIds ?? []).filter((id) => !own.has(id)).slice(0, NEIGHBOURS);
  const addresses = await Promise.all(others.map(async (id) => await privateAddressOf(azure, id)));
  return addresses.filter((address) => address !== null);
}

async function privateAddressOf(azure: Azure, nicId: string): Promise<string | null> {
  const id = parseResourceId(nicId);
  if (id === null) {
    return null;
  }
  const client = await azure.network(id.subscriptionId);
  try {
    const found = await unlessMissing(
      `read NIC ${id.name}`,
      async () => await client.networkInterfaces.get(id.resourceGroup, id.name),
    );
    if (found?.virtualMachine?.id === undefined) {
      return null;
    }
    return probeTargets({ nics: [nicFactsOf(nicId, true, found)] }, null).privateAddress;
  } catch (error) {
    if (error instanceof AzureRequestError && !error.retryable) {
      return null;
    }
    throw error;
  }
}
