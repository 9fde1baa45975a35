import * as further from "../../shared/facts/look-further.ts";
import * as ghosts from "../../shared/remedies/ghost-adapters/remove-ghosts.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue } from "./catalogue.ts";
import { unavailable } from "./guest.ts";

type In<Name extends keyof ActivityCatalogue> = ActivityCatalogue[Name]["input"];
type Out<Name extends keyof ActivityCatalogue> = Promise<ActivityCatalogue[Name]["output"]>;

/** Hands the read-only script that looks at Remote Desktop to Run Command. Run twice it reads twice, or finds the slot busy. */
export async function startLookFurther(
  { vmId }: In<"startLookFurther">,
  { azure }: Services,
): Out<"startLookFurther"> {
  const start = await further.startLookFurther(await azure(), vmId);
  return start.kind === "started" || start.kind === "busy" ? start : unavailable(start);
}

/** One look at that reading. Reads only. */
export async function pollLookFurther(
  look: In<"pollLookFurther">,
  { azure, settings }: Services,
): Out<"pollLookFurther"> {
  return await further.pollLookFurther(await azure(), look, settings.probe.port);
}

/** Hands the script for ghost adapters to Run Command. Key: the devices' ids; run twice it finds them gone. */
export async function startGhosts(
  request: In<"startGhosts">,
  { azure }: Services,
): Out<"startGhosts"> {
  const start = await ghosts.startGhosts(await azure(), request);
  return start.kind === "started" || start.kind === "busy" ? start : unavailable(start);
}

/** One look at that script. Reads only. */
export async function pollGhosts(
  { vmId, operation }: In<"pollGhosts">,
  { azure }: Services,
): Out<"pollGhosts"> {
  return await ghosts.pollGhosts(await azure(), vmId, operation);
}
