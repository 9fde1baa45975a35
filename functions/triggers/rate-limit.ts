/** Says whether somebody may make one more request now: 0, or after how many whole seconds. */
export type RateLimit = (who: string) => number;

/** Callers that are remembered; beyond it the one not seen for longest is forgotten, which only gives it a full bucket. */
const MOST_CALLERS = 10_000;

interface Bucket {
  tokens: number;
  /** In milliseconds, on the given clock. */
  filledAt: number;
}

/**
 * A token bucket for each caller, in this process's memory: a burst of `perMinute` requests, then as many a minute. An app
 * with several instances has as many limits.
 */
export function createRateLimit(
  perMinute: number,
  clock: () => number = () => performance.now(),
): RateLimit {
  const buckets = new Map<string, Bucket>();
  const perMs = perMinute / 60_000;
  return (who) => {
    const now = clock();
    const known = buckets.get(who) ?? { tokens: perMinute, filledAt: now };
    const tokens = Math.min(perMinute, known.tokens + (now - known.filledAt) * perMs);
    const admitted = tokens >= 1;
    buckets.delete(who);
    buckets.set(who, { tokens: admitted ? tokens - 1 : tokens, filledAt: now });
    forgetOldest(buckets);
    return admitted ? 0 : Math.ceil((1 - tokens) / perMs / 1000);
  };
}

function forgetOldest(buckets: Map<string, Bucket>): void {
  const [oldest] = buckets.keys();
  if (buckets.size > MOST_CALLERS && oldest !== undefined) {
    buckets.delete(oldest);
  }
}
