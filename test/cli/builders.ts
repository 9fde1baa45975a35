import type { IncidentView } from "../../local/cli/host/host-schema.ts";

/** A NIC's verdict as the local host's API gives it. */
export function aDiagnosis(
  change: Partial<IncidentView["diagnoses"][number]>,
): IncidentView["diagnoses"][number] {
  return {
    kind: "static-mismatch",
    nicId:
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/nic-web",
    primaryNic: true,
    adapterName: "Ethernet",
    azureAddresses: ["10.30.1.4"],
    guestAddresses: ["10.30.1.99"],
    message: "Windows has another address.",
    ...change,
  };
}

/** An incident as the local host's API gives it. */
export function anIncidentView(change: Partial<IncidentView>): IncidentView {
  return {
    id: "inc-20260504-ab12cd34",
    vmId: "/subscriptions/s/resourcegroups/g/providers/microsoft.compute/virtualmachines/vm-web",
    vmName: "vm-web",
    mode: "heal",
    openedAt: "2026-05-04T10:00:00.000Z",
    closedAt: "2026-05-04T10:02:00.000Z",
    provenAt: null,
    azureFacts: null,
    probe: null,
    diagnoses: [],
    plan: null,
    backup: null,
    evidence: [],
    steps: [],
    ledger: [],
    outcome: null,
    ...change,
  };
}
