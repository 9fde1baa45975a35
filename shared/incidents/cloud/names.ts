/** Tables of the records in Azure; infra makes them, or else the program when it first writes. */
export const CLOUD_TABLES = ["signals", "incidents", "silences", "counters"] as const;

/** The blob container of evidence, and of records that are too large for a table's row. */
export const CLOUD_CONTAINER = "evidence";
