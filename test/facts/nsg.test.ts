import { test } from "@fast-check/vitest";
import { array, constantFrom, integer, record } from "fast-check";
import { describe, expect, it } from "vitest";

import { nsgVerdict } from "../../shared/facts/nsg.ts";
import type { NsgConnection, NsgRule } from "../../shared/facts/nsg.ts";

function aRule(parts: Partial<NsgRule> = {}): NsgRule {
  return {
    name: "rule",
    priority: 100,
    direction: "Inbound",
    access: "Allow",
    protocol: "Tcp",
    sources: ["*"],
    destinations: ["*"],
    ports: ["3389"],
    ...parts,
  };
}

/** Azure's own, in each NSG. */
const DEFAULTS: readonly NsgRule[] = [
  aRule({
    name: "AllowVnetInBound",
    priority: 65_000,
    protocol: "*",
    ports: ["*"],
    sources: ["VirtualNetwork"],
    destinations: ["VirtualNetwork"],
  }),
  aRule({
    name: "AllowAzureLoadBalancerInBound",
    priority: 65_001,
    protocol: "*",
    ports: ["*"],
    sources: ["AzureLoadBalancer"],
  }),
  aRule({ name: "DenyAllInBound", priority: 65_500, access: "Deny", protocol: "*", ports: ["*"] }),
];

function aConnection(parts: Partial<NsgConnection> = {}): NsgConnection {
  return { from: null, via: "private", to: "10.40.2.7", port: 3389, ...parts };
}

describe("Azure's own rules alone", () => {
  it("let the virtual network in", () => {
    expect(nsgVerdict(DEFAULTS, aConnection())).toEqual({
      kind: "allows",
      rule: "AllowVnetInBound",
    });
  });

  it("keep the internet out", () => {
    expect(nsgVerdict(DEFAULTS, aConnection({ via: "public" }))).toEqual({
      kind: "denies",
      rule: "DenyAllInBound",
    });
  });
});

describe("one rule before them that denies", () => {
  it.each([
    ["everything", { sources: ["*"] }, "denies"],
    ["everything, as a prefix", { sources: ["0.0.0.0/0"] }, "denies"],
    ["the virtual network", { sources: ["VirtualNetwork"] }, "denies"],
    ["the internet", { sources: ["Internet"] }, "allows"],
    ["load balancers", { sources: ["AzureLoadBalancer"] }, "allows"],
    ["a prefix that may hold the prober", { sources: ["10.0.0.0/8"] }, "depends"],
    ["a service tag that nobody here can resolve", { sources: ["AzureCloud"] }, "depends"],
    ["application security groups", { sources: null }, "depends"],
    ["IPv6 only", { sources: ["2001:db8::/32"] }, "allows"],
    ["another port", { ports: ["443"] }, "allows"],
    ["a range that holds the port", { ports: ["443", "3000-4000"] }, "denies"],
    ["a range beside the port", { ports: ["3390-4000"] }, "allows"],
    ["all ports", { ports: ["*"] }, "denies"],
    ["UDP", { protocol: "Udp" }, "allows"],
    ["any protocol", { protocol: "*" }, "denies"],
    ["what leaves", { direction: "Outbound" }, "allows"],
    ["another destination", { destinations: ["10.40.3.0/24"] }, "allows"],
    ["the VM's own subnet", { destinations: ["10.40.2.0/24"] }, "denies"],
    ["the VM itself", { destinations: ["10.40.2.7"] }, "denies"],
    ["destinations in application security groups", { destinations: null }, "depends"],
  ] as const)("of %s: %s gives %s", (_what, parts, expected) => {
    const rules = [...DEFAULTS, aRule({ name: "mine", access: "Deny", ...parts })];

    expect(nsgVerdict(rules, aConnection()).kind).toBe(expected);
  });
});

it("compares prefixes with the prober's own address where that is known", () => {
  const rules = [...DEFAULTS, aRule({ name: "jump", access: "Deny", sources: ["10.9.0.0/16"] })];

  expect(nsgVerdict(rules, aConnection({ from: "10.9.1.4" })).kind).toBe("denies");
  expect(nsgVerdict(rules, aConnection({ from: "10.8.1.4" })).kind).toBe("allows");
});

it("names the rule that decides", () => {
  const rules = [...DEFAULTS, aRule({ name: "lockdown", access: "Deny" })];

  expect(nsgVerdict(rules, aConnection()).rule).toBe("lockdown");
});

it("lets the lower number win, whatever the order", () => {
  const allow = aRule({ name: "first", priority: 200 });
  const deny = aRule({ name: "second", priority: 300, access: "Deny" });

  expect(nsgVerdict([deny, allow, ...DEFAULTS], aConnection()).kind).toBe("allows");
});

it("does not doubt where what may match says the same as what surely does", () => {
  const rules = [aRule({ name: "maybe", sources: ["10.9.0.0/16"] }), ...DEFAULTS];

  expect(nsgVerdict(rules, aConnection())).toEqual({ kind: "allows", rule: "AllowVnetInBound" });
});

it("doubts where no rule is left over", () => {
  expect(nsgVerdict([], aConnection()).kind).toBe("depends");
});

const anyRule = record({
  name: constantFrom("a", "b", "c"),
  priority: integer({ min: 100, max: 4096 }),
  direction: constantFrom("Inbound" as const, "Outbound" as const),
  access: constantFrom("Allow" as const, "Deny" as const),
  protocol: constantFrom("Tcp", "Udp", "*"),
  sources: constantFrom(["*"], ["10.9.0.0/16"], ["Internet"], ["VirtualNetwork"], ["Sql"], null),
  destinations: constantFrom(["*"], ["10.40.2.0/24"], ["10.41.0.0/16"], null),
  ports: constantFrom(["*"], ["3389"], ["80", "443"]),
});

test.prop([array(anyRule, { maxLength: 6 }), constantFrom("10.9.1.4", "10.8.1.4")])(
  "knowing the prober's address only ever takes doubt away",
  (rules, from) => {
    const unknown = nsgVerdict([...rules, ...DEFAULTS], aConnection());
    const known = nsgVerdict([...rules, ...DEFAULTS], aConnection({ from }));

    expect([known.kind, "depends"]).toContain(unknown.kind);
  },
);
