/** An event as a topic took it. */
export interface TakenEvent {
  /** Object id of who published it. */
  readonly publisher: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly event: unknown;
}

/** A custom topic of Event Grid, with input schema CloudEvents 1.0 and no subscriptions: it keeps what it gets. */
export interface Topic {
  readonly name: string;
  readonly events: TakenEvent[];
}

/** The topics of a scenario, by name in lower case. */
export function makeTopics(names: readonly string[]): ReadonlyMap<string, Topic> {
  return new Map(names.map((name) => [name.toLowerCase(), { name, events: [] }]));
}
