import { describe, expect, it } from "vitest";

import { purposeOf } from "../../shared/signals/purpose.ts";
import { decodeRollbackRequest, rollbackSignal } from "../../shared/signals/rollback-request.ts";
import { anIncident, aSignal, VM_ID } from "../builders.ts";
import { refusalOf } from "./refusal.ts";

describe("a rollback request", () => {
  it("may be a dry run", () => {
    expect(decodeRollbackRequest({})).toEqual({ dryRun: false });
    expect(decodeRollbackRequest({ dryRun: true })).toEqual({ dryRun: true });
  });

  it.each([[null], ["now"], [{ dryRun: 1 }], [{ force: true }]])("is refused as %o", (body) => {
    expect(refusalOf(() => decodeRollbackRequest(body))?.code).toBe("invalid-rollback-request");
  });

  it("makes a signal for the incident's VM, which gets a run of its own", () => {
    const at = { id: "op-1", receivedAt: "2026-03-02T09:00:00.000Z" };

    const signal = rollbackSignal(anIncident(), { dryRun: false }, at);

    expect(signal).toMatchObject({
      source: "operator",
      vmId: VM_ID.toLowerCase(),
      mode: "heal",
      rollbackOf: "incident-0001",
    });
    expect(purposeOf([signal, aSignal()])).toMatchObject({
      signalIds: ["op-1"],
      rollbackOf: "incident-0001",
    });
    expect(purposeOf([aSignal(), signal])).toMatchObject({ signalIds: ["alert-0001"] });
    expect(purposeOf([aSignal(), signal])).not.toHaveProperty("rollbackOf");
  });
});
