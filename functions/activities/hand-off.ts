import { tenantOfToken } from "../../shared/azure/identity/own-identity.ts";
import { readAzureFacts } from "../../shared/facts/azure-facts.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue } from "./catalogue.ts";

type In<Name extends keyof ActivityCatalogue> = ActivityCatalogue[Name]["input"];
type Out<Name extends keyof ActivityCatalogue> = Promise<ActivityCatalogue[Name]["output"]>;

/** How the VM stands at the end of a run, for the person who goes on. Reads only. */
export async function readForHandOff(
  { vmId }: In<"readForHandOff">,
  { azure }: Services,
): Out<"readForHandOff"> {
  const client = await azure();
  const read = await readAzureFacts(client, vmId, new Date().toISOString());
  const token = await client.token();
  return {
    facts: read.kind === "found" ? read.facts : null,
    tenantId: token === null ? null : tenantOfToken(token),
  };
}
