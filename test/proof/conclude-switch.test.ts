import { describe, expect, it } from "vitest";

import type { GuestAdapter } from "../../shared/domain/facts.ts";
import type { RemedyConclusion } from "../../shared/domain/remedy.ts";
import type { SwitchAnswer, SwitchExit } from "../../shared/guest/envelope.ts";
import {
  concludeReading,
  concludeSwitch,
  type SwitchExpectation,
} from "../../shared/proof/conclude-switch.ts";
import {
  aGuestAdapter,
  aMismatchedAdapter,
  aNic,
  anIpConfiguration,
  guestRead,
  guestUnreadable,
} from "../builders.ts";

const INCIDENT = "inc-20260302-00000001";
const expected: SwitchExpectation = {
  incidentId: INCIDENT,
  nic: aNic(),
  adapter: aMismatchedAdapter(),
};

type Answer = Extract<SwitchAnswer, { kind: "answer" }>;

function anAnswer(exit: SwitchExit, overrides: Partial<Answer> = {}): SwitchAnswer {
  return {
    kind: "answer",
    exit,
    before: aMismatchedAdapter(),
    after: aMismatchedAdapter(),
    deadManTask: "gone",
    netshText: null,
    message: `said ${exit}`,
    ...overrides,
  };
}

function conclude(answer: SwitchAnswer): RemedyConclusion {
  return concludeSwitch({ kind: "answered", answer }, expected);
}

function armed(adapter: GuestAdapter): ReturnType<typeof guestRead> {
  return guestRead({ adapters: [adapter], deadManTasks: [INCIDENT] });
}

function dhcpWithout(): GuestAdapter {
  return aGuestAdapter({ addresses: [], fingerprint: "f-dhcp" });
}

/** Every exit with what it means when the guest is as the exit says. */
const ENDS: Readonly<Record<SwitchExit, RemedyConclusion["kind"]>> = {
  switched: "right",
  "already-dhcp": "right",
  "no-default-route": "right",
  drifted: "stale",
  expired: "stale",
  "lease-stale": "stale",
  "adapter-missing": "stale",
  "adapter-disabled": "stale",
  "not-elevated": "untouched",
  "bad-parameters": "untouched",
  "dhcp-unusable": "untouched",
  "no-dead-man": "untouched",
  "netsh-failed": "untouched",
  error: "untouched",
  "other-run": "other-run",
  "lease-missing-restored": "undone",
  "lease-wrong-restored": "undone",
  "error-restored": "undone",
  "restore-failed": "unknown",
};
const RIGHT = new Set(["switched", "already-dhcp", "no-default-route"]);
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of that record are the exits
const exits = Object.entries(ENDS).map(([exit, kind]) => ({ exit: exit as SwitchExit, kind }));

describe("what an answered switch means", () => {
  it.each(exits)("takes $exit for $kind", ({ exit, kind }) => {
    const after = RIGHT.has(exit) ? aGuestAdapter() : aMismatchedAdapter();

    const conclusion = conclude(anAnswer(exit, { after }));

    expect(conclusion.kind).toBe(kind);
    expect(conclusion.kind === "right" ? exit : conclusion.code).toBe(exit);
  });

  it.each(exits.filter(({ exit }) => exit !== "other-run"))(
    "never takes $exit for an end while the dead-man's task is armed",
    ({ exit }) => {
      const conclusion = conclude(anAnswer(exit, { after: aGuestAdapter(), deadManTask: "armed" }));

      expect(conclusion).toMatchObject({ kind: "unknown", code: "dead-man-armed" });
    },
  );

  it("takes another run's armed task for what it is", () => {
    expect(conclude(anAnswer("other-run", { deadManTask: "armed" })).kind).toBe("other-run");
  });

  it.each([
    ["has no adapter", null],
    ["is static", aGuestAdapter({ dhcp: false })],
    ["has another address", aGuestAdapter({ addresses: [{ ip: "10.71.4.99", prefixLength: 24 }] })],
    ["has no address", aGuestAdapter({ addresses: [] })],
  ] as const)("does not believe an answer whose guest %s", (_title, after: GuestAdapter | null) => {
    expect(conclude(anAnswer("switched", { after })).kind).toBe("unknown");
  });

  it("names a missing default route although the address is right", () => {
    const conclusion = conclude(anAnswer("no-default-route", { after: aGuestAdapter() }));

    expect(conclusion).toMatchObject({ kind: "right", remarks: ["said no-default-route"] });
  });

  it("does not know what an unreadable answer left", () => {
    const answer = { kind: "unreadable", code: "no-envelope", message: "It was cut." } as const;

    expect(conclude(answer)).toEqual({ ...answer, kind: "unknown" });
  });
});

