import { z } from "zod";

/** A private DNS zone with its A records. */
export const dnsZone = z.strictObject({
  name: z.string().min(1).describe("For example corp.example."),
  records: z
    .array(
      z.strictObject({
        name: z.string().min(1).describe("`@` is the zone itself."),
        addresses: z.array(z.ipv4()).min(1),
        autoRegistered: z.boolean().default(false).describe("Azure keeps it up to date itself."),
      }),
    )
    .default([]),
});
