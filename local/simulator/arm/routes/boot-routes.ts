import { blobAddress } from "../../blobs/boot-blobs.ts";
import type { ArmCall, ArmRoute } from "../arm-call.ts";
import { ArmError } from "../arm-error.ts";
import type { Reply } from "../reply.ts";
import { ok } from "./answers.ts";
import { GROUP } from "./paths.ts";
import { findVm, itself } from "./vm-routes.ts";

/** How long the addresses are good if nobody says otherwise. Source: "Virtual Machines - Retrieve Boot Diagnostics Data". */
const DEFAULT_MINUTES = 120;
const MOST_MINUTES = 1440;

/** What is answered about boot diagnostics. */
export const BOOT_ROUTES: readonly ArmRoute[] = [
  {
    operation: "vm.bootDiagnostics",
    action: "Microsoft.Compute/virtualMachines/retrieveBootDiagnosticsData/action",
    method: "POST",
    path: `${GROUP}/providers/microsoft.compute/virtualmachines/:name/retrievebootdiagnosticsdata`,
    vm: itself,
    handle: retrieve,
  },
];

/** Azure's code and text where they are off are unconfirmed. */
function retrieve(call: ArmCall): Reply {
  const vm = findVm(call);
  const minutes = minutesOf(call.query);
  if (!vm.bootDiagnostics) {
    throw new ArmError(
      409,
      "BootDiagnosticsDisabled",
      `Boot diagnostics are not enabled for ${vm.name}.`,
    );
  }
  return ok({
    consoleScreenshotBlobUri: blobAddress(call.simulation, { vm, blob: "screenshot", minutes }),
    serialConsoleLogBlobUri: blobAddress(call.simulation, { vm, blob: "serialLog", minutes }),
  });
}

function minutesOf(query: URLSearchParams): number {
  const text = query.get("sasUriExpirationTimeInMinutes");
  const minutes = text === null ? DEFAULT_MINUTES : Number(text);
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > MOST_MINUTES) {
    throw new ArmError(
      400,
      "InvalidParameter",
      "The value of parameter sasUriExpirationTimeInMinutes is invalid.",
    );
  }
  return minutes;
}
