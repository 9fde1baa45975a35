import type { Plan } from "../domain/diagnosis.ts";

/** Whether the plan changes something, or would if neither observe mode nor dry run held it back. */
export function wouldHeal(plan: Plan): boolean {
  return (plan.kind === "remedies" || plan.kind === "refuse") && plan.remedies.length > 0;
}
