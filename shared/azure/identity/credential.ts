import type { TokenCredential } from "@azure/core-auth";

import { shareTokens } from "./share-tokens.ts";

let credential: Promise<TokenCredential> | null = null;

/** The identity of this process in Azure: one for all clients, since it keeps the tokens that it got. */
export async function loadCredential(): Promise<TokenCredential> {
  credential ??= import("@azure/identity").then(({ DefaultAzureCredential }) =>
    shareTokens(new DefaultAzureCredential()),
  );
  return await credential;
}
