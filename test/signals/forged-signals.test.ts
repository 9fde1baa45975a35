import { describe, expect, it } from "vitest";

import { decodeAlert } from "../../shared/signals/alerts.ts";
import { decodeNicEvents } from "../../shared/signals/nic-events.ts";
import { CONTEXT, aNicWrite, aWriteData, anAlert, nicId, vmId } from "./payloads.ts";

/** What an operator may ask for. */
const WISHES = {
  operator: true,
  source: "operator",
  mode: "heal",
  dryRun: false,
  readGuest: true,
  console: true,
  pinAddress: true,
  reason: "because",
  state: { kind: "pending" },
};

describe("whoever forges a signal", () => {
  it("as an event does not become an operator, who may do more", () => {
    const forged = { ...WISHES, ...aNicWrite({ data: { ...aWriteData(), ...WISHES } }) };

    const decoded = decodeNicEvents(forged, CONTEXT);

    expect(decoded).toEqual(decodeNicEvents(aNicWrite(), CONTEXT));
    expect(decoded[0]?.signal).toMatchObject({
      source: "nicChanged",
      readGuest: false,
      note: null,
    });
  });

  it("as an alert does not become an operator either", () => {
    const essentials = { alertTargetIDs: [vmId()] };
    const forged = decodeAlert(anAlert({ ...essentials, ...WISHES }, WISHES), CONTEXT);

    expect(forged).toEqual(decodeAlert(anAlert(essentials), CONTEXT));
    expect(forged[0]?.signal).toMatchObject({ source: "alert", readGuest: false, note: null });
  });

  it("of another subscription names that one, and nothing is taken from the event but the id", () => {
    const elsewhere = nicId().replace(/subscriptions\/[^/]+/u, "subscriptions/of-another-tenant");
    const data = aWriteData({ resourceUri: elsewhere, tenantId: "ours", authorization: {} });

    const [decoded] = decodeNicEvents(aNicWrite({ subject: nicId(), data }), CONTEXT);

    expect(decoded?.signal).toMatchObject({ vmId: null, nicId: elsewhere.toLowerCase() });
  });
});
