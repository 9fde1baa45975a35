import { describe, expect, it } from "vitest";

import type { Decoded } from "../../shared/signals/decoded.ts";
import { decodeNicEvents } from "../../shared/signals/nic-events.ts";
import {
  CONTEXT,
  OBJECT_ID,
  OWN,
  RECEIVED_AT,
  aCloudNicWrite,
  aNicWrite,
  aWriteData,
  nicId,
  vmId,
} from "./payloads.ts";

const NIC = nicId().toLowerCase();

function decode(body: unknown): readonly Decoded[] {
  return decodeNicEvents(body, CONTEXT);
}

/** `signal` or the reason of the only thing decoded. */
function verdictOn(body: unknown): string {
  const [first] = decode(body);
  return first?.signal.state.kind === "ignored" ? first.signal.state.reason : String(first?.kind);
}

/** A write of this resource, in data and subject alike. */
function aWriteOf(resourceUri: string, more: Readonly<Record<string, unknown>> = {}): unknown {
  return aNicWrite({ subject: resourceUri, data: aWriteData({ resourceUri, ...more }) });
}

describe("a write of a NIC", () => {
  it("becomes a pending signal that names the NIC", () => {
    expect(decode(aNicWrite())).toEqual([
      {
        kind: "signal",
        signal: {
          id: expect.stringMatching(/^sig-[0-9a-f]{32}$/u) as unknown,
          source: "nicChanged",
          target: { kind: "nic", nicId: NIC },
          vmId: null,
          nicId: NIC,
          mode: "heal",
          readGuest: false,
          note: null,
          receivedAt: RECEIVED_AT,
          state: { kind: "pending" },
        },
      },
    ]);
  });

  it.each<[string, unknown]>([
    ["as a CloudEvent", aCloudNicWrite()],
    ["as an array of one", [aNicWrite()]],
    ["as an array of one CloudEvent", [aCloudNicWrite()]],
    ["in capitals", aNicWrite({ data: aWriteData({ resourceUri: nicId().toUpperCase() }) })],
    [
      "with its type in lower case",
      aNicWrite({ eventType: "microsoft.resources.resourcewritesuccess" }),
    ],
    [
      "with its operation in capitals",
      aNicWrite({
        data: aWriteData({ operationName: "MICROSOFT.NETWORK/NETWORKINTERFACES/WRITE" }),
      }),
    ],
    ["without an operation", aNicWrite({ data: aWriteData({ operationName: undefined }) })],
    ["without a subject", aNicWrite({ subject: undefined })],
    ["with a subject of something else", aNicWrite({ subject: vmId() })],
    ["with only a subject", aNicWrite({ data: aWriteData({ resourceUri: undefined }) })],
    ["with an empty resourceUri", aNicWrite({ data: aWriteData({ resourceUri: "" }) })],
    ["with a resourceUri of the wrong type", aNicWrite({ data: aWriteData({ resourceUri: 7 }) })],
    ["without data", aNicWrite({ data: undefined })],
    ["with data of the wrong type", aNicWrite({ data: "none" })],
    [
      "with empty authorization and claims",
      aNicWrite({ data: aWriteData({ authorization: {}, claims: {} }) }),
    ],
    ["with claims of the wrong type", aNicWrite({ data: aWriteData({ claims: [null] }) })],
    ["with an appid of the wrong type", aNicWrite({ data: aWriteData({ claims: { appid: 5 } }) })],
  ])("is the same signal %s", (_title, body) => {
    expect(decode(body)).toEqual(decode(aNicWrite()));
  });

  it("is a signal of its own for each event and for each NIC", () => {
    const other = aNicWrite({ data: aWriteData({ resourceUri: nicId("nic-crane-02") }) });
    const bodies = [aNicWrite(), aNicWrite({ id: "another" }), other];

    const ids = decode(bodies).map(({ signal }) => signal.id);

    expect(new Set(ids).size).toBe(3);
  });

  it.each<[string, unknown]>([
    ["no id", undefined],
    ["an empty id", ""],
    ["an id of the wrong type", 12],
  ])(
    "with %s has the same signal id at each delivery, and another for another event",
    (_title, id) => {
      const first = decode(aNicWrite({ id }));
      const later = decode(aNicWrite({ id, eventTime: "2026-03-02T08:05:00Z" }));

      expect(decode(aNicWrite({ id }))).toEqual(first);
      expect(later[0]?.signal.id).not.toBe(first[0]?.signal.id);
    },
  );
});

