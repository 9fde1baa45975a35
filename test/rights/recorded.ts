import { z } from "zod";

const logSchema = z.object({
  requests: z.array(
    z.object({
      operation: z.string(),
      action: z.string().optional(),
      linked: z.array(z.object({ action: z.string() })).optional(),
      status: z.union([z.number(), z.string()]),
    }),
  ),
});

/** What everything that was asked of simulated Azure needed. */
export interface Recorded {
  /** Each request's own right, and those on what it refers to; each once, sorted. */
  readonly rights: readonly string[];
  /** Operations that were refused. */
  readonly forbidden: readonly string[];
}

/** Reads it out of simulated Azure's own log. */
export async function recordedRights(armEndpoint: string): Promise<Recorded> {
  const answer = await fetch(`${armEndpoint}/_simulator/log`);
  const { requests } = logSchema.parse(await answer.json());
  const rights = requests.flatMap(({ action, linked = [] }) => [
    ...(action === undefined ? [] : [action]),
    ...linked.map((right) => right.action),
  ]);
  return {
    rights: [...new Set(rights)].toSorted(),
    forbidden: requests.filter(({ status }) => status === 403).map(({ operation }) => operation),
  };
}
