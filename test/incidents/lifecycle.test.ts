import { describe, expect, it } from "vitest";

import type { Incident } from "../../shared/domain/incident.ts";
import { incidentClosedEvent } from "../../shared/incidents/lifecycle.ts";
import { VM_ID, anIncident } from "../builders.ts";
import { anEntry } from "./ledger-entry.ts";

const SNAPSHOT = `${VM_ID}-snapshot`;

function aClosedIncident(overrides: Partial<Incident> = {}): Incident {
  return anIncident({
    closedAt: "2026-03-02T08:09:00.000Z",
    provenAt: "2026-03-02T08:05:40.000Z",
    outcome: {
      kind: "healed",
      code: "guest-dhcp",
      message: "Windows takes its address from Azure again.",
      nextStep: "",
      remarks: [],
    },
    backup: {
      snapshotId: SNAPSHOT,
      snapshotName: "snapshot",
      createdAt: "2026-03-02T08:04:30.000Z",
      expiresAt: "2026-03-09T08:04:30.000Z",
      state: "complete",
    },
    ledger: [anEntry({ state: "done" })],
    ...overrides,
  });
}

describe("the event of a closed incident", () => {
  it("is a CloudEvent that tells the outcome, what was changed, and the way back", () => {
    const incident = aClosedIncident();

    expect(incidentClosedEvent(incident)).toEqual({
      specversion: "1.0",
      type: "StaticIpRemediator.IncidentClosed",
      source: "/static-ip-remediator",
      id: "incident-0001/closed",
      subject: VM_ID.toLowerCase(),
      time: "2026-03-02T08:09:00.000Z",
      datacontenttype: "application/json",
      data: {
        incidentId: "incident-0001",
        vmId: VM_ID.toLowerCase(),
        vmName: "vm-crane-01",
        mode: "heal",
        openedAt: "2026-03-02T08:04:10.000Z",
        closedAt: "2026-03-02T08:09:00.000Z",
        secondsToHeal: 90,
        outcome: incident.outcome,
        diagnoses: [],
        changes: [{ remedy: "guestDhcp", nicId: "nic", state: "done" }],
        snapshot: { id: SNAPSHOT, expiresAt: "2026-03-09T08:04:30.000Z" },
      },
    });
  });

  it("names no snapshot that is gone, and no time to heal without a proof", () => {
    const { backup } = aClosedIncident();
    const kept = incidentClosedEvent(aClosedIncident({ backup: null, provenAt: null }));
    const deleted = incidentClosedEvent(
      aClosedIncident({ backup: backup === null ? null : { ...backup, state: "deleted" } }),
    );

    expect(kept.data).toMatchObject({ snapshot: null, secondsToHeal: null });
    expect(deleted.data.snapshot).toBeNull();
  });

  it.each<[string, Partial<Incident>]>([
    ["no end", { closedAt: null }],
    ["no outcome", { outcome: null }],
  ])("cannot be made of an incident with %s", (_title, overrides) => {
    expect(() => incidentClosedEvent(aClosedIncident(overrides))).toThrow(
      expect.objectContaining({ name: "DefectError", code: "incident-open" }),
    );
  });
});
