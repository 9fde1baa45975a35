import type { InvocationContext } from "@azure/functions";
import { getClient, input } from "durable-functions";

import { startHeal } from "../triggers/instances.ts";
import type { ActivityCatalogue } from "./catalogue.ts";

/** Starts the run of a VM from within an orchestration. Key: the VM; one that runs already is left alone. */
export const startRun = {
  extraInputs: [input.durableClient()],
  handler: async (asked: unknown, context: InvocationContext): Promise<null> => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only `call` schedules it, and the catalogue types that
    const { vmId } = asked as ActivityCatalogue["startRun"]["input"];
    await startHeal(getClient(context), vmId);
    return null;
  },
};
