import { z } from "zod";

import { InvalidInputError } from "../domain/errors.ts";
import { INCIDENT_CLOSED } from "../domain/lifecycle-type.ts";
import type { SignalTarget } from "../domain/signal.ts";
import { type Alert, COMMON_SCHEMA, readAlert, readSchemaId } from "./alert-schema.ts";
import { alertTargets } from "./alert-targets.ts";
import { dismissAlert } from "./alert-verdict.ts";
import {
  type AlertDecodeContext,
  type Decoded,
  type Dismissal,
  accepted,
  fingerprintOf,
  ignored,
} from "./decoded.ts";
import { eventTypeOf, eventsOf, isValidation, readEnvelope } from "./event-envelope.ts";
import { dismissType, ignoredEvent } from "./ignored-event.ts";
import { otherTarget } from "./target.ts";

const written = z.object({
  data: z.object({ alertContext: z.object({ claims: z.string() }) }),
});
const eventOfWritten = z.object({ data: written });

/**
 * Reads an alert as an action group's webhook sends it: one signal for each VM, NIC, address or computer
 * that it names.
 * @throws InvalidInputError `invalid-alert`, naming every problem, if the body is no alert at all.
 */
export function decodeAlert(body: unknown, context: AlertDecodeContext): readonly Decoded[] {
  const schemaId = readSchemaId(body);
  if (schemaId !== COMMON_SCHEMA) {
    const finding = { target: otherTarget(schemaId), occurrence: fingerprintOf(body) };
    return [
      ignored(
        { source: "alert", receivedAt: context.receivedAt, ...finding },
        { reason: "foreign-schema", message: "The alert is not in the common alert schema." },
      ),
    ];
  }
  const alert = readAlert(body);
  const targets = alertTargets(alert);
  const dismissal = dismissAlert(alert, context.ownIdentity ?? null) ?? dismissTargets(targets);
  const described = targets.length > 0 ? targets : [otherTarget(subjectOf(alert))];
  return described.map((target) => {
    const finding = {
      source: "alert" as const,
      occurrence: occurrenceOf(alert),
      target,
      receivedAt: context.receivedAt,
    };
    return dismissal === null ? accepted(finding) : ignored(finding, dismissal);
  });
}

/**
 * Reads events, in the Event Grid schema or as CloudEvents 1.0, several or one, whose data is an alert. What can never
 * be understood is ignored with its reason, since Event Grid would drop or repeat it; this program's own events give
 * nothing. Never throws.
 */
export function decodeAlertEvents(body: unknown, context: AlertDecodeContext): readonly Decoded[] {
  return eventsOf(body).flatMap((event) => decodeAlertEvent(event, context));
}

/**
 * Whether a body holds an alert, or events with one, that says who caused it: only then does it matter who this program
 * is. Alerts on the activity log do.
 */
export function namesWriter(body: unknown): boolean {
  return eventsOf(body).some(
    (one) => written.safeParse(one).success || eventOfWritten.safeParse(one).success,
  );
}

function decodeAlertEvent(event: unknown, context: AlertDecodeContext): readonly Decoded[] {
  const source = { source: "alert", ...context } as const;
  const type = eventTypeOf(event);
  if (type === INCIDENT_CLOSED.toLowerCase()) {
    // Its own news, where one topic serves for both ways: a record of each would say nothing new.
    return [];
  }
  if (type === null || isValidation(type)) {
    return [ignoredEvent(event, source, dismissType(type))];
  }
  try {
    return decodeAlert(readEnvelope(event).data, context);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) {
      throw error;
    }
    const message = `The event's data is no alert. ${error.problems.join("; ")}`.slice(0, 500);
    return [ignoredEvent(event, source, { reason: "foreign-schema", message })];
  }
}

function dismissTargets(targets: readonly SignalTarget[]): Dismissal | null {
  return targets.length > 0
    ? null
    : {
        reason: "no-target",
        message: "The alert names no VM, network interface, address or computer.",
      };
}

/** The same for each delivery: an activity log alert's id is its rule's, so the time has to be part of it. */
function occurrenceOf({ essentials }: Alert): string {
  const { alertId, originAlertId, firedDateTime, monitorCondition } = essentials;
  return [alertId, originAlertId ?? "", firedDateTime ?? "", monitorCondition]
    .map((part) => part.toLowerCase())
    .join("\n");
}

function subjectOf({ essentials }: Alert): string {
  return essentials.alertTargetIDs?.[0] ?? essentials.alertRule ?? essentials.alertId;
}
