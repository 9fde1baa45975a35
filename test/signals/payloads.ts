import type { DecodeContext } from "../../shared/signals/decoded.ts";
import { SUBSCRIPTION } from "../builders.ts";

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-harbour`;

/** When every built delivery came in. */
export const RECEIVED_AT = "2026-03-02T08:04:00.000Z";

/** This program, in the tests of own writes. */
export const OWN = {
  oid: "7d2f8a14-3c55-4b0e-8f61-0c9a5d3e2b01",
  appid: "c4e61b9f-92d7-4a3c-b5f8-6e1d0a7f3c02",
} as const;

export const CONTEXT: DecodeContext = { receivedAt: RECEIVED_AT, ownIdentity: OWN };

/** The name of the claim that holds a caller's object id. */
export const OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier";

/** Id of a VM in the group of all payloads. */
export function vmId(name = "vm-crane-01"): string {
  return `${GROUP}/providers/Microsoft.Compute/virtualMachines/${name}`;
}

/** Id of a NIC in the group of all payloads. */
export function nicId(name = "nic-crane-01"): string {
  return `${GROUP}/providers/Microsoft.Network/networkInterfaces/${name}`;
}

/** Id of the connection monitor that the alerts of Network Watcher name as their target. */
export const MONITOR_ID = `/subscriptions/${SUBSCRIPTION}/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/watcher-north/connectionMonitors/rdp`;

type Fields = Readonly<Record<string, unknown>>;

/** The `data` of a NIC write, as Azure Resource Manager describes it, with everything about the caller in it. */
export function aWriteData(overrides: Fields = {}): Fields {
  return {
    authorization: {
      scope: nicId(),
      action: "Microsoft.Network/networkInterfaces/write",
      evidence: { role: "Network Contributor" },
    },
    claims: {
      aud: "https://management.core.windows.net/",
      aio: "secret-token-aio",
      appid: "0a1b2c3d-aaaa-4bbb-8ccc-0123456789ab",
      ipaddr: "203.0.113.77",
      name: "secret Harbour Master",
      [OBJECT_ID]: "9f8e7d6c-dddd-4eee-8fff-ba9876543210",
      "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": "secret@harbour.example",
    },
    correlationId: "1e0f9a32-0b7c-4d55-9e64-28f1c3b7a904",
    httpRequest: {
      clientRequestId: "secret-request",
      clientIpAddress: "203.0.113.77",
      method: "PUT",
      url: `https://management.azure.com${nicId()}?api-version=2024-05-01`,
    },
    resourceProvider: "Microsoft.Network",
    resourceUri: nicId(),
    operationName: "Microsoft.Network/networkInterfaces/write",
    status: "Succeeded",
    subscriptionId: SUBSCRIPTION,
    tenantId: "44c2e3a1-7f60-4f0d-a0f5-6d3b2c1e9f05",
    ...overrides,
  };
}

/** A NIC write in the Event Grid schema. */
export function aNicWrite(overrides: Fields = {}): Fields {
  return {
    id: "5a9d2e40-6c1b-4b8e-9c3f-7e2a1d0b4c06",
    topic: `/subscriptions/${SUBSCRIPTION}`,
    subject: nicId(),
    eventType: "Microsoft.Resources.ResourceWriteSuccess",
    eventTime: "2026-03-02T08:03:58.1234567Z",
    data: aWriteData(),
    dataVersion: "2",
    metadataVersion: "1",
    ...overrides,
  };
}

/** The same as a CloudEvent 1.0. */
export function aCloudNicWrite(overrides: Fields = {}): Fields {
  return {
    id: "5a9d2e40-6c1b-4b8e-9c3f-7e2a1d0b4c06",
    source: `/subscriptions/${SUBSCRIPTION}`,
    subject: nicId(),
    type: "Microsoft.Resources.ResourceWriteSuccess",
    time: "2026-03-02T08:03:58.1234567Z",
    specversion: "1.0",
    data: aWriteData(),
    ...overrides,
  };
}

/** A fired metric alert on a VM, in the common alert schema; `essentials` and `alertContext` take overrides. */
export function anAlert(essentials: Fields = {}, alertContext: Fields = {}): Fields {
  return {
    schemaId: "azureMonitorCommonAlertSchema",
    data: {
      essentials: {
        alertId: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.AlertsManagement/alerts/3b9c1f7e-8d24-4c6a-b1e5-902f7a6d4c07`,
        alertRule: "rdp-of-cranes",
        severity: "Sev1",
        signalType: "Metric",
        monitorCondition: "Fired",
        monitoringService: "Platform",
        alertTargetIDs: [vmId()],
        configurationItems: ["vm-crane-01"],
        originAlertId: "harbour_rdp-of-cranes_4711",
        firedDateTime: "2026-03-02T08:03:41.5Z",
        description: "RDP of a crane does not answer",
        essentialsVersion: "1.0",
        alertContextVersion: "1.0",
        ...essentials,
      },
      alertContext: {
        properties: null,
        conditionType: "SingleResourceMultipleMetricCriteria",
        condition: {
          windowSize: "PT5M",
          allOf: [
            {
              metricName: "VmAvailabilityMetric",
              metricNamespace: "Microsoft.Compute/virtualMachines",
              operator: "LessThan",
              threshold: "1",
              timeAggregation: "Average",
              dimensions: [],
              metricValue: 0,
              webTestName: null,
            },
          ],
        },
        ...alertContext,
      },
    },
  };
}

/** An alert on a target that is no VM, with these dimensions, `NAME: value`, in one criterion each. */
export function anAlertWithDimensions(
  ...dimensions: readonly (readonly [name: string, value: unknown])[]
): Fields {
  const allOf = dimensions.map(([name, value]) => ({
    metricName: "TestResult",
    metricValue: 3,
    dimensions: [
      { name: "Protocol", value: "TCP" },
      { name, value },
    ],
  }));
  return anAlert({ alertTargetIDs: [MONITOR_ID] }, { condition: { windowSize: "PT5M", allOf } });
}

/** A Resource Health alert on a VM, with these properties. */
export function aHealthAlert(properties: unknown, monitoringService = "Resource Health"): Fields {
  return anAlert(
    { signalType: "Activity Log", monitoringService },
    { condition: undefined, status: "Active", properties },
  );
}

/** An event of a custom topic whose data is this alert. */
export function anAlertEvent(data: unknown, overrides: Fields = {}): Fields {
  return {
    id: "c8f1b5d2-4e73-4a09-8b6c-f3d2e1a09b08",
    topic: "/topics/alerts",
    subject: "alerts/rdp-of-cranes",
    eventType: "Harbour.AlertFired",
    eventTime: "2026-03-02T08:03:59Z",
    dataVersion: "1",
    data,
    ...overrides,
  };
}
