import type { Simulation } from "../../simulation.ts";
import type { ArmCall, ArmRoute } from "../arm-call.ts";
import { rightsOfSnapshot } from "../linked-rights.ts";
import { pageOf } from "../paging.ts";
import type { Reply } from "../reply.ts";
import { renderDisk } from "../resources/disks.ts";
import {
  deleteSnapshot,
  findSnapshot,
  patchSnapshot,
  putSnapshot,
  renderSnapshot,
  sourceDisk,
} from "../resources/snapshots.ts";
import { found, ok } from "./answers.ts";
import { GROUP, SUBSCRIPTION } from "./paths.ts";

const SNAPSHOTS = `${GROUP}/providers/microsoft.compute/snapshots`;

/** What is answered about disks and their snapshots. */
export const SNAPSHOT_ROUTES: readonly ArmRoute[] = [
  {
    operation: "disk.get",
    action: "Microsoft.Compute/disks/read",
    method: "GET",
    path: `${GROUP}/providers/microsoft.compute/disks/:name`,
    vm: (simulation, name) => simulation.world.disks.get(name.toLowerCase())?.vm ?? null,
    handle: (call) =>
      found(call, "Microsoft.Compute/disks", renderDisk(call.simulation.world, call.name)),
  },
  {
    operation: "snapshot.put",
    action: "Microsoft.Compute/snapshots/write",
    linked: rightsOfSnapshot,
    method: "PUT",
    path: `${SNAPSHOTS}/:name`,
    vm: (simulation, _name, body) => sourceDisk(simulation.world, body)?.vm ?? null,
    handle: (call) => putSnapshot(call.simulation, call.name, call.body, call.faults),
  },
  {
    operation: "snapshot.get",
    action: "Microsoft.Compute/snapshots/read",
    method: "GET",
    path: `${SNAPSHOTS}/:name`,
    vm: vmOfSnapshot,
    handle: (call) =>
      ok(renderSnapshot(call.simulation, findSnapshot(call.simulation.world, call.name))),
  },
  {
    operation: "snapshot.list",
    action: "Microsoft.Compute/snapshots/read",
    method: "GET",
    path: SNAPSHOTS,
    handle: listSnapshots,
  },
  {
    operation: "snapshot.list",
    action: "Microsoft.Compute/snapshots/read",
    method: "GET",
    path: `${SUBSCRIPTION}/providers/microsoft.compute/snapshots`,
    handle: listSnapshots,
  },
  {
    operation: "snapshot.patch",
    action: "Microsoft.Compute/snapshots/write",
    method: "PATCH",
    path: `${SNAPSHOTS}/:name`,
    vm: vmOfSnapshot,
    handle: (call) => patchSnapshot(call.simulation, call.name, call.body),
  },
  {
    operation: "snapshot.delete",
    action: "Microsoft.Compute/snapshots/delete",
    method: "DELETE",
    path: `${SNAPSHOTS}/:name`,
    vm: vmOfSnapshot,
    handle: (call) => deleteSnapshot(call.simulation, call.name),
  },
];

function vmOfSnapshot(simulation: Simulation, name: string): string | null {
  return simulation.world.snapshots.get(name.toLowerCase())?.vm ?? null;
}

function listSnapshots(call: ArmCall): Reply {
  const { simulation } = call;
  const snapshots = [...simulation.world.snapshots.values()];
  return pageOf(call, snapshots, (snapshot) => renderSnapshot(simulation, snapshot));
}
