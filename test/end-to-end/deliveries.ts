import { z } from "zod";

import { decodeAlert, decodeAlertEvents } from "../../shared/signals/alerts.ts";
import type { Decoded } from "../../shared/signals/decoded.ts";
import { decodeNicEvents } from "../../shared/signals/nic-events.ts";
import {
  OBJECT_ID,
  aCloudNicWrite,
  aNicWrite,
  aWriteData,
  anAlert,
  anAlertEvent,
  anAlertWithDimensions,
} from "../signals/payloads.ts";
import type { Fleet } from "./fleet.ts";
import { eventGridPath, nicIdOf, ownIdentity } from "./shown-signals.ts";

/** One thing that somebody tells the host, as often as it is delivered. */
export interface Delivery {
  readonly title: string;
  readonly route: string;
  readonly body: unknown;
  /** Ids of the signals that it gives. */
  readonly signalIds: readonly string[];
  /** Why it is ignored in any case; null: it can start a run. */
  readonly ignoredAs: string | null;
}

const alertSchema = z.looseObject({
  data: z.looseObject({ essentials: z.looseObject({}) }),
});
const CONTEXT = { receivedAt: "2026-03-02T08:04:00.000Z", ownIdentity: null };

/** Every kind of delivery about one VM. */
export function deliveriesAbout(fleet: Fleet, vm: string): readonly Delivery[] {
  return [...alertsAbout(fleet, vm), ...alertEventsAbout(fleet, vm), ...nicWritesAbout(fleet, vm)];
}

/** Alerts as an action group's webhook sends them. */
function alertsAbout(fleet: Fleet, vm: string): readonly Delivery[] {
  const vmId = fleet.vmId(vm);
  const nicId = nicIdOf(fleet, vm);
  const fired = anAlert({ ...occurrence(vm, "fired"), alertTargetIDs: [vmId.toUpperCase()] });
  return [
    webhook(`${vm}: alert`, fired),
    webhook(
      `${vm}: alert of an earlier hour`,
      anAlert({ ...occurrence(vm, "early", "2026-03-02T07:01:00Z"), alertTargetIDs: [vmId] }),
    ),
    webhook(
      `${vm}: alert of a connection monitor`,
      occurring(anAlertWithDimensions(["DestinationResourceId", vmId]), vm, "monitor"),
    ),
    webhook(
      `${vm}: alert on its NIC`,
      occurring(anAlertWithDimensions(["ResourceId", nicId]), vm, "nic"),
    ),
    webhook(
      `${vm}: resolved alert`,
      anAlert({
        ...occurrence(vm, "fired"),
        monitorCondition: "Resolved",
        alertTargetIDs: [vmId],
      }),
      "resolved",
    ),
  ];
}

/** Alerts as events of a custom topic. */
function alertEventsAbout(fleet: Fleet, vm: string): readonly Delivery[] {
  const alert = anAlert({ ...occurrence(vm, "topic"), alertTargetIDs: [fleet.vmId(vm)] });
  const over = anAlert({
    ...occurrence(vm, "topic"),
    monitorCondition: "Resolved",
    alertTargetIDs: [fleet.vmId(vm)],
  });
  return [
    alertEvents(`${vm}: alert by Event Grid`, [anAlertEvent(alert, { id: `${vm}-topic` })]),
    alertEvents(
      `${vm}: resolved alert by Event Grid`,
      anAlertEvent(over, { id: `${vm}-over` }),
      "resolved",
    ),
  ];
}

/** Writes of the VM's NIC, in both schemas, alone and in arrays, in several letter cases. */
function nicWritesAbout(fleet: Fleet, vm: string): readonly Delivery[] {
  const nicId = nicIdOf(fleet, vm);
  const lower = nicId.replace("/resourceGroups/", "/resourcegroups/");
  const { oid, appid } = ownIdentity(fleet);
  const own = { claims: { appid, [OBJECT_ID]: oid } };
  return [
    nicWrites(`${vm}: NIC write`, [aNicWrite(writeOf(lower, `${vm}-a`))]),
    nicWrites(`${vm}: NIC write as a CloudEvent`, aCloudNicWrite(writeOf(nicId, `${vm}-b`))),
    nicWrites(`${vm}: several NIC writes`, [
      aNicWrite(writeOf(nicId.toUpperCase(), `${vm}-a`)),
      aNicWrite(writeOf(nicId.toLowerCase(), `${vm}-c`)),
    ]),
    nicWrites(`${vm}: several NIC writes as CloudEvents`, [
      aCloudNicWrite(writeOf(nicId.toUpperCase(), `${vm}-d`)),
      aCloudNicWrite(writeOf(nicId, `${vm}-b`)),
    ]),
    nicWrites(`${vm}: own NIC write`, [aNicWrite(writeOf(lower, `${vm}-own`, own))], "own-write"),
  ];
}

function writeOf(
  resourceUri: string,
  id: string,
  data: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return { id, subject: resourceUri, data: aWriteData({ resourceUri, ...data }) };
}

function webhook(title: string, body: unknown, ignoredAs: string | null = null): Delivery {
  const signalIds = idsOf(decodeAlert(body, CONTEXT));
  return { title, route: "/api/alerts", body, signalIds, ignoredAs };
}

function alertEvents(title: string, body: unknown, ignoredAs: string | null = null): Delivery {
  const signalIds = idsOf(decodeAlertEvents(body, CONTEXT));
  return { title, route: eventGridPath("alertFired"), body, signalIds, ignoredAs };
}

function nicWrites(title: string, body: unknown, ignoredAs: string | null = null): Delivery {
  const signalIds = idsOf(decodeNicEvents(body, CONTEXT));
  return { title, route: eventGridPath("nicChanged"), body, signalIds, ignoredAs };
}

function idsOf(decoded: readonly Decoded[]): readonly string[] {
  return decoded.map(({ signal }) => signal.id);
}

function occurrence(
  vm: string,
  name: string,
  firedDateTime = "2026-03-02T08:03:41Z",
): Readonly<Record<string, unknown>> {
  return { alertId: `/alerts/${vm}-${name}`, originAlertId: `${vm}-${name}`, firedDateTime };
}

/** The same alert, as an occurrence of its own. */
function occurring(alert: unknown, vm: string, name: string): unknown {
  const { data, ...rest } = alertSchema.parse(alert);
  const essentials = { ...data.essentials, ...occurrence(vm, name) };
  return { ...rest, data: { ...data, essentials } };
}
