import { readConsole as read } from "../../shared/facts/console-facts.ts";
import { setConsoleAddress as set } from "../../shared/remedies/serial-console/set-address.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue } from "./catalogue.ts";

type In<Name extends keyof ActivityCatalogue> = ActivityCatalogue[Name]["input"];
type Out<Name extends keyof ActivityCatalogue> = Promise<ActivityCatalogue[Name]["output"]>;

/** What Windows' serial console lists. Reads only, but may throw out whoever is connected there. */
export async function readConsole(
  { facts }: In<"readConsole">,
  { azure }: Services,
): Out<"readConsole"> {
  return await read(await azure(), facts);
}

/** Sets Azure's address at the serial console. Key: the order; one that the console shows already is not typed again. */
export async function setConsoleAddress(
  { vmId, order }: In<"setConsoleAddress">,
  { azure }: Services,
): Out<"setConsoleAddress"> {
  return await set(await azure(), vmId, order);
}
