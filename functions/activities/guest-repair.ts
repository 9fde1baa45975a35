import * as guestRepair from "../../shared/remedies/guest-repair/repair-guest.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue } from "./catalogue.ts";
import { startOnce } from "./guest.ts";

type In<Name extends keyof ActivityCatalogue> = ActivityCatalogue[Name]["input"];
type Out<Name extends keyof ActivityCatalogue> = Promise<ActivityCatalogue[Name]["output"]>;

/**
 * Hands a repairing script to Run Command. Key: the ledger entry, marked before, as for the switch. The script itself
 * changes nothing the second time.
 */
export async function startGuestRepair(
  request: In<"startGuestRepair">,
  services: Services,
): Out<"startGuestRepair"> {
  return await startOnce(request, services, guestRepair.startGuestRepair);
}

/** One look at a repair. Reads only. */
export async function pollGuestRepair(
  look: In<"pollGuestRepair">,
  { azure }: Services,
): Out<"pollGuestRepair"> {
  return await guestRepair.pollGuestRepair(await azure(), look);
}
