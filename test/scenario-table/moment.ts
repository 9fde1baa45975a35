import { z } from "zod";

import { lastingPart } from "../../local/cli/demo/lasting-part.ts";

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
  /** Azure's side of it, as `lastingPart` has it. */
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

/** Reads every VM's moment out of `/_simulator/state`, by the VM's name. */
export function momentsIn(answer: unknown): ReadonlyMap<string, Moment> {
  const { vms, nics } = state.parse(answer);
  return new Map(
    vms.map(({ name, power, guest }) => {
      const ofVm = nics.filter(({ vm }) => vm === name);
      const shown = ofVm.map((nic) => ({
        name: nic.name,
        kept: lastingPart(nic.resource),
        addresses: nic.resource.properties.ipConfigurations.map(
          ({ properties }) => properties.privateIPAddress,
        ),
        adapter: guest.adapters.find(({ mac }) => mac === nic.mac) ?? null,
      }));
      return [name, { power, nics: shown, tasks: guest.tasks.length }];
    }),
  );
}