describe("a write by this program itself", () => {
  const another = "11112222-3333-4444-8555-666677778888";
  it.each<[string, unknown, string]>([
    ["its object id", { [OBJECT_ID]: OWN.oid }, "own-write"],
    ["its object id in capitals", { [OBJECT_ID]: OWN.oid.toUpperCase() }, "own-write"],
    ["its application id", { appid: OWN.appid }, "own-write"],
    ["its application id in capitals", { appid: ` ${OWN.appid.toUpperCase()}` }, "own-write"],
    ["both", { appid: OWN.appid, [OBJECT_ID]: OWN.oid }, "own-write"],
    [
      "its object id and a foreign application",
      { appid: another, [OBJECT_ID]: OWN.oid },
      "own-write",
    ],
    [
      "its application, used by somebody else",
      { appid: OWN.appid, [OBJECT_ID]: another },
      "signal",
    ],
    ["somebody else", { appid: another, [OBJECT_ID]: another }, "signal"],
    ["nobody", {}, "signal"],
    ["empty ids", { appid: "", [OBJECT_ID]: "" }, "signal"],
  ])("is told by claims that name %s", (_title, claims, expected) => {
    expect(verdictOn(aNicWrite({ data: aWriteData({ claims }) }))).toBe(expected);
    expect(verdictOn(aCloudNicWrite({ data: aWriteData({ claims }) }))).toBe(expected);
  });

  it.each([
    ["nothing of itself", null],
    ["no id of itself", { oid: null, appid: null }],
    ["only empty ids of itself", { oid: "", appid: " " }],
  ])("is not told by a program that knows %s", (_title, ownIdentity) => {
    const claims = { appid: "", [OBJECT_ID]: "" };
    const body = [aNicWrite(), aNicWrite({ data: aWriteData({ claims }) })];

    const decoded = decodeNicEvents(body, { receivedAt: RECEIVED_AT, ownIdentity });

    expect(decoded.map(({ kind }) => kind)).toEqual(["signal", "signal"]);
  });
});

