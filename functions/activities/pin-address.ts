import { readWholeNic } from "../../shared/azure/network-interfaces.ts";
import { pollWrite, startWrite } from "../../shared/remedies/pin-address/write-nic.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue } from "./catalogue.ts";

type In<Name extends keyof ActivityCatalogue> = ActivityCatalogue[Name]["input"];
type Out<Name extends keyof ActivityCatalogue> = Promise<ActivityCatalogue[Name]["output"]>;

/** The whole NIC. Reads only. */
export async function pinAddressRead(
  { nicId }: In<"pinAddressRead">,
  { azure }: Services,
): Out<"pinAddressRead"> {
  return { nic: await readWholeNic(await azure(), nicId) };
}

/** Asks for a write of the whole NIC. Key: the NIC's state and ETag; one that is as wanted is not written again. */
export async function pinAddressWrite(
  request: In<"pinAddressWrite">,
  { azure }: Services,
): Out<"pinAddressWrite"> {
  return await startWrite(await azure(), request);
}

/** One look at the write. Reads only. */
export async function pinAddressPoll(
  { nicId, operation }: In<"pinAddressPoll">,
  { azure }: Services,
): Out<"pinAddressPoll"> {
  return await pollWrite(await azure(), nicId, operation);
}
