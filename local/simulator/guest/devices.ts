import type { GhostAdapterState, GuestAdapterState, GuestState } from "./state.ts";

/** Class of the hypervisor's network devices on its bus. */
const NETVSC_CLASS = "{F8615163-DF3E-46C5-913F-F2D2F965ED0E}";

/** Drivers of the network devices that a move of a VM leaves behind. */
const GHOST_SERVICES = new Set(["netvsc", "mlx5", "mlx4_bus"]);

/** The instance id of an adapter's device, by which Windows tells devices apart. */
export function deviceIdOf(
  device: Pick<GuestAdapterState | GhostAdapterState, "guid" | "service">,
): string {
  return (device.service ?? "netvsc") === "netvsc"
    ? `VMBUS\\${NETVSC_CLASS}\\${device.guid}`
    : `PCI\\VEN_15B3&DEV_1016&SUBSYS_190715B3&REV_80\\${device.guid.slice(1, -1)}`;
}

/** The greyed network devices that the scripts list, by instance id. */
export function ghostsOf({ ghosts }: GuestState): readonly GhostAdapterState[] {
  return ghosts
    .filter(({ service = "netvsc" }) => GHOST_SERVICES.has(service))
    .toSorted((one, other) => (deviceIdOf(one) < deviceIdOf(other) ? -1 : 1));
}
