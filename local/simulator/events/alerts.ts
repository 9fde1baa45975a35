import { primaryConfiguration, nicsOf, resourceId } from "../world/world.ts";
import type { VmState, World } from "../world/world.ts";

/** Which alert rule fires for a VM. */
export interface AlertOrder {
  /** A failed connection test to the VM, or the VM's own availability metric. */
  readonly kind: "connectionMonitor" | "heartbeat";
  readonly condition: "Fired" | "Resolved";
}

/** What an alert needs beside its VM. */
export interface AlertStamp {
  readonly id: string;
  readonly at: Date;
}

const WINDOW_MS = 5 * 60 * 1000;

/**
 * A metric alert in the common alert schema. Source: "Common alert schema for Azure Monitor alerts" for the form, and
 * "Connection monitor overview" for the metric and its dimensions: the alert's target is the monitor, not the VM.
 */
export function metricAlert(
  world: World,
  vm: VmState,
  order: AlertOrder,
  stamp: AlertStamp,
): unknown {
  const isMonitor = order.kind === "connectionMonitor";
  const target = isMonitor ? monitorId(world) : vmId(world, vm);
  return {
    schemaId: "azureMonitorCommonAlertSchema",
    data: {
      essentials: essentials(world, { target, order, stamp }),
      alertContext: {
        properties: null,
        conditionType: "SingleResourceMultipleMetricCriteria",
        condition: {
          windowSize: "PT5M",
          allOf: [isMonitor ? failedChecks(world, vm) : notAvailable()],
          windowStartTime: new Date(stamp.at.getTime() - WINDOW_MS).toISOString(),
          windowEndTime: stamp.at.toISOString(),
        },
      },
      customProperties: null,
    },
  };
}

function essentials(
  world: World,
  parts: { readonly target: string; readonly order: AlertOrder; readonly stamp: AlertStamp },
): unknown {
  const { target, order, stamp } = parts;
  const rule = order.kind === "connectionMonitor" ? "rdp-checks-failed" : "vm-not-available";
  const at = stamp.at.toISOString();
  return {
    alertId: `/subscriptions/${world.subscriptionId}/providers/Microsoft.AlertsManagement/alerts/${stamp.id}`,
    alertRule: rule,
    severity: "Sev1",
    signalType: "Metric",
    monitorCondition: order.condition,
    monitoringService: "Platform",
    alertTargetIDs: [target.toLowerCase()],
    configurationItems: [target.split("/").at(-1)],
    originAlertId: `${world.subscriptionId}_${world.resourceGroup}_microsoft.insights_metricAlerts_${rule}_${stamp.id}`,
    firedDateTime: at,
    ...(order.condition === "Resolved" ? { resolvedDateTime: at } : {}),
    description: "",
    essentialsVersion: "1.0",
    alertContextVersion: "1.0",
  };
}

function failedChecks(world: World, vm: VmState): unknown {
  const nic = nicsOf(world, vm)[0];
  const address = nic === undefined ? "" : (primaryConfiguration(nic)?.address ?? "");
  return {
    metricName: "ChecksFailedPercent",
    metricNamespace: "Microsoft.Network/networkWatchers/connectionMonitors",
    operator: "GreaterThan",
    threshold: "50",
    timeAggregation: "Average",
    dimensions: [
      { name: "SourceName", value: "vm-jump-01" },
      { name: "DestinationResourceId", value: vmId(world, vm) },
      { name: "DestinationAddress", value: address },
      { name: "DestinationName", value: vm.name },
      { name: "DestinationPort", value: "3389" },
      { name: "Protocol", value: "Tcp" },
      { name: "TestGroupName", value: "fleet" },
      { name: "TestConfigurationName", value: "rdp" },
    ],
    metricValue: 100,
    webTestName: null,
  };
}

function notAvailable(): unknown {
  return {
    metricName: "VmAvailabilityMetric",
    metricNamespace: "Microsoft.Compute/virtualMachines",
    operator: "LessThan",
    threshold: "1",
    timeAggregation: "Average",
    dimensions: [],
    metricValue: 0,
    webTestName: null,
  };
}

function vmId(world: World, vm: VmState): string {
  return resourceId(world, "Microsoft.Compute/virtualMachines", vm.name);
}

function monitorId(world: World): string {
  return resourceId(
    world,
    "Microsoft.Network/networkWatchers",
    `nw-${world.location}/connectionMonitors/rdp-monitor`,
  );
}
