import { z } from "zod";

import { isOwnWrite } from "../azure/own-write.ts";
import type { Alert } from "./alert-schema.ts";
import type { Dismissal, OwnIdentity } from "./decoded.ts";

/**
 * Marks of the payload that the portal's "Test action group" sends. Azure's subscription ids and alert ids are random
 * GUIDs, so neither mark occurs in a real alert. Names such as `test-VM` or a rule called `test-…` are no marks: people
 * use them. Source: azure-docs, alerts-payload-samples.
 */
const TEST_SUBSCRIPTION = "/subscriptions/11111111-1111-1111-1111-111111111111/";
const TEST_ALERT = "/alerts/12345678-1234-1234-1234-1234567890ab";

interface HealthProperties {
  readonly cause?: string | undefined;
  readonly currentHealthStatus?: string | undefined;
}

const jsonObject = z.string().transform((text): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
});

/** Why an alert starts nothing, whatever its target; null if it may start something. */
export function dismissAlert(alert: Alert, own: OwnIdentity | null): Dismissal | null {
  return (
    dismissTest(alert) ?? dismissCondition(alert) ?? dismissHealth(alert) ?? dismissOwn(alert, own)
  );
}

function dismissTest({ essentials }: Alert): Dismissal | null {
  const alertId = essentials.alertId.toLowerCase();
  const ids = [alertId, ...(essentials.alertTargetIDs ?? []).map((id) => id.toLowerCase())];
  const test = alertId.endsWith(TEST_ALERT) || ids.some((id) => id.startsWith(TEST_SUBSCRIPTION));
  return test
    ? { reason: "test-payload", message: "This is the sample payload of an action group's test." }
    : null;
}

function dismissCondition({ essentials }: Alert): Dismissal | null {
  switch (essentials.monitorCondition.toLowerCase()) {
    case "fired":
      return null;
    case "resolved":
      return { reason: "resolved", message: "The alert says that the condition is over." };
    default:
      return {
        reason: "foreign-schema",
        message: "The alert's condition is neither Fired nor Resolved.",
      };
  }
}

/** Activity log alerts are always Fired: a health event says by its own fields who caused it and whether it is over. */
function dismissHealth({ essentials, alertContext }: Alert): Dismissal | null {
  const service = essentials.monitoringService.replaceAll(/\s/gu, "").toLowerCase();
  if (service.endsWith("servicehealth")) {
    return { reason: "platform-caused", message: "Azure reports trouble of its own services." };
  }
  if (!service.endsWith("resourcehealth")) {
    return null;
  }
  return dismissResourceHealth(alertContext?.properties ?? {});
}

function dismissResourceHealth(properties: HealthProperties): Dismissal | null {
  const cause = properties.cause?.trim().toLowerCase() ?? "";
  if (cause.startsWith("user")) {
    return { reason: "user-initiated", message: "A user stopped or restarted the VM." };
  }
  if (cause.startsWith("platform")) {
    return { reason: "platform-caused", message: "Azure itself made the VM unavailable." };
  }
  return properties.currentHealthStatus?.trim().toLowerCase() === "available"
    ? { reason: "resolved", message: "Azure reports the VM as available again." }
    : null;
}

/** An alert on the activity log carries its writer's claims as a JSON text. */
function dismissOwn({ alertContext }: Alert, own: OwnIdentity | null): Dismissal | null {
  const claims = jsonObject.safeParse(alertContext?.claims);
  return claims.success && isOwnWrite(claims.data, own)
    ? { reason: "own-write", message: "This program's own identity caused the alert." }
    : null;
}
