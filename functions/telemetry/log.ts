import type { InvocationContext } from "@azure/functions";

import { LOG_EVENTS, type LogEventName, type LogFields } from "./log-events.ts";

/** Writes an event of the catalogue to the log of the host. */
export type Tell = <Name extends LogEventName>(name: Name, fields: LogFields<Name>) => void;

/** The log of one call of a function. All that the functions log goes through it. */
export function logOf(context: Pick<InvocationContext, "info" | "warn" | "error">): Tell {
  return (name, fields) => {
    const { id, level, message } = LOG_EVENTS[name];
    context[level](message, { eventId: id, ...fields });
  };
}
