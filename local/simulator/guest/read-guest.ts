import { adapterViews, envelopeLine } from "./envelope.ts";
import { clockOf, TASK_PREFIX, type Session } from "./session.ts";
import { netshText } from "./text.ts";

/** Emulates `read-guest.ps1`: the line that it prints. */
export function readGuest(session: Session): string {
  const { state } = session;
  if (!state.elevated) {
    const detail = "the script ran without administrator rights";
    return envelopeLine({ sir: "read-guest/1", error: "not-elevated", detail }, null);
  }
  const envelope = {
    sir: "read-guest/1",
    at: clockOf(session),
    boot: `${new Date(state.bootedAt).toISOString().slice(0, 19)}Z`,
    name: state.computerName,
    dhcp: [state.dhcpService.state, state.dhcpService.startMode],
    roles: (["domainController", "clusterNode"] as const).filter((role) =>
      state.roles.includes(role),
    ),
    tasks: state.tasks
      .filter((task) => task.name.startsWith(TASK_PREFIX))
      .map((task) => task.name.slice(TASK_PREFIX.length)),
    adapters: adapterViews(state),
  };
  return envelopeLine(envelope, netshText(state));
}