describe("what a switch without an answer means", () => {
  it.each([
    ["run-command-busy", "untouched"],
    ["throttled", "untouched"],
    ["forbidden", "untouched"],
    ["not-running", "stale"],
    ["gone", "stale"],
  ] as const)("takes one that was not sent for %s as %s", (code, kind) => {
    const conclusion = concludeSwitch({ kind: "not-sent", code, message: "said" }, expected);

    expect(conclusion).toEqual({ kind, code, message: "said" });
  });

  it.each(["run-command-timeout", "not-running", "gone"])(
    "does not know what one left that was lost for %s",
    (code) => {
      const conclusion = concludeSwitch({ kind: "lost", code, message: "said" }, expected);

      expect(conclusion).toEqual({ kind: "unknown", code, message: "said" });
    },
  );
});

describe("what a later reading says of a lost switch", () => {
  const before = guestRead({ adapters: [aMismatchedAdapter()] });
  const after = guestRead();

  it.each([false, true])("finds it right once the address is Azure's (expired: %s)", (expired) => {
    expect(concludeReading(after, expected, expired)).toMatchObject({
      kind: "right",
      remarks: ["The switch's own answer was lost; a later reading shows the address."],
    });
  });

  it("finds it undone once the script's time is over and nothing is changed", () => {
    expect(concludeReading(before, expected, true)).toMatchObject({
      kind: "undone",
      code: "switch-undone",
    });
  });

  it.each([
    ["the guest cannot be read", guestUnreadable(), true],
    ["nothing is changed, but the script may still run", before, false],
    ["the task is armed although the address is right", armed(aGuestAdapter()), true],
    ["the task is armed and nothing is changed", armed(aMismatchedAdapter()), true],
    ["the adapter is gone", guestRead({ adapters: [] }), true],
    [
      "Windows is neither as before nor as Azure expects",
      guestRead({ adapters: [aMismatchedAdapter({ fingerprint: "f-other" })] }),
      true,
    ],
    ["DHCP is on without the address", guestRead({ adapters: [dhcpWithout()] }), true],
  ] as const)("reads again while %s", (_title, reading, expired) => {
    expect(concludeReading(reading, expected, expired)).toBeNull();
  });

  it("does not wait for the task of another incident", () => {
    const reading = guestRead({ deadManTasks: ["inc-20260302-00000002"] });

    expect(concludeReading(reading, expected, true)?.kind).toBe("right");
  });

  it("goes by the primary IPv4 address, wherever it stands", () => {
    const nic = aNic({
      ipConfigurations: [
        anIpConfiguration({ name: "v6", version: "IPv6", address: "fd00::20", primary: false }),
        anIpConfiguration({ name: "second", address: "10.71.4.21", primary: false }),
        anIpConfiguration(),
      ],
    });

    expect(concludeReading(after, { ...expected, nic }, true)?.kind).toBe("right");
  });

  it("finds nothing right where Azure has assigned no address", () => {
    const nic = aNic({ ipConfigurations: [anIpConfiguration({ address: null })] });

    expect(concludeReading(after, { ...expected, nic }, true)).toBeNull();
  });
});
