import type { TokenCredential } from "@azure/core-auth";

/** The identity with which telemetry is sent: the managed one of that client id, else the one in use. */
export async function telemetryCredential(clientId: string | null): Promise<TokenCredential> {
  const { DefaultAzureCredential } = await import("@azure/identity");
  return clientId === null
    ? new DefaultAzureCredential()
    : new DefaultAzureCredential({ managedIdentityClientId: clientId });
}
