import { type Decoded, type Dismissal, type Finding, fingerprintOf, ignored } from "./decoded.ts";
import { eventIdOf, eventTypeOf, isValidation } from "./event-envelope.ts";
import { otherTarget } from "./target.ts";

/** Ignores an event about which nothing is known but its type. */
export function ignoredEvent(
  event: unknown,
  { source, receivedAt }: Pick<Finding, "source" | "receivedAt">,
  dismissal: Dismissal,
): Decoded {
  const finding = {
    source,
    occurrence: eventIdOf(event) ?? fingerprintOf(event),
    target: otherTarget(eventTypeOf(event) ?? "an unreadable event"),
    receivedAt,
  };
  return ignored(finding, dismissal);
}

/** Why an event of a type that is not listened to starts nothing; null is the type of what is no event. */
export function dismissType(type: string | null): Dismissal {
  if (type === null) {
    return {
      reason: "foreign-schema",
      message: "This is neither an event of the Event Grid schema nor of CloudEvents 1.0.",
    };
  }
  return isValidation(type)
    ? { reason: "test-payload", message: "Event Grid asked whether somebody listens." }
    : { reason: "foreign-schema", message: "Events of this type are not listened to." };
}
