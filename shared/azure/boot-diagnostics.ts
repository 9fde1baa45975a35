import { AzureRequestError } from "../domain/errors.ts";
import { requireResourceId, VM_TYPE } from "../domain/resource-id.ts";
import type { Azure } from "./clients.ts";
import { inWords } from "./errors.ts";

/** How long the addresses are good; long enough for one reading. */
const MINUTES = 5;

/** Where a VM's boot diagnostics lie. The addresses are secrets: whoever has one can read. */
export type BootDiagnostics =
  | {
      readonly kind: "found";
      /** Null: Azure keeps none. */
      readonly screenshotAddress: string | null;
      readonly serialLogAddress: string | null;
    }
  | { readonly kind: "unavailable"; readonly message: string };

/**
 * Asks where the last screenshot and the serial log of a VM lie.
 * @throws AzureRequestError for transient trouble, `retryable`.
 */
export async function findBootDiagnostics(azure: Azure, vmId: string): Promise<BootDiagnostics> {
  const vm = requireResourceId(vmId, VM_TYPE);
  try {
    const client = await azure.compute(vm.subscriptionId);
    const found = await inWords(
      `get the boot diagnostics of VM ${vm.name}`,
      async () =>
        await client.virtualMachines.retrieveBootDiagnosticsData(vm.resourceGroup, vm.name, {
          sasUriExpirationTimeInMinutes: MINUTES,
        }),
    );
    return {
      kind: "found",
      screenshotAddress: found.consoleScreenshotBlobUri ?? null,
      serialLogAddress: found.serialConsoleLogBlobUri ?? null,
    };
  } catch (error) {
    if (error instanceof AzureRequestError && !error.retryable) {
      return { kind: "unavailable", message: `${error.message} ${error.nextStep}` };
    }
    throw error;
  }
}
