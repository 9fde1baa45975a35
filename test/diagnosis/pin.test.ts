import { describe, expect, it } from "vitest";

import { decidePin, isPinWanted, withPinCost, type PinInput } from "../../shared/diagnosis/pin.ts";
import type { Plan } from "../../shared/domain/diagnosis.ts";
import {
  aDiagnosis,
  aNic,
  anAnsweringProbe,
  anIpConfiguration,
  anUnknownProbe,
  aSilentProbe,
  azureFacts,
  guestRead,
  guestUnreadable,
  NIC_ID,
} from "../builders.ts";

const IPV6 = anIpConfiguration({
  name: "ipv6",
  primary: false,
  version: "IPv6",
  address: "fd00::4",
});

function aPinInput(overrides: Partial<PinInput> = {}): PinInput {
  return {
    azure: azureFacts(),
    guest: guestRead(),
    probe: anAnsweringProbe(),
    incidentId: "inc-1",
    ...overrides,
  };
}

function withConfigurations(...ipConfigurations: ReturnType<typeof anIpConfiguration>[]) {
  return azureFacts({ nics: [aNic({ ipConfigurations })] });
}

describe("whether an address may be pinned", () => {
  it.each([
    ["of a well VM", {}],
    ["beside an IPv6 address", { azure: withConfigurations(anIpConfiguration(), IPV6) }],
  ])("yes, %s", (_title, input) => {
    expect(decidePin(aPinInput(input))).toMatchObject({
      kind: "pin",
      nic: { id: NIC_ID },
      address: "10.71.4.20",
    });
  });

  it("has nothing to do where it is Static", () => {
    const azure = withConfigurations(anIpConfiguration({ allocation: "Static" }));

    expect(decidePin(aPinInput({ azure })).kind).toBe("pinned-already");
  });

  it.each<[string, Partial<PinInput>, string]>([
    ["a silent VM", { probe: aSilentProbe() }, "pin-not-proven"],
    ["a VM that cannot be reached from here", { probe: anUnknownProbe() }, "pin-not-proven"],
    ["a VM that was not probed", { probe: null }, "pin-not-proven"],
    ["an unread guest", { guest: guestUnreadable() }, "pin-role-unknown"],
    ["a guest that nobody looked at", { guest: null }, "pin-role-unknown"],
    ["an unknown role", { guest: guestRead({ roles: null }) }, "pin-role-unknown"],
    ["a cluster node", { guest: guestRead({ roles: ["clusterNode"] }) }, "role-cluster-node"],
    ["another run's task", { guest: guestRead({ deadManTasks: ["inc-0"] }) }, "other-run"],
    ["no NIC", { azure: azureFacts({ nics: [] }) }, "pin-no-address"],
    [
      "no address",
      { azure: withConfigurations(anIpConfiguration({ address: null })) },
      "pin-no-address",
    ],
    [
      "several addresses",
      {
        azure: withConfigurations(
          anIpConfiguration(),
          anIpConfiguration({ name: "b", primary: false, address: "10.71.4.21" }),
        ),
      },
      "pin-several-addresses",
    ],
  ])("nothing is written for %s", (_title, input, code) => {
    expect(decidePin(aPinInput(input))).toMatchObject({ kind: "not", code });
  });
});

describe("who asks for it", () => {
  it.each([
    [{}, false, false],
    [{}, true, true],
    [{ "Static-IP-Remediator-Pin": " ON " }, false, true],
    [{ "static-ip-remediator-pin": "off" }, false, false],
    [{ "static-ip-remediator": "on" }, false, false],
  ])("with the tags %o and an operator's wish %s: %s", (tags, asked, wanted) => {
    expect(isPinWanted({ tags }, asked)).toBe(wanted);
  });
});

describe("a plan that ends in a pinned address", () => {
  const says = { message: "Something.", nextStep: "", remarks: [], diagnosis: aDiagnosis() };
  const remedies = [{ kind: "guestDhcp", nicId: NIC_ID }] as const;

  it.each<Plan>([
    { ...says, kind: "remedies", remedies },
    { ...says, kind: "nothing", code: "healthy" },
    { ...says, kind: "refuse", code: "dry-run", remedies },
  ])("says before what that may cost: $kind", (plan) => {
    expect(withPinCost(plan, azureFacts(), true).message).toMatch(
      /^Something\. Once RDP is proven, Azure is to keep 10\.71\.4\.20 .*expect one restart/u,
    );
    expect(withPinCost(plan, azureFacts(), false)).toBe(plan);
  });

  it.each<Plan>([
    { ...says, kind: "human", code: "guest-unreadable" },
    { ...says, kind: "refuse", code: "opted-out", remedies: [] },
  ])("says nothing of it where it will not come to that: $kind", (plan) => {
    expect(withPinCost(plan, azureFacts(), true)).toBe(plan);
  });
});
