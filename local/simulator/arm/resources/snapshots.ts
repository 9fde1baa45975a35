import { z } from "zod";

import { ofKind } from "../../faults/faults.ts";
import type { Fault } from "../../scenario/fault-schema.ts";
import type { Simulation } from "../../simulation.ts";
import { resourceId } from "../../world/world.ts";
import type { DiskState, SnapshotState, World } from "../../world/world.ts";
import { ArmError, notFound } from "../arm-error.ts";
import { fail, openOperation, operationHeaders, succeed } from "../operations.ts";
import type { Reply } from "../reply.ts";

const SNAPSHOT_TYPE = "Microsoft.Compute/snapshots";

const tags = z.record(z.string(), z.string().max(256)).optional();
const snapshotBody = z.looseObject({
  location: z.string().min(1),
  tags,
  properties: z.looseObject({
    creationData: z.looseObject({
      createOption: z.string(),
      sourceResourceId: z.string().min(1),
    }),
  }),
});
const tagsBody = z.looseObject({ tags });

/** A snapshot as Resource Manager shows it. */
export function renderSnapshot(simulation: Simulation, snapshot: SnapshotState): unknown {
  const { world } = simulation;
  const isComplete = simulation.now().getTime() >= snapshot.completeAt;
  return {
    id: resourceId(world, SNAPSHOT_TYPE, snapshot.name),
    name: snapshot.name,
    type: SNAPSHOT_TYPE,
    location: snapshot.location,
    tags: snapshot.tags,
    sku: { name: "Standard_LRS", tier: "Standard" },
    properties: {
      ...snapshot.extra,
      osType: "Windows",
      diskSizeGB: 127,
      timeCreated: snapshot.createdAt,
      uniqueId: snapshot.uniqueId,
      diskState: "Unattached",
      completionPercent: 100,
      encryption: snapshot.extra["encryption"] ?? { type: "EncryptionAtRestWithPlatformKey" },
      provisioningState: isComplete ? "Succeeded" : "Creating",
    },
  };
}

/** The snapshot of that name. */
export function findSnapshot(world: World, name: string): SnapshotState {
  const snapshot = world.snapshots.get(name.toLowerCase());
  if (snapshot === undefined) {
    throw notFound(SNAPSHOT_TYPE, name, world.resourceGroup);
  }
  return snapshot;
}

/** The disk which a snapshot's body names as its source. */
export function sourceDisk(world: World, body: unknown): DiskState | null {
  const parsed = snapshotBody.safeParse(body);
  const id = parsed.success ? parsed.data.properties.creationData.sourceResourceId : "";
  const known = [...world.disks.values()].find(
    (disk) =>
      resourceId(world, "Microsoft.Compute/disks", disk.name).toLowerCase() === id.toLowerCase(),
  );
  return known ?? null;
}

/** Creates a snapshot, or writes one that is there anew; its source cannot change. */
export function putSnapshot(
  simulation: Simulation,
  name: string,
  body: unknown,
  faults: readonly Fault[],
): Reply {
  const parsed = snapshotBody.safeParse(body);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join(".") ?? "";
    throw new ArmError(400, "InvalidParameter", `Required parameter '${path}' is missing (null).`);
  }
  const { creationData } = parsed.data.properties;
  const known = simulation.world.snapshots.get(name.toLowerCase());
  if (known !== undefined) {
    return rewrite(simulation, known, parsed.data);
  }
  const disk = sourceDisk(simulation.world, body);
  if (disk === null) {
    throw notFound(
      "Microsoft.Compute/disks",
      lastPart(creationData.sourceResourceId),
      simulation.world.resourceGroup,
    );
  }
  return create(simulation, { name, body: parsed.data, disk, faults });
}

/** Replaces a snapshot's tags. */
export function patchSnapshot(simulation: Simulation, name: string, body: unknown): Reply {
  const snapshot = findSnapshot(simulation.world, name);
  const parsed = tagsBody.safeParse(body);
  if (!parsed.success) {
    throw new ArmError(
      400,
      "InvalidTagValueLength",
      "Tag value too large. Following tag value exceeds the maximum length of 256.",
    );
  }
  setTags(simulation, snapshot, parsed.data.tags ?? snapshot.tags);
  return { status: 200, body: renderSnapshot(simulation, snapshot) };
}

