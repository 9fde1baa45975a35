import type { Activity } from "./activity/activity.ts";
import type { Identity } from "./arm/identity.ts";
import type { Allows, PermissionsOf } from "./arm/rights.ts";
import type { Throttle } from "./arm/throttle.ts";
import type { Topic } from "./events/topics.ts";
import type { Faults } from "./faults/faults.ts";
import type { Holds } from "./faults/holds.ts";
import type { Latency } from "./latency.ts";
import type { SimulatorLog } from "./log.ts";
import type { Random } from "./random.ts";
import type { ScenarioEventSubscription } from "./scenario/event-schema.ts";
import type { Timeline } from "./timeline.ts";
import type { World } from "./world/world.ts";

/** How an asynchronous operation of Resource Manager stands. */
export interface OperationState {
  readonly id: string;
  readonly subscriptionId: string;
  /** Which part of Azure runs it: it decides the form of its address. */
  readonly provider: "Microsoft.Compute" | "Microsoft.Network";
  /** Whether it is about a disk or a snapshot, whose operations Azure keeps apart. */
  readonly ofDisk: boolean;
  readonly vm: string | null;
  readonly script: string | null;
  readonly startedAt: string;
  status: "InProgress" | "Succeeded" | "Failed";
  endedAt: string | null;
  /** Body of its result; null: it has none. */
  result: unknown;
  error: { readonly code: string; readonly message: string } | null;
  /** Called once, when it ends. */
  onEnd?: (status: "Succeeded" | "Failed") => void;
}

/** Something that Azure tells to those who subscribed. */
export interface ResourceChange {
  readonly kind: "Write" | "Delete" | "Action";
  readonly resourceId: string;
  /** For example `Microsoft.Network/networkInterfaces`. */
  readonly resourceType: string;
  /** For example `Microsoft.Network/networkInterfaces/write`. */
  readonly action: string;
  readonly method: string;
  readonly caller: Identity;
}

/** Everything that the parts of simulated Azure share. */
export interface Simulation {
  /** The subscription which is looked at. */
  readonly world: World;
  /** All subscriptions, the main one first. */
  readonly worlds: readonly [World, ...World[]];
  readonly timeline: Timeline;
  readonly latency: Latency;
  readonly random: Random;
  readonly log: SimulatorLog;
  readonly faults: Faults;
  readonly holds: Holds;
  readonly throttle: Throttle;
  readonly operations: Map<string, OperationState>;
  /** Azure's Activity Log, oldest first, and what its ids are drawn from. */
  readonly activities: { readonly entries: Activity[]; readonly random: Random };
  /** How long an entry of it takes until it can be read. */
  readonly activityDelayMs: number;
  /** Whoever changes things beside the program. */
  readonly human: Identity;
  readonly token: string;
  readonly allows: Allows;
  /** What the caller may do, as Resource Manager lists it. */
  readonly permissionsOf: PermissionsOf;
  /** Signs the addresses of blobs. */
  readonly blobKey: string;
  /** What Key Vault holds, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Custom topics of Event Grid, by name in lower case. */
  readonly topics: ReadonlyMap<string, Topic>;
  /** Event subscriptions that lists show. */
  readonly eventSubscriptions: readonly ScenarioEventSubscription[];
  readonly commandDeliveryMs: number;
  /** How many items of a list come at once; infinite: all. */
  readonly pageSize: number;
  /** Whether a NIC keeps its MAC address when its address changes. */
  readonly keepMac: boolean;
  /** Whether a VM restarts, and its NIC gets another MAC address, when only the allocation method changes. */
  readonly allocationRestarts: boolean;
  /** Whether a NIC's configuration keeps its address when it becomes Dynamic. */
  readonly dynamicKeepsAddress: boolean;
  now(): Date;
  /** `http://127.0.0.1:PORT`, once it listens. */
  endpoint(): string;
  /** Tells the subscribers. */
  publish(change: ResourceChange): void;
}
