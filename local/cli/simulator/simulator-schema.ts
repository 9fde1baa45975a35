import { z } from "zod";

const adapter = z.object({
  name: z.string(),
  service: z.string(),
  dhcp: z.boolean(),
  addresses: z.array(z.object({ ip: z.string() })),
});

const vm = z.object({
  id: z.string(),
  name: z.string(),
  note: z.string(),
  agent: z.object({ survivesWrongAddress: z.boolean() }),
  azureAddresses: z.array(z.string()),
  rdp: z.object({ kind: z.string(), why: z.string().optional() }),
  guest: z
    .object({ adapters: z.array(adapter), tasks: z.array(z.object({ name: z.string() })) })
    .nullable(),
  netsh: z.string().nullable(),
});

const snapshot = z.object({
  name: z.string(),
  tags: z.record(z.string(), z.string()),
  properties: z.object({
    creationData: z.object({ sourceResourceId: z.string() }).optional(),
    provisioningState: z.string(),
  }),
});

/** The state of simulated Azure, as far as it is shown here. */
export const simulatorState = z.object({
  vms: z.array(vm),
  nics: z.array(z.object({ vm: z.string().nullable(), resource: z.unknown() })),
  snapshots: z.array(snapshot),
});

/** The state of simulated Azure. */
export type SimulatorStateView = z.output<typeof simulatorState>;

/** A VM of simulated Azure, from both sides. */
export type SimulatedVm = SimulatorStateView["vms"][number];

/** What reached simulated Azure and what changed there, as far as it is shown here. */
export const simulatorLog = z.object({
  requests: z.array(
    z.object({
      method: z.string(),
      operation: z.string(),
      vm: z.string().optional(),
      script: z.string().optional(),
    }),
  ),
  effects: z.array(
    z.object({ kind: z.string(), by: z.string(), vm: z.string().nullable(), detail: z.string() }),
  ),
});

/** What reached simulated Azure and what changed there. */
export type SimulatorLogView = z.output<typeof simulatorLog>;