/** Deletes a snapshot; one that is not there is as good as deleted. */
export function deleteSnapshot(simulation: Simulation, name: string): Reply {
  const snapshot = simulation.world.snapshots.get(name.toLowerCase());
  if (snapshot === undefined) {
    return { status: 204 };
  }
  simulation.world.snapshots.delete(name.toLowerCase());
  simulation.log.effect({
    kind: "snapshotDeleted",
    by: "request",
    vm: snapshot.vm,
    detail: snapshot.name,
  });
  const operation = openOperation(simulation, {
    provider: "Microsoft.Compute",
    ofDisk: true,
    vm: snapshot.vm,
  });
  succeed(simulation, operation.id);
  return { status: 202, headers: operationHeaders(simulation, operation) };
}

interface SnapshotPlan {
  readonly name: string;
  readonly body: z.output<typeof snapshotBody>;
  readonly disk: DiskState;
  readonly faults: readonly Fault[];
}

function create(simulation: Simulation, plan: SnapshotPlan): Reply {
  const { disk, faults } = plan;
  const stuck = ofKind(faults, "stuck");
  const failure = ofKind(faults, "failOperation");
  const slowMs = (ofKind(faults, "slow")?.seconds ?? 0) * 1000;
  const readyAt = simulation.now().getTime() + simulation.latency.snapshotMs() + slowMs;
  const isBroken = stuck !== undefined || failure !== undefined;
  const snapshot = makeSnapshot(simulation, plan, isBroken ? Infinity : readyAt);
  if ((stuck ?? failure)?.when !== "before") {
    simulation.world.snapshots.set(plan.name.toLowerCase(), snapshot);
    simulation.log.effect({
      kind: "snapshotCreated",
      by: "request",
      vm: disk.vm,
      detail: plan.name,
    });
  }
  const operation = openOperation(simulation, {
    provider: "Microsoft.Compute",
    ofDisk: true,
    vm: disk.vm,
  });
  const body = renderSnapshot(simulation, { ...snapshot, completeAt: Infinity });
  if (stuck === undefined) {
    simulation.timeline.schedule(readyAt, () => {
      if (failure === undefined) {
        succeed(simulation, operation.id, renderSnapshot(simulation, snapshot));
      } else {
        fail(simulation, operation.id, failure.code, failure.message);
      }
    });
  }
  return { status: 202, body, headers: operationHeaders(simulation, operation) };
}

function makeSnapshot(
  simulation: Simulation,
  plan: SnapshotPlan,
  completeAt: number,
): SnapshotState {
  return {
    name: plan.name,
    resourceGroup: simulation.world.resourceGroup,
    location: plan.body.location,
    tags: plan.body.tags ?? {},
    sourceResourceId: plan.body.properties.creationData.sourceResourceId,
    createdAt: simulation.now().toISOString(),
    uniqueId: simulation.random.guid(),
    completeAt,
    extra: plan.body.properties,
    vm: plan.disk.vm,
  };
}

function rewrite(
  simulation: Simulation,
  snapshot: SnapshotState,
  body: z.output<typeof snapshotBody>,
): Reply {
  const { sourceResourceId } = body.properties.creationData;
  if (sourceResourceId.toLowerCase() !== snapshot.sourceResourceId.toLowerCase()) {
    throw new ArmError(
      409,
      "PropertyChangeNotAllowed",
      "Changing property 'creationData.sourceResourceId' is not allowed.",
    );
  }
  setTags(simulation, snapshot, body.tags ?? {});
  return { status: 200, body: renderSnapshot(simulation, snapshot) };
}

function setTags(
  simulation: Simulation,
  snapshot: SnapshotState,
  next: Readonly<Record<string, string>>,
): void {
  if (JSON.stringify(snapshot.tags) === JSON.stringify(next)) {
    return;
  }
  snapshot.tags = next;
  simulation.log.effect({
    kind: "snapshotUpdated",
    by: "request",
    vm: snapshot.vm,
    detail: snapshot.name,
  });
}

function lastPart(id: string): string {
  return id.split("/").at(-1) ?? id;
}
