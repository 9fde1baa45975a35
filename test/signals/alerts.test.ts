import { describe, expect, it } from "vitest";

import { decodeAlert, namesWriter } from "../../shared/signals/alerts.ts";
import type { Decoded } from "../../shared/signals/decoded.ts";
import {
  CONTEXT,
  MONITOR_ID,
  OBJECT_ID,
  OWN,
  RECEIVED_AT,
  aHealthAlert,
  anAlert,
  anAlertEvent,
  anAlertWithDimensions,
  nicId,
  vmId,
} from "./payloads.ts";
import { refusalOf } from "./refusal.ts";

const VM = vmId().toLowerCase();
const NIC = nicId().toLowerCase();
const TEST_SUBSCRIPTION = "/subscriptions/11111111-1111-1111-1111-111111111111";
const TEST_VM = `${TEST_SUBSCRIPTION}/resourcegroups/test-RG/providers/microsoft.compute/virtualmachines/test-VM`;

function decode(body: unknown): readonly Decoded[] {
  return decodeAlert(body, CONTEXT);
}

/** Of each signal its state (`pending` or the reason) and what it is about. */
function told(body: unknown): readonly string[] {
  return decode(body).map(({ signal: { state, target } }) => {
    const about = Object.values(target).at(-1) ?? "";
    return `${state.kind === "ignored" ? state.reason : state.kind} ${about}`;
  });
}

describe("a fired alert", () => {
  it("becomes a pending signal that names the VM", () => {
    expect(decode(anAlert())).toEqual([
      {
        kind: "signal",
        signal: {
          id: expect.stringMatching(/^sig-[0-9a-f]{32}$/u) as unknown,
          source: "alert",
          target: { kind: "vm", vmId: VM },
          vmId: VM,
          nicId: null,
          mode: "heal",
          readGuest: false,
          note: null,
          receivedAt: RECEIVED_AT,
          state: { kind: "pending" },
        },
      },
    ]);
  });

  it("that names a NIC becomes a signal for the NIC", () => {
    const [decoded] = decode(anAlert({ alertTargetIDs: [nicId().toUpperCase()] }));

    expect(decoded?.signal).toMatchObject({
      target: { kind: "nic", nicId: NIC },
      vmId: null,
      nicId: NIC,
      state: { kind: "pending" },
    });
  });

  it.each<[string, unknown]>([
    ["the schema's name in capitals", { ...anAlert(), schemaId: "AZUREMONITORCOMMONALERTSCHEMA" }],
    ["another delivery's severity", anAlert({ severity: "Sev4" })],
    ["its target in capitals", anAlert({ alertTargetIDs: [vmId().toUpperCase()] })],
    ["its target twice", anAlert({ alertTargetIDs: [vmId(), vmId().toUpperCase()] })],
    ["its condition in lower case", anAlert({ monitorCondition: "fired" })],
    ["no context", anAlert({}, { condition: undefined, properties: undefined })],
    ["a null condition", anAlert({}, { condition: null })],
    ["a null list of criteria", anAlert({}, { condition: { allOf: null } })],
    ["null dimensions", anAlert({}, { condition: { allOf: [{ dimensions: null }] } })],
    ["properties that are a text", anAlert({}, { properties: "none" })],
    [
      "another VM among the dimensions",
      anAlert(
        {},
        { condition: { allOf: [{ dimensions: [{ name: "_ResourceId", value: vmId("vm-2") }] }] } },
      ),
    ],
  ])("is the same signal with %s", (_title, body) => {
    expect(decode(body)).toEqual(decode(anAlert()));
  });

  it("is a signal for each of the VMs and NICs that it names", () => {
    const body = anAlert({ alertTargetIDs: [vmId("a"), MONITOR_ID, vmId("b"), nicId("c")] });

    expect(told(body)).toEqual([
      `pending ${vmId("a").toLowerCase()}`,
      `pending ${vmId("b").toLowerCase()}`,
      `pending ${nicId("c").toLowerCase()}`,
    ]);
    expect(new Set(decode(body).map(({ signal }) => signal.id)).size).toBe(3);
  });

  it.each([
    ["alert", { alertId: "/subscriptions/s/providers/Microsoft.AlertsManagement/alerts/2" }],
    ["firing of an alert whose id is its rule's", { firedDateTime: "2026-03-02T09:00:00Z" }],
    ["origin", { originAlertId: "harbour_rdp-of-cranes_4712" }],
    ["target", { alertTargetIDs: [vmId("vm-2")] }],
  ])("is a signal of its own for each %s", (_title, essentials) => {
    expect(decode(anAlert(essentials))[0]?.signal.id).not.toBe(decode(anAlert())[0]?.signal.id);
  });
});

