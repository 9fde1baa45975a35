import { z } from "zod";

import { RDP_RULE } from "../guest/remote-desktop.ts";

const state = z.enum(["running", "stopped"]);
const startMode = z.enum(["automatic", "manual", "disabled"]);
const denied = z.enum(["no", "setting", "policy"]);
const port = z.number().int().min(1).max(65_535);
const profile = z.enum(["Domain", "Private", "Public"]);

const rule = z.strictObject({
  name: z.string().min(1).max(256),
  action: z.enum(["Allow", "Block"]).default("Allow"),
  enabled: z.boolean().default(true),
  port: z
    .string()
    .regex(/^(?:Any|\d{1,5}(?:-\d{1,5})?)$/u)
    .describe("`Any`, a port, or a range such as `3000-4000`; TCP, inbound."),
  program: z
    .string()
    .min(1)
    .optional()
    .describe("Left out: any. A single program's rule for any port says nothing of RDP."),
});

/** Remote Desktop in a scenario's Windows. */
export const guestRdp = z
  .strictObject({
    service: z
      .strictObject({ state: state.default("running"), startMode: startMode.default("manual") })
      .prefault({})
      .describe("The service TermService."),
    denied: denied
      .default("no")
      .describe("Whether fDenyTSConnections denies connections, and whether a policy set it."),
    port: port.default(3389),
  })
  .prefault({});

/** Windows' firewall in a scenario. */
export const guestFirewall = z
  .strictObject({
    profile: profile.default("Public").describe("The profile in force."),
    enabled: z.boolean().default(true),
    blocksAll: z.boolean().default(false).describe("It lets nothing in, whatever its rules say."),
    rules: z.array(rule).default([RDP_RULE]).describe("Default: the one for Remote Desktop."),
  })
  .prefault({});

/** What a person changes of Remote Desktop; what is left out stays. */
export const rdpChange = z.strictObject({
  service: z.strictObject({ state: state.optional(), startMode: startMode.optional() }).optional(),
  denied: denied.optional(),
  port: port.optional(),
});

/** What a person changes of the firewall; what is left out stays. */
export const firewallChange = z.strictObject({
  profile: profile.optional(),
  enabled: z.boolean().optional(),
  blocksAll: z.boolean().optional(),
  rules: z.array(rule).optional(),
});

export type RdpChange = z.output<typeof rdpChange>;
export type FirewallChange = z.output<typeof firewallChange>;
