import { z } from "zod";

import type { Fleet } from "./fleet.ts";

const signalSchema = z.object({
  id: z.string(),
  source: z.string(),
  vmId: z.string().nullable(),
  nicId: z.string().nullable(),
  state: z.enum(["pending", "ignored", "taken"]),
  reason: z.string().optional(),
  message: z.string().optional(),
  incidentId: z.string().optional(),
});

/** A signal, as the host's API shows it. */
export type ShownSignal = z.output<typeof signalSchema>;

/** Longest time that a signal may stay pending: the sweep looks each minute for those that are a minute old. */
export const SWEEP_SECONDS = 130;

/** Reads a signal; null if the host does not know it. */
export async function readSignal(fleet: Fleet, id: string): Promise<ShownSignal | null> {
  const { status, body } = await fleet.api(`/api/signals/${id}`);
  return status === 404 ? null : signalSchema.parse(body);
}

/** Waits until a signal is ignored or taken; gives it. */
export async function settledSignal(
  fleet: Fleet,
  id: string,
  seconds = SWEEP_SECONDS,
): Promise<ShownSignal> {
  return await fleet.until(`signal ${id} to be settled`, seconds, async () => {
    const signal = await readSignal(fleet, id);
    return signal === null || signal.state === "pending" ? null : signal;
  });
}

/** Path at which Event Grid delivers to a function. */
export function eventGridPath(functionName: "nicChanged" | "alertFired"): string {
  return `/runtime/webhooks/eventgrid?functionName=${functionName}`;
}

/** Id of a VM's first NIC in the scenarios of these tests. */
export function nicIdOf(fleet: Fleet, vm: string): string {
  const vmId = fleet.vmId(vm);
  const name = vm.replace(/^vm-/u, "nic-");
  return vmId.replace(
    `Microsoft.Compute/virtualMachines/${vm}`,
    `Microsoft.Network/networkInterfaces/${name}`,
  );
}

const identitySchema = z.object({ oid: z.string(), appid: z.string() });

/** Who the host is for simulated Azure: the claims of the token that it uses. */
export function ownIdentity(fleet: Fleet): { readonly oid: string; readonly appid: string } {
  const payload = fleet.simulator.token.split(".")[1] ?? "";
  return identitySchema.parse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
}