describe("the VM of an alert on something else", () => {
  it.each<[string, readonly (readonly [string, unknown])[], readonly string[]]>([
    ["in DestinationResourceId", [["DestinationResourceId", vmId()]], [VM]],
    ["in DestinationResourceId of a NIC", [["DestinationResourceId", nicId()]], [NIC]],
    ["in any letter case", [["destinationresourceID", vmId().toUpperCase()]], [VM]],
    ["in _ResourceId", [["_ResourceId", vmId()]], [VM]],
    ["in a dimension of another name", [["Machine", ` ${vmId()} `]], [VM]],
    ["in a NIC's part", [["IpConfiguration", `${nicId()}/ipConfigurations/first`]], [NIC]],
    [
      "inside of a text",
      [["Targets", `["${vmId("a")}", '${vmId("b")}'] (${nicId("c")})`]],
      [vmId("a").toLowerCase(), vmId("b").toLowerCase(), nicId("c").toLowerCase()],
    ],
    [
      "several times",
      [
        ["_ResourceId", vmId()],
        ["_ResourceId", vmId("b")],
        ["_ResourceId", vmId()],
      ],
      [VM, vmId("b").toLowerCase()],
    ],
    [
      "first in DestinationResourceId",
      [
        ["Other", vmId("c")],
        ["_ResourceId", vmId("b")],
        ["DestinationResourceId", vmId()],
      ],
      [VM],
    ],
    [
      "then in _ResourceId",
      [
        ["Other", vmId("c")],
        ["DestinationResourceId", MONITOR_ID],
        ["_ResourceId", vmId()],
      ],
      [VM],
    ],
    [
      "never in the source of a connection test",
      [
        ["SourceResourceId", vmId("prober")],
        ["Other", vmId()],
      ],
      [VM],
    ],
  ])("is found %s", (_title, dimensions, expected) => {
    expect(told(anAlertWithDimensions(...dimensions))).toEqual(
      expected.map((target) => `pending ${target}`),
    );
  });

  it.each<[string, unknown]>([
    ["no dimension names one", anAlertWithDimensions(["Cluster", "vm-crane-01"])],
    [
      "only the source of a connection test is one",
      anAlertWithDimensions(["SourceResourceId", vmId()]),
    ],
    ["a dimension has no text", anAlertWithDimensions(["_ResourceId", 5], ["_ResourceId", null])],
    [
      "it is in a scale set",
      anAlertWithDimensions([
        "_ResourceId",
        vmId().replace(/virtualMachines\/.*/u, "virtualMachineScaleSets/set/virtualMachines/0"),
      ]),
    ],
    ["its name cannot be one", anAlertWithDimensions(["_ResourceId", `${vmId()}%2f..`])],
  ])("is not found where %s", (_title, body) => {
    expect(told(body)).toEqual([`no-target ${MONITOR_ID}`]);
  });

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["its rule", { alertTargetIDs: null }, "rdp-of-cranes"],
    ["its id", { alertTargetIDs: [], alertRule: null, alertId: "an-alert" }, "an-alert"],
  ])("is told by %s where the alert names no target at all", (_title, essentials, expected) => {
    expect(told(anAlert(essentials))).toEqual([`no-target ${expected}`]);
  });
});

