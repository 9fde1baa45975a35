import { z } from "zod";

import { deviceIdOf, ghostsOf } from "./devices.ts";
import { envelopeLine, type GuestJson } from "./envelope.ts";
import { ghostList } from "./look-further.ts";
import { clockOf, type Session } from "./session.ts";

const parametersOf = z.object({
  remove: z.string().default(""),
  notAfter: z.iso.datetime(),
});

const DEVICE_ID = /^VMBUS\\[0-9A-Z{}_&.-]+\\[0-9A-Z{}_&.-]+$/iu;

/** Emulates `remove-ghosts.ps1`: the line that it prints, and the devices that it removes. */
export function removeGhosts(session: Session, parameters: unknown): string {
  if (!session.state.elevated) {
    const detail = "the script ran without administrator rights";
    return envelopeLine({ sir: "remove-ghosts/1", error: "not-elevated", detail }, null);
  }
  const { remove, notAfter } = parametersOf.parse(parameters);
  const wanted = remove.split("|").filter((id) => DEVICE_ID.test(id));
  const at = clockOf(session);
  const due = Date.parse(at) > Date.parse(notAfter) ? "expired" : "removed";
  const exit = wanted.length === 0 ? "listed" : due;
  const removed = exit === "removed" ? wanted.map((id) => removeGhost(session, id)) : [];
  return envelopeLine(
    {
      sir: "remove-ghosts/1",
      at,
      exit,
      ghostCount: ghostsOf(session.state).length,
      ghosts: exit === "removed" ? [] : ghostList(session.state),
      removed,
    },
    null,
  );
}

/** Only a greyed device of the hypervisor's own network is removed. */
function removeGhost(session: Session, id: string): GuestJson {
  const ghost = ghostsOf(session.state).find(
    (candidate) =>
      deviceIdOf(candidate).toLowerCase() === id.toLowerCase() &&
      (candidate.service ?? "netvsc") === "netvsc",
  );
  if (ghost === undefined) {
    return [id, "left-alone"];
  }
  if (session.world.faults?.includes("removeDevice") === true) {
    return [id, "stayed"];
  }
  session.state = {
    ...session.state,
    ghosts: session.state.ghosts.filter((other) => other !== ghost),
  };
  return [id, "removed"];
}
