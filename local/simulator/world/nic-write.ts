import { ArmError } from "../arm/arm-error.ts";
import type { Identity } from "../arm/identity.ts";
import { fail, openOperation, operationHeaders, succeed } from "../arm/operations.ts";
import { addressText, etagText } from "../arm/resources/network-interfaces.ts";
import type { EffectCause } from "../log.ts";
import type { Fault } from "../scenario/fault-schema.ts";
import type { Simulation } from "../simulation.ts";
import { readNicBody } from "./nic-body.ts";
import { restartVm } from "./power.ts";
import { resourceId } from "./world.ts";
import type { NicState } from "./world.ts";

const NIC_TYPE = "Microsoft.Network/networkInterfaces";

/** A write of a NIC. */
export interface NicWrite {
  readonly body: unknown;
  /** The `If-Match` header, or null. */
  readonly ifMatch: string | null;
  readonly by: EffectCause;
  readonly caller: Identity;
}

/**
 * Replaces a whole NIC. When its primary address changes it gets another MAC address, and a running VM restarts, as
 * Azure's documentation says (reset-network-interface); nobody has confirmed either, so that a scenario can keep the MAC.
 * @throws ArmError 412 for another ETag, 400 for a body or an address which Azure refuses.
 */
export function writeNic(simulation: Simulation, nic: NicState, write: NicWrite): void {
  requireMatch(nic, write.ifMatch);
  supersede(simulation, nic);
  const before = addressText(nic);
  const allocation = allocationText(nic);
  replace(simulation, nic, write.body);
  const after = addressText(nic);
  const detail = before === after ? `${nic.name}: ${after}` : `${nic.name}: ${before} -> ${after}`;
  simulation.log.effect({ kind: "nicWritten", by: write.by, vm: nic.vm, detail });
  // Azure tells of a write when it is done.
  simulation.timeline.schedule(nic.updatingUntil, () => {
    announce(simulation, nic, write.caller);
  });
  const vm = simulation.world.vms.get(nic.vm?.toLowerCase() ?? "");
  const reallocated = simulation.allocationRestarts && allocation !== allocationText(nic);
  if (vm !== undefined && (before !== after || reallocated)) {
    if (!simulation.keepMac) {
      nic.mac = simulation.random.mac();
    }
    restartVm(simulation, vm, { by: write.by, detail: `the address of ${nic.name} changed` });
  }
}

function allocationText({ configurations }: NicState): string {
  return configurations.map(({ allocation }) => allocation).join(" ");
}

function requireMatch(nic: NicState, ifMatch: string | null): void {
  if (ifMatch !== null && !["*", etagText(nic)].includes(ifMatch)) {
    throw new ArmError(
      412,
      "PreconditionFailed",
      `Precondition failed. The ETag of ${nic.name} is ${etagText(nic)}, not ${ifMatch}.`,
    );
  }
}

/**
 * The same as an operation of Resource Manager, with the faults that strike it.
 * @returns the headers that say where the operation can be read.
 * @throws ArmError 429 while Azure is still at work on the last write, and what a write throws.
 */
export function startNicWrite(
  simulation: Simulation,
  nic: NicState,
  write: NicWrite,
  faults: readonly Fault[],
): Record<string, string> {
  requireMatch(nic, write.ifMatch);
  requireRest(simulation, nic);
  const stuck = faults.find((fault) => fault.kind === "stuck");
  const failure = faults.find((fault) => fault.kind === "failOperation");
  if (stuck?.when !== "before" && failure?.when !== "before") {
    writeNic(simulation, nic, write);
  }
  const operation = openOperation(simulation, { provider: "Microsoft.Network", vm: nic.vm });
  nic.operationId = operation.id;
  if (stuck === undefined) {
    simulation.timeline.schedule(nic.updatingUntil, () => {
      if (nic.operationId === operation.id) {
        end(simulation, nic, failure);
      }
    });
  }
  return operationHeaders(simulation, operation);
}

function end(
  simulation: Simulation,
  nic: NicState,
  failure: { readonly code: string; readonly message: string } | undefined,
): void {
  const id = nic.operationId ?? "";
  nic.operationId = null;
  if (failure === undefined) {
    succeed(simulation, id);
  } else {
    nic.failed = true;
    fail(simulation, id, failure.code, failure.message);
  }
}

/** A later write by somebody else wins. Source: public issues, which name the code. */
function supersede(simulation: Simulation, nic: NicState): void {
  if (nic.operationId !== null && simulation.now().getTime() < nic.updatingUntil) {
    end(simulation, nic, {
      code: "CanceledAndSupersededDueToAnotherOperation",
      message: `Operation PutNicOperation (${nic.operationId}) was canceled and superseded by operation PutNicOperation.`,
    });
  }
}

/** Source: "Understand how Azure Resource Manager throttles requests", network resource provider; the text: public issues. */
function requireRest(simulation: Simulation, nic: NicState): void {
  const seconds = Math.ceil((nic.updatingUntil - simulation.now().getTime()) / 1000);
  if (seconds > 0) {
    const id = resourceId(simulation.world, NIC_TYPE, nic.name);
    throw new ArmError(
      429,
      "RetryableErrorDueToAnotherOperation",
      `Operation PutNicOperation is updating resource ${id}. The call can be retried in ${seconds} seconds.`,
      seconds,
    );
  }
}

function replace(simulation: Simulation, nic: NicState, body: unknown): void {
  const { dynamicKeepsAddress } = simulation;
  Object.assign(nic, readNicBody(simulation.world, { nic, dynamicKeepsAddress }, body));
  nic.failed = false;
  nic.etag = simulation.random.guid();
  nic.updatingUntil = simulation.now().getTime() + simulation.latency.nicWriteMs();
}

function announce(simulation: Simulation, nic: NicState, caller: Identity): void {
  simulation.publish({
    kind: "Write",
    resourceId: resourceId(simulation.world, NIC_TYPE, nic.name),
    resourceType: NIC_TYPE,
    action: `${NIC_TYPE}/write`,
    method: "PUT",
    caller,
  });
}
