import { describe, expect, it } from "vitest";

import type { GuestRepairKind } from "../../shared/domain/diagnosis.ts";
import type { GuestAdapter, GuestFacts, GuestReading } from "../../shared/domain/facts.ts";
import type { RemedyConclusion } from "../../shared/domain/remedy.ts";
import type { RepairAnswer, RepairExit } from "../../shared/guest/repair-envelope.ts";
import {
  concludeRepair,
  concludeRepairReading,
  type RepairExpectation,
} from "../../shared/proof/conclude-repair.ts";
import { aGuestAdapter, aNic, anIpConfiguration, guestRead, guestUnreadable } from "../builders.ts";

const INCIDENT = "inc-20260302-00000001";
const STOPPED: GuestFacts["dhcpService"] = { state: "stopped", startMode: "disabled" };
const RIGHT = aGuestAdapter();
const BARE = aGuestAdapter({ addresses: [], fingerprint: "f-bare" });
const OFF = aGuestAdapter({ enabled: false, addresses: [], fingerprint: "f-off" });
const STALE = aGuestAdapter({
  addresses: [{ ip: "10.71.4.77", prefixLength: 24 }],
  fingerprint: "f-stale",
});
const WRONG = aGuestAdapter({ ...STALE, dhcp: false, fingerprint: "f-wrong" });
const TWO = aNic({
  ipConfigurations: [
    anIpConfiguration(),
    anIpConfiguration({ name: "second", primary: false, address: "10.71.4.21" }),
  ],
});
const OWN_SET = aGuestAdapter({
  dhcp: false,
  addresses: ["10.71.4.21", "10.71.4.20"].map((ip) => ({ ip, prefixLength: 24 })),
});

/** What each repair was sent for. */
const BEFORE: Readonly<Record<GuestRepairKind, GuestAdapter>> = {
  enableAdapter: OFF,
  repairDhcpService: BARE,
  renewLease: STALE,
  setAddresses: WRONG,
};

function expectation(repair: GuestRepairKind): RepairExpectation {
  return {
    incidentId: INCIDENT,
    repair,
    nic: repair === "setAddresses" ? TWO : aNic(),
    adapter: BEFORE[repair],
    dhcpService: STOPPED,
  };
}

type Answer = Extract<RepairAnswer, { kind: "answer" }>;

function conclude(
  exit: RepairExit,
  overrides: Partial<Answer> = {},
  repair: GuestRepairKind = "renewLease",
): RemedyConclusion {
  const answer: Answer = {
    kind: "answer",
    exit,
    before: BEFORE[repair],
    after: RIGHT,
    deadManTask: "never-armed",
    netshText: null,
    message: `said ${exit}`,
    ...overrides,
  };
  return concludeRepair({ kind: "answered", answer }, expectation(repair));
}

/** Every exit with what it means when the guest is as the exit says. */
const ENDS: Readonly<Record<RepairExit, RemedyConclusion["kind"]>> = {
  repaired: "right",
  "already-right": "right",
  "addresses-set": "right",
  "already-set": "right",
  "no-default-route": "right",
  "sources-not-set": "right",
  "enabled-static": "stale",
  drifted: "stale",
  expired: "stale",
  "adapter-missing": "stale",
  "adapter-disabled": "stale",
  "not-elevated": "untouched",
  "bad-parameters": "untouched",
  "task-armed": "untouched",
  "dhcp-unusable": "untouched",
  "no-dead-man": "untouched",
  "enable-failed": "untouched",
  error: "untouched",
  "lease-missing": "untouched",
  "lease-wrong": "untouched",
  "other-run": "other-run",
  "lease-missing-restored": "undone",
  "lease-wrong-restored": "undone",
  "not-set-restored": "undone",
  "error-restored": "undone",
  "restore-failed": "unknown",
};
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of that record are the exits
const exits = Object.entries(ENDS).map(([exit, kind]) => ({ exit: exit as RepairExit, kind }));

