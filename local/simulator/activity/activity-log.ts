import { ArmError } from "../arm/arm-error.ts";
import type { Identity } from "../arm/identity.ts";
import type { Reply } from "../arm/reply.ts";
import { scopeIn } from "../arm/rights.ts";
import type { OperationState, Simulation } from "../simulation.ts";
import type { Activity, ActivityStatus } from "./activity.ts";

/** A request that changes something, or is to. */
interface Changing {
  readonly simulation: Simulation;
  readonly path: string;
  readonly caller: Identity;
  readonly method: string;
  /** The right that it needs, which is its name in the log too; null: none. */
  readonly action: string | null;
}

type Write = (status: ActivityStatus, httpStatus: number | null) => void;

/**
 * Lets a request be answered, and keeps in the Activity Log what came of it; what only reads leaves nothing there. An
 * operation's end is an entry of its own. Source: "Azure Activity Log event schema", category Administrative.
 */
export function logged(request: Changing, answer: () => Reply): Reply {
  const { simulation, method, action } = request;
  if (action === null || method === "GET" || action.endsWith("/read")) {
    return answer();
  }
  const write = writerFor(simulation, { ...request, action, resourceId: scopeIn(request.path) });
  const before = simulation.operations.size;
  write("Started", null);
  try {
    const reply = answer();
    const opened = [...simulation.operations.values()][before];
    follow(write, opened, reply.status);
    return reply;
  } catch (error) {
    if (error instanceof ArmError) {
      write("Failed", error.status);
    }
    throw error;
  }
}

/** Keeps what somebody did beside the program, as if by a request that Azure carried out. */
export function logHuman(
  simulation: Simulation,
  done: { readonly resourceId: string; readonly action: string },
): void {
  const method = done.action.endsWith("/write") ? "PUT" : "POST";
  const write = writerFor(simulation, { ...done, method, caller: simulation.human });
  write("Started", null);
  write("Succeeded", 200);
}

function follow(write: Write, opened: OperationState | undefined, httpStatus: number): void {
  if (opened?.status !== "InProgress") {
    const failed = opened?.status === "Failed";
    write(failed ? "Failed" : "Succeeded", failed ? null : httpStatus);
    return;
  }
  write("Accepted", httpStatus);
  opened.onEnd = (status) => {
    write(status, null);
  };
}

function writerFor(
  simulation: Simulation,
  done: Pick<Activity, "resourceId" | "action" | "method" | "caller">,
): Write {
  const { activities, world } = simulation;
  const correlationId = activities.random.guid();
  return (status, httpStatus) => {
    activities.entries.push({
      eventId: activities.random.guid(),
      correlationId,
      at: simulation.now().getTime(),
      subscriptionId: world.subscriptionId,
      resourceId: done.resourceId,
      action: done.action,
      method: done.method,
      caller: done.caller,
      status,
      httpStatus,
    });
  };
}
