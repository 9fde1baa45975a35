import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";

import { decodeAlert, decodeAlertEvents } from "../../shared/signals/alerts.ts";
import { decodeHealRequest } from "../../shared/signals/heal-request.ts";
import { decodeNicEvents } from "../../shared/signals/nic-events.ts";
import {
  CONTEXT,
  OBJECT_ID,
  aNicWrite,
  aCloudNicWrite,
  aWriteData,
  anAlert,
  anAlertEvent,
  anAlertWithDimensions,
  aHealthAlert,
  vmId,
} from "./payloads.ts";
import { refusalOf } from "./refusal.ts";

const bodies = [
  aNicWrite(),
  aCloudNicWrite(),
  anAlert(),
  anAlertWithDimensions(["_ResourceId", vmId()]),
  aHealthAlert({ cause: "UserInitiated" }),
  anAlertEvent(anAlert()),
  { vmId: vmId(), dryRun: true, readGuest: false, reason: "ticket 7" },
];

/** A good body in which some values, at any depth, were replaced by any JSON. */
const spoiled = fc
  .tuple(
    fc.constantFrom(...bodies),
    fc.array(fc.tuple(fc.nat(200), fc.jsonValue()), { minLength: 1, maxLength: 4 }),
  )
  .map(([body, changes]) => changes.reduce<unknown>(spoil, body));

/** Puts the value in place of the n-th value of the body. */
function spoil(body: unknown, [place, value]: readonly [number, unknown]): unknown {
  let left = place;
  return JSON.parse(
    JSON.stringify(body ?? null, (_key, old: unknown) => {
      left -= 1;
      return left === -1 ? value : old;
    }),
  );
}

const anything = fc.oneof(fc.jsonValue(), spoiled, spoiled);

describe("whatever comes in", () => {
  test.prop([anything])("events never throw, and give one record each", (body) => {
    const count = Array.isArray(body) ? body.length : 1;

    expect(decodeNicEvents(body, CONTEXT)).toHaveLength(count);
    expect(decodeAlertEvents(body, CONTEXT).length).toBeGreaterThanOrEqual(count);
  });

  test.prop([anything])("HTTP bodies are read, or refused with a problem named", (body) => {
    const problems = [
      refusalOf(() => decodeAlert(body, CONTEXT)),
      refusalOf(() => decodeHealRequest(body)),
    ].map((refusal) => refusal?.problems ?? ["no refusal"]);

    expect(problems).not.toContainEqual([]);
  });

  test.prop([anything])("the same body gives the same signals, also when sent again", (body) => {
    const again: unknown = JSON.parse(JSON.stringify(body));

    expect(decodeNicEvents(again, CONTEXT)).toEqual(decodeNicEvents(body, CONTEXT));
    expect(decodeAlertEvents(again, CONTEXT)).toEqual(decodeAlertEvents(body, CONTEXT));
    expect(refusalOf(() => decodeAlert(again, CONTEXT))).toEqual(
      refusalOf(() => decodeAlert(body, CONTEXT)),
    );
  });

  test.prop([anything])("a signal is pending only for the id of a VM or a NIC", (body) => {
    const decoded = [...decodeNicEvents(body, CONTEXT), ...decodeAlertEvents(body, CONTEXT)];

    for (const { kind, signal } of decoded) {
      expect(signal.id).toMatch(/^sig-[0-9a-f]{32}$/u);
      expect(kind === "signal").toBe(signal.state.kind === "pending");
      expect(kind === "ignored" || signal.target.kind !== "other").toBe(true);
      expect(signal.vmId ?? signal.nicId ?? "/none").toMatch(/^\/[^\s?#%\p{Cc}\p{Lu}]+$/u);
    }
  });
});

describe("what a body says of its caller", () => {
  const secret = fc.stringMatching(/^[a-z0-9]{12,40}$/u).map((text) => `zq${text}`);

  test.prop([secret, fc.constantFrom("ip", "claims", "request", "authorization")])(
    "does not get into a NIC's signal",
    (text, place) => {
      const data = aWriteData({
        ...(place === "claims" && { claims: { appid: text, [OBJECT_ID]: text, aio: text } }),
        ...(place === "ip" && { claims: { ipaddr: text }, httpRequest: { clientIpAddress: text } }),
        ...(place === "request" && { httpRequest: { clientRequestId: text, url: text } }),
        ...(place === "authorization" && { authorization: { scope: text, evidence: text } }),
      });
      const events = [
        aNicWrite({ data }),
        aCloudNicWrite({ data }),
        aNicWrite({ data, eventType: "Microsoft.Resources.ResourceDeleteSuccess" }),
        aNicWrite({ data: { ...data, resourceUri: vmId() } }),
      ];

      const decoded = decodeNicEvents(events, CONTEXT);

      expect(decoded.map(({ kind }) => kind)).toEqual(["signal", "signal", "ignored", "ignored"]);
      expect(JSON.stringify(decoded)).not.toContain(text);
    },
  );

  test.prop([secret])("does not get into an alert's signal, or its refusal", (text) => {
    const context = {
      caller: text,
      claims: JSON.stringify({ appid: text, ipaddr: text }),
      httpRequest: text,
      authorization: { action: text, scope: text },
      correlationId: text,
    };
    const wrong = anAlert({ alertTargetIDs: text }, context);

    const decoded = [
      ...decodeAlert(anAlert({}, context), CONTEXT),
      ...decodeAlert(anAlert({ alertTargetIDs: [] }, context), CONTEXT),
      ...decodeAlertEvents(anAlertEvent(wrong), CONTEXT),
      refusalOf(() => decodeAlert(wrong, CONTEXT))?.problems,
    ];

    expect(decoded).toHaveLength(4);
    expect(JSON.stringify(decoded)).not.toContain(text);
  });
});
