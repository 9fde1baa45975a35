import type { OrchestrationContext } from "durable-functions";

import type { Belonging } from "../activities/catalogue.ts";

/** By context, which each replay has anew: nothing is kept from one turn to the next. */
const belongings = new WeakMap<OrchestrationContext, string>();

/** From now on, what this orchestration calls belongs to that incident. */
export function belongTo(context: OrchestrationContext, incidentId: string | undefined): void {
  if (incidentId !== undefined) {
    belongings.set(context, incidentId);
  }
}

/** An input that says to which incident it belongs; as it is before there is one. */
export function withBelonging<Input extends object>(
  context: OrchestrationContext,
  input: Input,
  attempt = 1,
): Input | (Input & { readonly belonging: Belonging }) {
  const incidentId = belongings.get(context);
  return incidentId === undefined ? input : { ...input, belonging: { incidentId, attempt } };
}