describe("the VM of an alert without any id", () => {
  it.each<[string, readonly (readonly [string, unknown])[], string]>([
    ["by the address of a connection test", [["DestinationAddress", "10.71.4.20"]], "10.71.4.20"],
    ["by the address that it was found at", [["DestinationIP", " 10.71.4.20 "]], "10.71.4.20"],
    ["by a public address", [["DestinationAddress", "203.0.113.20"]], "203.0.113.20"],
    ["by the name of a connection test", [["DestinationAddress", "VM-Crane-01"]], "vm-crane-01"],
    ["by a name of DNS", [["destinationaddress", "crane.x.example"]], "crane.x.example"],
    ["by the computer of a log", [["Computer", "VM-CRANE-01"]], "vm-crane-01"],
    ["by the other computer of a log", [["_Computer", "kran-süd"]], "kran-süd"],
    ["by a computer that is an address", [["Computer", "10.71.4.20"]], "10.71.4.20"],
    [
      "by the address rather than by the name",
      [
        ["DestinationAddress", "rdp.harbour.example"],
        ["DestinationIP", "10.71.4.20"],
        ["Computer", "vm-crane-01"],
      ],
      "10.71.4.20",
    ],
    [
      "once for each spelling",
      [
        ["Computer", "VM-CRANE-01"],
        ["_Computer", "vm-crane-01"],
      ],
      "vm-crane-01",
    ],
    [
      "never by the source of a connection test",
      [
        ["SourceAddress", "10.71.4.5"],
        ["SourceIP", "10.71.4.5"],
        ["SourceName", "vm-jump"],
        ["DestinationIP", "10.71.4.20"],
      ],
      "10.71.4.20",
    ],
  ])("is named %s", (_title, dimensions, expected) => {
    expect(told(anAlertWithDimensions(...dimensions))).toEqual([`pending ${expected}`]);
  });

  it("is not known yet", () => {
    const [address] = decode(anAlertWithDimensions(["DestinationAddress", "10.71.4.20"]));
    const [computer] = decode(anAlertWithDimensions(["Computer", "VM-CRANE-01"]));

    expect(address?.signal).toMatchObject({
      target: { kind: "address", address: "10.71.4.20" },
      vmId: null,
      nicId: null,
    });
    expect(computer?.signal.target).toEqual({ kind: "computer", computer: "vm-crane-01" });
  });

  it("is each of those that several criteria name", () => {
    const body = anAlertWithDimensions(
      ["DestinationAddress", "10.71.4.20"],
      ["DestinationAddress", "10.71.4.21"],
    );

    expect(told(body)).toEqual(["pending 10.71.4.20", "pending 10.71.4.21"]);
  });

  it.each<[string, readonly (readonly [string, unknown])[]]>([
    [
      "an id",
      [
        ["DestinationAddress", "10.71.4.99"],
        ["DestinationResourceId", vmId()],
      ],
    ],
    [
      "an id in a dimension of another name",
      [
        ["Computer", "vm-other"],
        ["Machine", vmId()],
      ],
    ],
  ])("counts for nothing beside %s", (_title, dimensions) => {
    expect(told(anAlertWithDimensions(...dimensions))).toEqual([`pending ${VM}`]);
  });

  it.each([
    "0.0.0.0",
    "127.0.0.1",
    "169.254.7.7",
    "224.0.0.251",
    "255.255.255.255",
    "localhost",
    "10.71.4",
    "10.71.4.256",
    "10.71.4.020",
    "10.71.4.20/24",
    "10.71.4.20:3389",
    "fd00::7",
    "https://crane.example/health",
    "4711",
    "7.crane",
    "*",
    "",
    "a b",
    ".crane",
    "crane..example",
    "x".repeat(254),
    null,
    7,
  ])("is not named by %j", (value) => {
    expect(told(anAlertWithDimensions(["DestinationAddress", value]))).toEqual([
      `no-target ${MONITOR_ID}`,
    ]);
  });
});

describe("an alert that starts nothing", () => {
  it.each<[string, unknown, string]>([
    ["is resolved", anAlert({ monitorCondition: "Resolved" }), "resolved"],
    [
      "is neither fired nor resolved",
      anAlert({ monitorCondition: "Acknowledged" }),
      "foreign-schema",
    ],
    ["tells of a stop by a user", aHealthAlert({ cause: "UserInitiated" }), "user-initiated"],
    [
      "tells so in one word",
      aHealthAlert({ cause: "userinitiated" }, "ResourceHealth"),
      "user-initiated",
    ],
    ["tells of a failing host", aHealthAlert({ cause: "PlatformInitiated" }), "platform-caused"],
    [
      "names Resource Health with its log",
      aHealthAlert({ cause: "PlatformInitiated" }, "Activity Log - Resource Health"),
      "platform-caused",
    ],
    [
      "tells that the VM is back",
      aHealthAlert({ cause: "Unknown", currentHealthStatus: "Available" }),
      "resolved",
    ],
    ["comes from Service Health", aHealthAlert({}, "ServiceHealth"), "platform-caused"],
    [
      "comes from Service Health in two words",
      aHealthAlert(null, "Service Health"),
      "platform-caused",
    ],
    [
      "was caused by this program",
      anAlert({}, { claims: JSON.stringify({ appid: OWN.appid }) }),
      "own-write",
    ],
    [
      "is a portal's test, by its id",
      anAlert({
        alertId:
          "/subscriptions/s/providers/Microsoft.AlertsManagement/alerts/12345678-1234-1234-1234-1234567890AB",
      }),
      "test-payload",
    ],
    [
      "is a portal's test, by its subscription",
      anAlert({ alertId: `${TEST_SUBSCRIPTION}/providers/microsoft.insights/activityLogAlerts/a` }),
      "test-payload",
    ],
  ])("%s", (_title, body, reason) => {
    expect(told(body)).toEqual([`${reason} ${VM}`]);
  });

  it("is a portal's test, by its target, whatever else it says", () => {
    const body = anAlert({ alertTargetIDs: [TEST_VM], monitorCondition: "Resolved" });

    expect(told(body)).toEqual([`test-payload ${TEST_VM.toLowerCase()}`]);
  });

  it("is ignored for each of its VMs", () => {
    const body = anAlert({ alertTargetIDs: [vmId(), vmId("b")], monitorCondition: "Resolved" });

    expect(told(body)).toEqual([`resolved ${VM}`, `resolved ${vmId("b").toLowerCase()}`]);
  });

  it("has another id than the alert that fired", () => {
    const [resolved] = decode(anAlert({ monitorCondition: "Resolved" }));

    expect(resolved?.signal.id).not.toBe(decode(anAlert())[0]?.signal.id);
  });

  it("is one of an older schema, named as it names itself", () => {
    const body = { schemaId: "AzureMonitorMetricAlert", data: { status: "Activated" } };

    expect(told(body)).toEqual(["foreign-schema azuremonitormetricalert"]);
    expect(decode({ ...body, data: 1 })[0]?.signal.id).not.toBe(decode(body)[0]?.signal.id);
  });
});