describe("what an answered repair means", () => {
  it.each(exits)("takes $exit for $kind", ({ exit, kind }) => {
    expect(conclude(exit).kind).toBe(kind);
  });

  it("says of an adapter that was enabled, and is static, that the change stays", () => {
    expect(conclude("enabled-static", { after: WRONG }, "enableAdapter")).toEqual({
      kind: "stale",
      code: "enabled-static",
      message: "said enabled-static",
      left: true,
    });
    expect(conclude("drifted")).not.toHaveProperty("left");
  });

  it.each(exits.filter(({ exit }) => exit !== "other-run"))(
    "never takes $exit for an end while a dead-man's task is armed",
    ({ exit }) => {
      expect(conclude(exit, { deadManTask: "armed" })).toMatchObject({
        kind: "unknown",
        code: "dead-man-armed",
      });
    },
  );

  it.each<[string, GuestRepairKind, GuestAdapter | null]>([
    ["has no adapter", "renewLease", null],
    ["has another address", "renewLease", STALE],
    ["is static with the right one", "repairDhcpService", aGuestAdapter({ dhcp: false })],
    ["is still disabled", "enableAdapter", aGuestAdapter({ enabled: false })],
    ["has one address of two", "setAddresses", aGuestAdapter({ dhcp: false })],
    ["is on DHCP instead of static", "setAddresses", { ...OWN_SET, dhcp: true }],
    [
      "has an address more than Azure's",
      "setAddresses",
      { ...OWN_SET, addresses: [...OWN_SET.addresses, ...STALE.addresses] },
    ],
  ])("does not believe an answer whose guest %s", (_title, repair, after) => {
    expect(conclude("repaired", { after }, repair).kind).toBe("unknown");
  });

  it("takes Azure's own addresses in any order", () => {
    expect(conclude("addresses-set", { after: OWN_SET }, "setAddresses")).toMatchObject({
      kind: "right",
      message: '"Ethernet" has 10.71.4.20, 10.71.4.21, Azure\'s own addresses, as static ones.',
      remarks: [],
    });
  });

  it.each(["no-default-route", "sources-not-set"] as const)("remarks upon %s", (exit) => {
    expect(conclude(exit)).toMatchObject({ kind: "right", remarks: [`said ${exit}`] });
  });

  it("does not know what an unreadable answer left", () => {
    const answer = { kind: "unreadable", code: "no-envelope", message: "It was cut." } as const;

    expect(concludeRepair({ kind: "answered", answer }, expectation("renewLease"))).toEqual({
      ...answer,
      kind: "unknown",
    });
  });
});

describe("what a repair without an answer means", () => {
  it.each([
    ["not-sent", "run-command-busy", "untouched"],
    ["not-sent", "not-running", "stale"],
    ["not-sent", "gone", "stale"],
    ["lost", "run-command-timeout", "unknown"],
    ["lost", "gone", "unknown"],
  ] as const)("takes one that was %s for %s as %s", (kind, code, end) => {
    const conclusion = concludeRepair({ kind, code, message: "said" }, expectation("renewLease"));

    expect(conclusion).toEqual({ kind: end, code, message: "said" });
  });
});

function later(repair: GuestRepairKind, facts: Partial<GuestFacts>, expired = true): unknown {
  return concludeRepairReading(guestRead(facts), expectation(repair), expired);
}

describe("what a later reading says of a lost repair", () => {
  it.each<[GuestRepairKind, GuestAdapter]>([
    ["enableAdapter", RIGHT],
    ["repairDhcpService", RIGHT],
    ["renewLease", RIGHT],
    ["setAddresses", OWN_SET],
  ])("finds %s right once the addresses are Azure's", (repair, adapter) => {
    const lost = "The repair's own answer was lost; a later reading shows the address.";

    for (const expired of [false, true]) {
      expect(later(repair, { adapters: [adapter] }, expired)).toMatchObject({
        kind: "right",
        remarks: [lost],
      });
    }
  });

  it.each<[GuestRepairKind, Partial<GuestFacts>, string, string]>([
    ["enableAdapter", { adapters: [OFF] }, "undone", "repair-undone"],
    ["enableAdapter", { adapters: [WRONG] }, "stale", "enabled-static"],
    ["repairDhcpService", { adapters: [STALE], dhcpService: STOPPED }, "undone", "repair-undone"],
    ["renewLease", { adapters: [STALE] }, "untouched", "lease-wrong"],
    ["setAddresses", { adapters: [WRONG] }, "undone", "repair-undone"],
  ])("says once its time is over what %s left", (repair, facts, kind, code) => {
    expect(later(repair, facts)).toMatchObject({ kind, code });
    expect(later(repair, facts, false)).toBeNull();
  });

  it.each<[string, GuestReading]>([
    ["the guest cannot be read", guestUnreadable()],
    ["a task is armed", guestRead({ deadManTasks: [INCIDENT] })],
    ["the adapter is gone", guestRead({ adapters: [] })],
    ["the adapter is on without a lease", guestRead({ adapters: [BARE] })],
  ])("reads again while %s", (_title, reading) => {
    expect(concludeRepairReading(reading, expectation("enableAdapter"), true)).toBeNull();
  });

  it("reads again while the service is neither as before nor of use", () => {
    const dhcpService: GuestFacts["dhcpService"] = { state: "running", startMode: "automatic" };

    expect(later("repairDhcpService", { adapters: [BARE], dhcpService })).toBeNull();
    expect(
      later("repairDhcpService", {
        adapters: [BARE],
        dhcpService: { ...dhcpService, state: "stopped" },
      }),
    ).toBeNull();
  });

  it("reads again while only some of the addresses are set", () => {
    const half = aGuestAdapter({ dhcp: false, fingerprint: "f-half" });

    expect(later("setAddresses", { adapters: [half] })).toBeNull();
  });
});
