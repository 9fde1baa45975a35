import type { Identity } from "../arm/identity.ts";

/** How far an operation had come: Azure writes an entry for each. */
export type ActivityStatus = "Started" | "Accepted" | "Succeeded" | "Failed";

/** One entry of Azure's Activity Log. */
export interface Activity {
  readonly eventId: string;
  readonly correlationId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly subscriptionId: string;
  readonly resourceId: string;
  /** For example `Microsoft.Network/networkInterfaces/write`. */
  readonly action: string;
  readonly method: string;
  readonly caller: Identity;
  readonly status: ActivityStatus;
  /** The HTTP status that belongs to it; null: none. */
  readonly httpStatus: number | null;
}
