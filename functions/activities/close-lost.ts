import type { InvocationContext } from "@azure/functions";
import {
  getClient,
  input,
  OrchestrationRuntimeStatus,
  type DurableClient,
} from "durable-functions";

import { services } from "../services.ts";
import { healInstanceId } from "../triggers/instances.ts";
import type { ActivityCatalogue } from "./catalogue.ts";
import { closeLostIncidents } from "./lost-incidents.ts";

/** Open incidents that a round looks at. */
const MOST = 500;

const OVER = new Set<OrchestrationRuntimeStatus>([
  OrchestrationRuntimeStatus.Completed,
  OrchestrationRuntimeStatus.Failed,
  OrchestrationRuntimeStatus.Terminated,
  OrchestrationRuntimeStatus.Canceled,
]);

/** Closes open incidents whose VMs have no run. Key: the incidents' ids; young ones stay, since a run may just have begun. */
export const closeLost = {
  extraInputs: [input.durableClient()],
  handler: async (
    _asked: unknown,
    context: InvocationContext,
  ): Promise<ActivityCatalogue["closeLost"]["output"]> => {
    const records = await services().store();
    const client = getClient(context);
    const open = await records.listIncidents({ open: true, limit: MOST });
    const lost: string[] = [];
    for (const vmId of new Set(open.map((incident) => incident.vmId))) {
      if (await isOver(client, vmId)) {
        await closeLostIncidents(records, vmId);
        lost.push(vmId);
      }
    }
    return { vmIds: lost };
  },
};

/** Whether a VM surely has no run; trouble in asking counts as one. */
async function isOver(client: DurableClient, vmId: string): Promise<boolean> {
  try {
    const { runtimeStatus } = await client.getStatus(healInstanceId(vmId));
    return OVER.has(runtimeStatus);
  } catch (error) {
    return error instanceof Error && error.message.includes("HTTP 404");
  }
}
