import { z } from "zod";

/** How a guest's serial console behaves, beside what stands there. */
export const consoleTraits = {
  othersChannels: z
    .number()
    .int()
    .min(0)
    .max(9)
    .default(0)
    .describe("Command prompt channels that somebody else has open."),
  channelLimit: z
    .number()
    .int()
    .min(0)
    .max(9)
    .default(9)
    .describe("How many command prompt channels there can be at once."),
  delaySeconds: z.number().min(0).max(600).default(0).describe("Before each line is answered."),
  noise: z
    .boolean()
    .default(false)
    .describe("Events, colours and cut sequences between what is printed."),
  terminal: z
    .enum(["plain", "vt100"])
    .default("plain")
    .describe(
      "`vt100`: a command prompt moves the cursor instead of ending lines, as that of Windows Server 2016 and 2019.",
    ),
  lostLetters: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe("How many of the first letters that are typed at a new command prompt are lost."),
};

/** Somebody who can sign in at a guest's command prompts. */
export const guestUser = z.strictObject({
  name: z.string().min(1),
  domain: z.string().default("").describe("Left out: a user of this Windows."),
  password: z.string(),
  locked: z.boolean().default(false),
  administrator: z.boolean().default(true).describe("Others may look, and change nothing."),
});

/** What simulated Key Vault holds. */
export const vaultSecrets = z
  .record(
    z.string().regex(/^[\dA-Za-z-]{1,127}$/u, "must be a name of a Key Vault secret"),
    z.union([z.string(), z.record(z.string(), z.string())]),
  )
  .default({})
  .describe(
    "Secrets of the simulated Key Vault, by name: a text, or an object that becomes one as JSON.",
  );
