import { z } from "zod";

import {
  leaseRule,
  operation,
  platformHealth,
  staticConfiguration,
} from "../scenario/fault-schema.ts";
import { firewallChange, rdpChange } from "../scenario/rdp-schema.ts";

const loopbackUrl = z
  .url()
  .refine(
    (url) => ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname),
    "must point to a loopback address",
  );
const seconds = z.number().min(0).max(86_400);

/** Body of `POST /_simulator/holds`. */
export const holdBody = z.strictObject({
  operation: operation.optional(),
  vm: z.string().optional(),
  script: z.string().optional(),
  nth: z.number().int().min(1).default(1),
  when: z.enum(["before", "after"]).default("before"),
});

/** Body of `POST /_simulator/vms/NAME/guest`. */
export const guestBody = z.strictObject({
  adapter: z.string().optional(),
  static: staticConfiguration.optional(),
  dhcp: z.literal(true).optional(),
  enabled: z.boolean().optional(),
  dhcpService: z
    .strictObject({
      state: z.enum(["running", "stopped"]).optional(),
      startMode: z.enum(["automatic", "manual", "disabled"]).optional(),
    })
    .optional(),
  rdp: rdpChange.optional(),
  firewall: firewallChange.optional(),
  taskRegistration: z.boolean().optional(),
  elevated: z.boolean().optional(),
  roles: z.array(z.enum(["domainController", "clusterNode"])).optional(),
  tasks: z
    .array(z.strictObject({ name: z.string(), fireAt: z.iso.datetime(), script: z.string() }))
    .optional(),
});

/** Body of `PATCH /_simulator/vms/NAME`. */
export const vmBody = z.strictObject({
  tags: z.record(z.string(), z.string()).optional(),
  agent: z.boolean().optional(),
  agentSurvivesWrongAddress: z.boolean().optional(),
  rdpListening: z.boolean().optional(),
  lease: leaseRule.optional(),
  health: platformHealth.optional(),
});

/** Body of `POST /_simulator/vms/NAME/power`. */
export const powerBody = z.strictObject({
  state: z.enum(["running", "stopped", "deallocated", "restarted"]),
});

/** Body of `POST /_simulator/nics/NAME`: a person writes the NIC. */
export const nicBody = z.strictObject({
  /** Left out: only its tags change. */
  address: z.union([z.ipv4(), z.literal("next")]).optional(),
});

/** Body of `POST /_simulator/subscriptions`. */
export const subscriptionBody = z
  .strictObject({
    kind: z.enum(["eventGrid", "alerts"]),
    url: loopbackUrl,
    schema: z.enum(["eventGrid", "cloudEvents", "webhook"]).optional(),
    resourceTypes: z.array(z.string()).default(["Microsoft.Network/networkInterfaces"]),
    copies: z.number().int().min(1).max(100).default(1),
    delaySeconds: seconds.default(0),
  })
  .transform((body) => ({
    ...body,
    schema: body.schema ?? (body.kind === "alerts" ? ("webhook" as const) : ("eventGrid" as const)),
  }))
  .refine(
    (body) => body.kind === "alerts" || body.schema !== "webhook",
    "schema: resource events come as eventGrid or cloudEvents",
  );

/** Body of `POST /_simulator/alerts`. */
export const alertBody = z.strictObject({
  vm: z.string().min(1),
  kind: z.enum(["connectionMonitor", "heartbeat"]).default("connectionMonitor"),
  condition: z.enum(["Fired", "Resolved"]).default("Fired"),
  copies: z.number().int().min(1).max(100).default(1),
  delaySeconds: seconds.default(0),
});
