import { deviceIdOf, ghostsOf } from "./devices.ts";
import { envelopeLine, type GuestJson } from "./envelope.ts";
import { firewallVerdict, listensForRdp, rdpOf } from "./remote-desktop.ts";
import { clockOf, type Session } from "./session.ts";
import type { GuestState } from "./state.ts";

/** Ghosts that an answer holds at most. */
const GHOST_LIMIT = 8;
const NAME_LIMIT = 64;

/** Emulates `look-further.ps1`: the line that it prints. */
export function lookFurther(session: Session): string {
  const { state } = session;
  if (!state.elevated) {
    const detail = "the script ran without administrator rights";
    return envelopeLine({ sir: "look-further/1", error: "not-elevated", detail }, null);
  }
  const { service, denied, port } = rdpOf(state);
  const { profile, verdict, rule } = firewallVerdict(state, port);
  return envelopeLine(
    {
      sir: "look-further/1",
      at: clockOf(session),
      service: [service.state, service.startMode],
      denied,
      port,
      listening: listensForRdp(state, port),
      firewall: [[profile, verdict, rule === null ? null : shortName(rule)]],
      ghostCount: ghostsOf(state).length,
      ghosts: ghostList(state),
      detail: null,
    },
    null,
  );
}

/** The first ghosts, as the scripts show them. */
export function ghostList(state: GuestState): GuestJson {
  return ghostsOf(state)
    .slice(0, GHOST_LIMIT)
    .map((ghost) => [deviceIdOf(ghost), shortName(ghost.description), ghost.service ?? "netvsc"]);
}

function shortName(name: string): string {
  return name.length > NAME_LIMIT ? `${name.slice(0, NAME_LIMIT - 1)}~` : name;
}
