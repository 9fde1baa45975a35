import { z } from "zod";

import type { BeforeSwitch } from "./dhcp-order.ts";

/** How far putting an adapter on DHCP got; what another try has to know. */
export interface DhcpProgress {
  /** Names of the channels that it opened. */
  readonly channels: readonly string[];
  /** The state before, from just before the switch on; null: surely not switched yet. */
  readonly before: BeforeSwitch | null;
}

const adapter = z.object({
  name: z.string(),
  dhcpEnabled: z.boolean().nullable(),
  addresses: z.array(z.object({ ip: z.string(), prefixLength: z.number().nullable() })),
  gateways: z.array(z.string()),
  dnsServers: z.array(z.string()),
});
const progress = z.looseObject({
  channels: z.array(z.string()).default([]),
  before: z.object({ adapter, network: z.number().nullable() }).nullable().default(null),
});

/** The progress in what a ledger entry keeps as the state before, with what else is kept there. */
export function progressOf(kept: unknown): DhcpProgress {
  return progress.safeParse(kept).data ?? { channels: [], before: null };
}
