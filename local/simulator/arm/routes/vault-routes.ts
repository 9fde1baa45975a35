import type { ArmCall, ArmRoute } from "../arm-call.ts";
import { ArmError } from "../arm-error.ts";
import type { Reply } from "../reply.ts";
import { ok } from "./answers.ts";

/** The one version that each simulated secret has. */
const VERSION = "0f4e5d6c7b8a49d3a2b1c0d9e8f70615";

/**
 * What simulated Key Vault answers: one vault, at the simulator's own origin. Source: "Get Secret" of its REST reference.
 * A missing right is refused in Resource Manager's words, not in the vault's own.
 */
export const VAULT_ROUTES: readonly ArmRoute[] = [
  {
    operation: "secret.get",
    action: "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    method: "GET",
    path: "/secrets/:name",
    handle: (call) => getSecret(call, null),
  },
  {
    operation: "secret.get",
    action: "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    method: "GET",
    path: "/secrets/:name/:version",
    handle: (call) => getSecret(call, call.path.split("/").at(-1) ?? ""),
  },
];

function getSecret({ simulation, name }: ArmCall, version: string | null): Reply {
  const value = simulation.secrets[name.toLowerCase()];
  if (value === undefined || (version !== null && version !== VERSION)) {
    throw new ArmError(
      404,
      "SecretNotFound",
      `A secret with (name/id) ${name} was not found in this key vault.`,
    );
  }
  return ok({
    value,
    id: `${simulation.endpoint()}/secrets/${name}/${VERSION}`,
    attributes: { enabled: true, recoveryLevel: "Recoverable+Purgeable" },
  });
}
