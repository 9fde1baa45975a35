import { describe, expect, it } from "vitest";

import { handOffOf } from "../../shared/diagnosis/hand-off.ts";
import type { BackupRecord, LedgerEntry } from "../../shared/domain/incident.ts";
import type { Outcome } from "../../shared/domain/outcome.ts";
import {
  aMismatchedAdapter,
  aDiagnosis,
  anIncident,
  guestRead,
  aVm,
  azureFacts,
  SUBSCRIPTION,
  VM_ID,
} from "../builders.ts";

const TENANT = "c4d8f0b2-6a37-4e1c-b5a9-0f3e7d618b25";
const BACKUP: BackupRecord = {
  snapshotId: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-harbour/providers/Microsoft.Compute/snapshots/sir-vm-crane-01-1`,
  snapshotName: "sir-vm-crane-01-1",
  createdAt: "2026-03-02T08:04:30.000Z",
  expiresAt: "2026-03-09T08:04:30.000Z",
  state: "complete",
};
const ENTRY: LedgerEntry = {
  id: "entry-1",
  remedy: "guestDhcp",
  nicId: "nic",
  intent: 'Switch "Ethernet" to DHCP.',
  before: {},
  undo: "Set the static address again.",
  openedAt: "2026-03-02T08:05:00.000Z",
  closedAt: "2026-03-02T08:06:00.000Z",
  state: "unknown",
  result: "The answer was lost.",
};

function anOutcome(change: Partial<Outcome> = {}): Outcome {
  return {
    kind: "needsHuman",
    code: "switch-unknown",
    message: "The switch's answer is lost.",
    nextStep: "",
    remarks: [],
    ...change,
  };
}

const INCIDENT = anIncident({
  azureFacts: azureFacts(),
  probe: { kind: "silent", address: "10.71.4.20", detail: "10.71.4.20:3389: no answer" },
  guest: guestRead({ adapters: [aMismatchedAdapter()] }),
  diagnoses: [aDiagnosis()],
  backup: BACKUP,
  ledger: [ENTRY],
});

describe("a hand-off", () => {
  it("says what was found and tried, and how to put back what may be changed", () => {
    const handOff = handOffOf({
      incident: INCIDENT,
      outcome: anOutcome(),
      now: null,
      tenantId: TENANT,
    });

    expect(handOff?.found).toEqual([aDiagnosis().message, "RDP: 10.71.4.20:3389: no answer."]);
    expect(handOff?.tried).toEqual([
      {
        what: 'Switch "Ethernet" to DHCP.',
        state: "unknown",
        result: "The answer was lost.",
        undo: "Set the static address again.",
      },
    ]);
  });

  it.each(["undone", "untouched"] as const)("names no way back of a change that is %s", (state) => {
    const incident = { ...INCIDENT, ledger: [{ ...ENTRY, state }] };

    const handOff = handOffOf({ incident, outcome: anOutcome(), now: null, tenantId: null });

    expect(handOff?.tried).toMatchObject([{ state, undo: null }]);
  });

  it("says how VM, NIC, Windows and snapshot stand, by the last look at Azure", () => {
    const now = azureFacts({ vm: aVm({ powerState: "stopped", agentReady: false }) });

    const lines = handOffOf({ incident: INCIDENT, outcome: anOutcome(), now, tenantId: null })?.now;

    expect(lines).toEqual([
      "VM vm-crane-01 is stopped, and its agent does not report.",
      "NIC nic-crane-01: Azure's address is 10.71.4.20 (Dynamic); its MAC address is 00-0D-3A-71-04-20.",
      expect.stringMatching(
        /^Windows, read at .*: adapter "Ethernet" has 10\.71\.4\.77\/24, DHCP off\.$/u,
      ),
      "Snapshot sir-vm-crane-01-1 is complete; it is to be kept until 2026-03-09T08:04:30.000Z.",
    ]);
  });

  it("gives the time of what was read of Azure before, where the last look failed", () => {
    const handOff = handOffOf({
      incident: INCIDENT,
      outcome: anOutcome(),
      now: null,
      tenantId: null,
    });

    expect(handOff?.now[0]).toContain("(read at 2026-03-02T08:05:00.000Z)");
  });

  it("shows what the serial console listed of a Windows that could not be read", () => {
    const incident = {
      ...INCIDENT,
      guest: {
        kind: "unreadable" as const,
        code: "agent-missing",
        message: "The agent is silent.",
        console: {
          kind: "listed" as const,
          addresses: [{ network: 7, ip: "10.71.4.77", mask: "255.255.255.0", gateway: null }],
          networks: [7],
        },
      },
    };

    const handOff = handOffOf({ incident, outcome: anOutcome(), now: null, tenantId: null });

    expect(handOff?.now).toContain("Its serial console listed 10.71.4.77 (network number 7).");
  });

  it("has the procedure's own commands where the outcome names none", () => {
    const handOff = handOffOf({
      incident: INCIDENT,
      outcome: anOutcome({ nextStep: "Look at the VM." }),
      now: null,
      tenantId: null,
    });

    expect(handOff?.nextSteps[0]).toBe("Look at the VM.");
    expect(handOff?.nextSteps.join("\n")).toContain(
      'netsh interface ip set address name="Ethernet" source=dhcp',
    );
  });

  it("says the outcome's own steps once", () => {
    const nextStep = "1. Do this.\n2. Do that.";

    const handOff = handOffOf({
      incident: INCIDENT,
      outcome: anOutcome({ nextStep }),
      now: null,
      tenantId: null,
    });

    expect(handOff?.nextSteps).toEqual(["1. Do this.", "2. Do that."]);
  });

  it("says where else to look when the address is right", () => {
    const outcome = anOutcome({ code: "rdp-silent-address-right", nextStep: "Look further." });

    const handOff = handOffOf({ incident: INCIDENT, outcome, now: null, tenantId: null });

    expect(handOff?.nextSteps.join("\n")).toContain("sc query TermService");
    expect(handOff?.nextSteps.join("\n")).not.toContain("source=dhcp");
  });

  it.each([
    [TENANT, `https://portal.azure.com/#@${TENANT}/resource${VM_ID}`],
    [null, `https://portal.azure.com/#@/resource${VM_ID}`],
  ])("links to the VM's pages in the portal, of tenant %s", (tenantId, page) => {
    const handOff = handOffOf({ incident: INCIDENT, outcome: anOutcome(), now: null, tenantId });

    expect(handOff?.links).toEqual({
      serialConsole: `${page}/serialConsole`,
      networking: `${page}/networking`,
    });
  });

  it("gives the commands that bring the OS disk back, disk before VM", () => {
    const handOff = handOffOf({
      incident: INCIDENT,
      outcome: anOutcome(),
      now: null,
      tenantId: null,
    });

    expect(handOff?.restore.map((line) => line.split(" ").slice(1, 3).join(" "))).toEqual([
      "snapshot show",
      "disk show",
      "disk create",
      "vm deallocate",
      "vm update",
      "vm start",
    ]);
    expect(handOff?.restore[2]).toContain(`--source "${BACKUP.snapshotId}"`);
    expect(handOff?.restore[4]).toContain(
      '/resourceGroups/rg-harbour/providers/Microsoft.Compute/disks/sir-vm-crane-01-1-os"',
    );
  });

  it.each([null, { ...BACKUP, state: "deleted" as const }])(
    "gives none without a snapshot",
    (backup) => {
      const incident = { ...INCIDENT, backup };

      const handOff = handOffOf({ incident, outcome: anOutcome(), now: null, tenantId: null });

      expect(handOff?.restore).toEqual([]);
      expect(handOff?.now).toContain("There is no snapshot of this run.");
    },
  );

  it.each(["healed", "healthy", "refused", "failed"] as const)("is none after %s", (kind) => {
    const outcome = anOutcome({ kind });

    expect(handOffOf({ incident: INCIDENT, outcome, now: null, tenantId: null })).toBeNull();
  });

  it("is none of a VM that was never read", () => {
    const incident = anIncident();

    expect(handOffOf({ incident, outcome: anOutcome(), now: null, tenantId: null })).toBeNull();
  });
});