describe("what starts nothing", () => {
  it.each<[string, unknown, string, string]>([
    ["a write of a VM", aWriteOf(vmId()), "other-resource", vmId().toLowerCase()],
    [
      "a write of a subnet",
      aWriteOf(`${nicId()}/subnets/quay`),
      "other-resource",
      `${nicId()}/subnets/quay`,
    ],
    [
      "a write of a NIC's lock",
      aWriteOf(`${nicId()}/providers/Microsoft.Authorization/locks/l`),
      "other-resource",
      `${nicId()}/providers/Microsoft.Authorization/locks/l`,
    ],
    [
      "another operation on a NIC",
      aWriteOf(nicId(), { operationName: "Microsoft.Network/networkInterfaces/join/action" }),
      "other-resource",
      NIC,
    ],
    [
      "a tag written on a NIC",
      aWriteOf(nicId(), { operationName: "Microsoft.Resources/tags/write" }),
      "other-resource",
      NIC,
    ],
    [
      "a resource group",
      aWriteOf("/subscriptions/s/resourceGroups/g"),
      "other-resource",
      "/subscriptions/s/resourceGroups/g",
    ],
    [
      "a resource in a NIC's clothes",
      aWriteOf(`${nicId()}?x=1`),
      "other-resource",
      `${nicId()}?x=1`,
    ],
    ["a NIC's name that leads elsewhere", aWriteOf(nicId("..")), "other-resource", nicId("..")],
    [
      "a name too long for any resource",
      aWriteOf(nicId("n".repeat(400))),
      "other-resource",
      nicId("n".repeat(400)).slice(0, 300),
    ],
    ["a line break in a name", aWriteOf(nicId("a\nb")), "other-resource", nicId("a b")],
    [
      "a write of nothing",
      aNicWrite({ subject: undefined, data: {} }),
      "no-target",
      "a write without a resource",
    ],
    [
      "a write of something that is no id",
      aNicWrite({ subject: "nic", data: {} }),
      "no-target",
      "a write without a resource",
    ],
    [
      "a failed write",
      aNicWrite({ eventType: "Microsoft.Resources.ResourceWriteFailure" }),
      "foreign-schema",
      "microsoft.resources.resourcewritefailure",
    ],
    [
      "a deletion",
      aCloudNicWrite({ type: "Microsoft.Resources.ResourceDeleteSuccess" }),
      "foreign-schema",
      "microsoft.resources.resourcedeletesuccess",
    ],
    [
      "Event Grid's question",
      aNicWrite({ eventType: "Microsoft.EventGrid.SubscriptionValidationEvent" }),
      "test-payload",
      "microsoft.eventgrid.subscriptionvalidationevent",
    ],
    [
      "a CloudEvent of another version",
      aCloudNicWrite({ specversion: "0.3" }),
      "foreign-schema",
      "an unreadable event",
    ],
    [
      "a CloudEvent without version",
      aCloudNicWrite({ specversion: undefined }),
      "foreign-schema",
      "an unreadable event",
    ],
    [
      "a type of the wrong type",
      aNicWrite({ eventType: ["x"] }),
      "foreign-schema",
      "an unreadable event",
    ],
    ["an event without type", { id: "1" }, "foreign-schema", "an unreadable event"],
    ["null", null, "foreign-schema", "an unreadable event"],
    ["nothing at all", undefined, "foreign-schema", "an unreadable event"],
    ["a text", "hello", "foreign-schema", "an unreadable event"],
    ["an array in an array", [[aNicWrite()]], "foreign-schema", "an unreadable event"],
  ])("is %s", (_title, body, reason, text) => {
    const [first, ...more] = decode(body);

    expect(more).toEqual([]);
    expect(first?.signal.state).toMatchObject({ kind: "ignored", reason });
    expect(Object.values(first?.signal.target ?? {})).toContain(text);
    expect(first?.signal.receivedAt).toBe(RECEIVED_AT);
  });

  it("does not keep the good events of a delivery from being taken", () => {
    const kinds = decode([null, aNicWrite(), aWriteOf(vmId()), aCloudNicWrite({ id: "2" })]).map(
      ({ kind }) => kind,
    );

    expect(kinds).toEqual(["ignored", "signal", "ignored", "signal"]);
    expect(decode([])).toEqual([]);
  });

  it("is told apart by its id, or by its whole text where it has none", () => {
    const ids = decode([{ id: "1" }, { id: "2" }, { id: "2", more: 1 }, null, "x", 5]).map(
      ({ signal }) => signal.id,
    );

    expect(ids[1]).toBe(ids[2]);
    expect(new Set(ids).size).toBe(5);
  });

  it("is also an event nested deeper than a program can follow", () => {
    let deep: unknown = {};
    for (let depth = 0; depth < 200_000; depth += 1) {
      deep = [deep];
    }

    expect(verdictOn({ deep })).toBe("foreign-schema");
    expect(verdictOn(aNicWrite({ id: "", data: aWriteData({ deep }) }))).toBe("signal");
  });

  it("is described in one short line, whatever it contains", () => {
    const [first] = decode(aWriteOf(`/subscriptions/s/${"x".repeat(100_000)}\u001B[2J\u202E`));
    const [second] = decode(aWriteOf("/a\u001B[2J\u202Eb\r\nc\u2028d"));

    expect(first?.signal.target).toEqual({
      kind: "other",
      text: `/subscriptions/s/${"x".repeat(283)}`,
    });
    expect(second?.signal.target).toEqual({ kind: "other", text: "/a [2J b  c d" });
  });
});
