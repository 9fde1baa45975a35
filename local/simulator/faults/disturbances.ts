import { z } from "zod";

const seconds = z.number().min(0).max(86_400).default(0);

/** What happens to things on their way to those who are told: they come late, several times, or after younger ones. */
export const disturbance = z.strictObject({
  of: z.enum(["eventGrid", "alerts"]).describe("Changes of resources, or alerts."),
  nth: z.number().int().min(1).default(1).describe("The first of them that it strikes."),
  count: z.number().int().min(1).default(1).describe("How many it strikes from there."),
  delaySeconds: seconds.describe("How late it comes; younger ones may overtake it."),
  copies: z.number().int().min(1).max(100).default(1).describe("How often it comes."),
  apartSeconds: seconds.describe("Time between its copies."),
});

/** What happens to things on their way, with every default filled in. */
export type Disturbance = z.output<typeof disturbance>;

/** When the copies of the n-th thing of its kind come, in seconds from now; undisturbed once, at once. */
export function arrivalsOf(
  disturbances: readonly Disturbance[],
  of: Disturbance["of"],
  n: number,
): readonly number[] {
  const found = disturbances.find(
    (entry) => entry.of === of && n >= entry.nth && n < entry.nth + entry.count,
  );
  if (found === undefined) {
    return [0];
  }
  const { copies, delaySeconds, apartSeconds } = found;
  return Array.from({ length: copies }, (_none, copy) => delaySeconds + copy * apartSeconds);
}
