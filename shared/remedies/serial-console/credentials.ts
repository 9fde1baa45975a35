import { z } from "zod";

import type { Azure } from "../../azure/clients.ts";
import { readSecret } from "../../azure/key-vault.ts";
import type { ConsoleLogin } from "../../guest/sac/command-prompt.ts";

/** What the configured secret gave. */
export type LoginReading =
  | { readonly kind: "read"; readonly login: ConsoleLogin }
  | { readonly kind: "unavailable"; readonly code: string; readonly message: string };

/** Typed on a line each, so nothing may end the line early. */
const typed = z.string().regex(/^\P{Cc}*$/u);
const secret = z.object({
  username: typed.min(1),
  domain: typed.default(""),
  password: typed.min(1),
});

/**
 * Reads who signs in at a command prompt: a Key Vault secret whose value is `{"username", "domain"?, "password"}` as JSON.
 * No part of it is ever in a message.
 * @throws AzureRequestError for transient trouble, `retryable`.
 */
export async function readLogin(azure: Azure, address: string): Promise<LoginReading> {
  const reading = await readSecret(azure, address);
  if (reading.kind === "unavailable") {
    return { ...reading, code: `console-${reading.code}` };
  }
  const parsed = secret.safeParse(jsonIn(reading.value));
  if (parsed.success) {
    return { kind: "read", login: parsed.data };
  }
  const fields = parsed.error.issues
    .map(({ path }) => path.join("."))
    .filter((text) => text !== "");
  const wrong = fields.length === 0 ? "" : ` Missing or wrong: ${fields.join(", ")}.`;
  const message = `The secret for the serial console's login is not {"username", "domain"?, "password"} as JSON.${wrong}`;
  return { kind: "unavailable", code: "console-secret-odd", message };
}

/** Null for what is no JSON: the parser's own message would repeat a part of it. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
