import type { HandOff } from "../domain/hand-off.ts";

/** The public cloud's; sovereign clouds have others, for example portal.azure.us. */
const PORTAL = "https://portal.azure.com";

/**
 * Pages of a VM in the Azure portal. Without a tenant the portal takes the one that is signed in. That these are the pages'
 * names is unconfirmed; with another name the portal shows the VM's overview, from which both can be reached.
 */
export function portalLinks(vmId: string, tenantId: string | null): HandOff["links"] {
  const page = `${PORTAL}/#@${encodeURIComponent(tenantId ?? "")}/resource${encodeURI(vmId)}`;
  return { serialConsole: `${page}/serialConsole`, networking: `${page}/networking` };
}
