import { z } from "zod";

import type { Fleet } from "./fleet.ts";
import { nicIdOf } from "./shown-signals.ts";

const nicSchema = z.looseObject({
  etag: z.string(),
  tags: z.record(z.string(), z.string()),
  properties: z.looseObject({
    macAddress: z.string().optional(),
    provisioningState: z.string(),
    ipConfigurations: z
      .array(
        z.looseObject({
          properties: z.looseObject({
            privateIPAddress: z.string(),
            privateIPAllocationMethod: z.string(),
          }),
        }),
      )
      .min(1),
  }),
});
const putsSchema = z.object({
  requests: z.array(
    z.object({
      operation: z.string(),
      vm: z.string().optional(),
      status: z.union([z.number(), z.string()]),
      ifMatch: z.string().optional(),
    }),
  ),
});

/** A NIC, as Resource Manager shows it. */
export type ShownNic = z.output<typeof nicSchema>;

/** Reads a VM's first NIC, by its id where it is in another subscription. */
export async function readNic(
  fleet: Fleet,
  vm: string,
  nicId = nicIdOf(fleet, vm),
): Promise<ShownNic> {
  const { armEndpoint, token } = fleet.simulator;
  const response = await fetch(`${armEndpoint}${nicId}?api-version=2024-07-01`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  return nicSchema.parse(await response.json());
}

/** The NIC without what no writer can keep: ETag and MAC address. */
export function lasting(nic: ShownNic): unknown {
  const { etag, properties } = nic;
  const text = JSON.stringify(nic).replaceAll(JSON.stringify(etag), '"ETAG"');
  const mac = properties.macAddress;
  return JSON.parse(mac === undefined ? text : text.replaceAll(`"${mac}"`, '"MAC"'));
}

/** Address and allocation of the NIC's first IP configuration. */
export function addressOf(nic: ShownNic): readonly [string, string] {
  const [first] = nic.properties.ipConfigurations;
  const { privateIPAddress = "", privateIPAllocationMethod = "" } = first?.properties ?? {};
  return [privateIPAddress, privateIPAllocationMethod];
}

/** Every write of a VM's NICs that was asked for: its answer, and the `If-Match` that came with it. */
export async function putsOf(
  fleet: Fleet,
  vm: string,
): Promise<z.output<typeof putsSchema>["requests"]> {
  const { requests } = putsSchema.parse(await fleet.admin("/log"));
  return requests.filter((request) => request.operation === "nic.put" && request.vm === vm);
}
