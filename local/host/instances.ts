import type { HistoryEvent } from "./history.ts";
import type { InstanceStatusName } from "./host-events.ts";
import { readEvent } from "./journal-rows.ts";
import type { Instance } from "./journal-rows.ts";
import type { Journal } from "./journal.ts";

/** An instance in the form of the Durable HTTP API. Times are ISO 8601 UTC. */
export interface InstanceStatus {
  readonly name: string;
  readonly instanceId: string;
  readonly runtimeStatus: InstanceStatusName;
  readonly input: unknown;
  readonly customStatus: unknown;
  readonly output: unknown;
  readonly createdTime: string;
  readonly lastUpdatedTime: string;
  /** The events as the orchestrator gets them, so that they can be replayed; null unless asked for. */
  readonly historyEvents: readonly HistoryEvent[] | null;
}

/** What to show of an instance. @default input yes, history no */
export interface StatusOptions {
  readonly showInput?: boolean;
  readonly showHistory?: boolean;
}

/** Which instances to list; each part that is set has to hold. */
export interface InstanceFilter {
  readonly runtimeStatus?: readonly string[];
  /** Milliseconds since 1970. */
  readonly createdFrom?: number;
  readonly createdTo?: number;
}

/** Reads one instance; undefined when there is none of that id. */
export function readStatus(
  journal: Journal,
  id: string,
  options: StatusOptions = {},
): InstanceStatus | undefined {
  const instance = journal.instance(id);
  return instance === undefined ? undefined : toStatus(journal, instance, options);
}

/** Lists instances, oldest first. */
export function listStatus(
  journal: Journal,
  filter: InstanceFilter,
  options: StatusOptions = {},
): InstanceStatus[] {
  return journal
    .instances()
    .filter((instance) => matches(instance, filter))
    .map((instance) => toStatus(journal, instance, options));
}

function matches(instance: Instance, filter: InstanceFilter): boolean {
  const created = Date.parse(instance.createdAt);
  return (
    (filter.runtimeStatus?.includes(instance.status) ?? true) &&
    created >= (filter.createdFrom ?? -Infinity) &&
    created <= (filter.createdTo ?? Infinity)
  );
}

function toStatus(journal: Journal, instance: Instance, options: StatusOptions): InstanceStatus {
  const showInput = options.showInput ?? true;
  return {
    name: instance.name,
    instanceId: instance.id,
    runtimeStatus: instance.status,
    input: showInput ? JSON.parse(instance.inputText) : null,
    customStatus: JSON.parse(instance.customStatusText),
    output: JSON.parse(instance.outputText),
    createdTime: instance.createdAt,
    lastUpdatedTime: instance.updatedAt,
    historyEvents:
      options.showHistory === true
        ? journal.historyTexts(instance.id).map((text) => readEvent(text))
        : null,
  };
}