describe("an alert that may be real", () => {
  it.each<[string, unknown]>([
    [
      "its names begin with test",
      anAlert({ alertRule: "test-metricAlertRule", alertTargetIDs: [vmId("test-VM")] }),
    ],
    [
      "Resource Health knows no cause",
      aHealthAlert({ cause: "Unknown", currentHealthStatus: "Unavailable" }),
    ],
    ["Resource Health says nothing", aHealthAlert(null)],
    ["Resource Health says it in the wrong type", aHealthAlert({ cause: 3 })],
    ["another service speaks of a user", anAlert({}, { properties: { cause: "UserInitiated" } })],
    [
      "somebody else caused it",
      anAlert({}, { claims: JSON.stringify({ appid: "x", [OBJECT_ID]: "y" }) }),
    ],
    ["its claims are no JSON", anAlert({}, { claims: "{" })],
    ["its claims are no text", anAlert({}, { claims: { appid: OWN.appid } })],
  ])("is taken where %s", (_title, body) => {
    expect(decode(body).map(({ kind }) => kind)).toEqual(["signal"]);
  });

  it("is taken from this program itself where it does not know itself", () => {
    const body = anAlert({}, { claims: JSON.stringify({ appid: OWN.appid }) });

    expect(decodeAlert(body, { receivedAt: RECEIVED_AT })[0]?.kind).toBe("signal");
  });
});

describe("a body that is no alert", () => {
  it.each<[string, unknown, readonly string[]]>([
    ["nothing", undefined, ["body"]],
    ["null", null, ["body"]],
    ["a text", "alert", ["body"]],
    ["an array", [anAlert()], ["body"]],
    ["no schema", {}, ["schemaId"]],
    ["a schema of the wrong type", { ...anAlert(), schemaId: 1 }, ["schemaId"]],
    ["no data", { schemaId: "azureMonitorCommonAlertSchema" }, ["data"]],
    ["data of the wrong type", { ...anAlert(), data: [] }, ["data"]],
    [
      "an empty essentials",
      { ...anAlert(), data: { essentials: {} } },
      [
        "data.essentials.alertId",
        "data.essentials.monitorCondition",
        "data.essentials.monitoringService",
      ],
    ],
    ["an empty alert id", anAlert({ alertId: "" }), ["data.essentials.alertId"]],
    [
      "several wrong types",
      anAlert(
        { alertRule: 1, alertTargetIDs: [1, vmId(), null] },
        { condition: { allOf: [{ dimensions: "x" }] } },
      ),
      [
        "data.essentials.alertRule",
        "data.essentials.alertTargetIDs.0",
        "data.essentials.alertTargetIDs.2",
        "data.alertContext.condition.allOf.0.dimensions",
      ],
    ],
  ])("is refused with every problem named: %s", (_title, body, places) => {
    const refusal = refusalOf(() => decode(body));

    expect(refusal?.code).toBe("invalid-alert");
    expect(refusal?.problems.map((problem) => problem.split(": ")[0])).toEqual(places);
  });
});

describe("who caused an alert", () => {
  const named = anAlert({}, { claims: JSON.stringify({ appid: OWN.appid }) });

  it.each<[string, unknown, boolean]>([
    ["an alert on the activity log", named, true],
    ["an event with one", anAlertEvent(named), true],
    ["several events, one of them with one", [anAlertEvent(anAlert()), anAlertEvent(named)], true],
    ["another alert", anAlert(), false],
    ["another event", anAlertEvent(anAlert()), false],
    ["nothing readable", null, false],
  ])("is told by its claims: %s", (_title, body, expected) => {
    expect(namesWriter(body)).toBe(expected);
  });
});
