/** Restarts that one subscription may have in an hour. */
export const AN_HOUR = 3;

export const HOUR_MS = 3_600_000;

/** How long an incident without an end holds the others up: a run that is gone must not do so for ever. */
export const LONGEST_MS = 2 * HOUR_MS;
