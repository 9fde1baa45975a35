import { describe, expect, it } from "vitest";

import { decodeAlert, decodeAlertEvents } from "../../shared/signals/alerts.ts";
import { CONTEXT, aNicWrite, anAlert, anAlertEvent, vmId } from "./payloads.ts";

function reasonOf(body: unknown): string {
  const [first] = decodeAlertEvents(body, CONTEXT);
  return first?.signal.state.kind === "ignored" ? first.signal.state.reason : String(first?.kind);
}

describe("an event with an alert in it", () => {
  it.each<[string, unknown]>([
    ["in the Event Grid schema", anAlertEvent(anAlert())],
    ["in an array", [anAlertEvent(anAlert())]],
    ["of another id: the alert counts", anAlertEvent(anAlert(), { id: "another" })],
  ])("is the same signal as the alert from a webhook: %s", (_title, body) => {
    expect(decodeAlertEvents(body, CONTEXT)).toEqual(decodeAlert(anAlert(), CONTEXT));
  });

  it("may be a CloudEvent", () => {
    const { eventType, ...event } = anAlertEvent(anAlert());
    const cloud = { ...event, type: eventType, specversion: "1.0" };

    expect(decodeAlertEvents(cloud, CONTEXT)).toEqual(decodeAlert(anAlert(), CONTEXT));
  });

  it("may hold an alert on several VMs, beside other events", () => {
    const two = anAlertEvent(anAlert({ alertTargetIDs: [vmId("a"), vmId("b")] }));

    const kinds = decodeAlertEvents([two, null, anAlertEvent(anAlert())], CONTEXT).map(
      ({ kind }) => kind,
    );

    expect(kinds).toEqual(["signal", "signal", "ignored", "signal"]);
  });

  it.each<[string, unknown, string]>([
    ["a resolved alert", anAlertEvent(anAlert({ monitorCondition: "Resolved" })), "resolved"],
    ["an alert of another schema", anAlertEvent({ schemaId: "other" }), "foreign-schema"],
    ["an alert of wrong types", anAlertEvent(anAlert({ alertTargetIDs: "x" })), "foreign-schema"],
    ["an alert as a text", anAlertEvent(JSON.stringify(anAlert())), "foreign-schema"],
    ["no data", anAlertEvent(undefined), "foreign-schema"],
    ["a NIC write", aNicWrite(), "foreign-schema"],
    [
      "Event Grid's question",
      anAlertEvent({}, { eventType: "Microsoft.EventGrid.SubscriptionValidationEvent" }),
      "test-payload",
    ],
    ["an alert without an event around it", anAlert(), "foreign-schema"],
    ["null", null, "foreign-schema"],
    ["a text", "alert", "foreign-schema"],
  ])("is ignored when it is %s", (_title, body, reason) => {
    expect(reasonOf(body)).toBe(reason);
  });

  it("names what is wrong with its alert, without repeating values, in at most 500 characters", () => {
    const wrong = anAlert({ alertTargetIDs: Array.from({ length: 500 }, () => 987_654) });

    const [decoded] = decodeAlertEvents(anAlertEvent(wrong), CONTEXT);

    const message =
      decoded?.signal.state.kind === "ignored" ? decoded.signal.state.message : "not ignored";
    expect(message).toContain("data.essentials.alertTargetIDs.0: ");
    expect(message).not.toContain("987");
    expect(message.length).toBeLessThanOrEqual(500);
  });
});

it("says nothing of this program's own events, where one topic serves for both ways", () => {
  const event = { specversion: "1.0", type: "StaticIpRemediator.IncidentClosed", data: {} };

  expect(decodeAlertEvents(event, CONTEXT)).toEqual([]);
});
