import { z } from "zod";

const adapter = z.object({
  mac: z.string(),
  enabled: z.boolean(),
  dhcp: z.boolean(),
  addresses: z.array(z.object({ ip: z.string(), prefixLength: z.number() })),
  gateways: z.array(z.string()),
});

const resource = z.looseObject({
  properties: z.looseObject({
    ipConfigurations: z.array(
      z.looseObject({
        name: z.string(),
        properties: z.looseObject({ privateIPAddress: z.string() }),
      }),
    ),
  }),
});

const state = z.object({
  vms: z.array(
    z.object({
      name: z.string(),
      power: z.string(),
      guest: z.object({ adapters: z.array(adapter), tasks: z.array(z.unknown()) }),
    }),
  ),
  nics: z.array(
    z.object({ name: z.string(), vm: z.string().nullable(), mac: z.string(), resource }),
  ),
});

/** A NIC, and Windows' adapter with its MAC address; null if there is none. */
export interface NicMoment {
  readonly name: string;
  /** All that Azure keeps of it, but what differs after every write: ETags, states, the MAC address. */
  readonly kept: string;
  /** Azure's addresses, primary first. */
  readonly addresses: readonly string[];
  readonly adapter: z.output<typeof adapter> | null;
}

/** A VM as simulated Azure has it at one moment. */
export interface Moment {
  readonly power: string;
  /** Primary first. */
  readonly nics: readonly NicMoment[];
  /** Scheduled tasks of the program in Windows. */
  readonly tasks: number;
}

/** What differs after every write, as Azure's documentation of the resource has it. */
const PASSING = new Set(["etag", "provisioningState", "resourceGuid", "macAddress"]);

/** Reads every VM's moment out of `/_simulator/state`, by the VM's name. */
export function momentsIn(answer: unknown): ReadonlyMap<string, Moment> {
  const { vms, nics } = state.parse(answer);
  return new Map(
    vms.map(({ name, power, guest }) => {
      const ofVm = nics.filter(({ vm }) => vm === name);
      const shown = ofVm.map((nic) => ({
        name: nic.name,
        kept: JSON.stringify(nic.resource, withoutPassing),
        addresses: nic.resource.properties.ipConfigurations.map(
          ({ properties }) => properties.privateIPAddress,
        ),
        adapter: guest.adapters.find(({ mac }) => mac === nic.mac) ?? null,
      }));
      return [name, { power, nics: shown, tasks: guest.tasks.length }];
    }),
  );
}

function withoutPassing(key: string, value: unknown): unknown {
  return PASSING.has(key) ? undefined : value;
}
