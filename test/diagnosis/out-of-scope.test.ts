import { describe, expect, it } from "vitest";

import { outOfScope } from "../../shared/diagnosis/out-of-scope.ts";
import type { NicFacts, VmFacts } from "../../shared/domain/facts.ts";
import { aNic, aSecondNic, aVm, azureFacts, SUBSCRIPTION, VM_ID } from "../builders.ts";

const NO_SCOPE = { scope: [] };

function codeOf(
  vm: Partial<VmFacts>,
  { operator = false, scope = [], nics = [aNic()] }: Given = {},
): string | null {
  return outOfScope(azureFacts({ vm: aVm(vm), nics }), { scope }, operator)?.code ?? null;
}

interface Given {
  readonly operator?: boolean;
  readonly scope?: readonly string[];
  readonly nics?: readonly NicFacts[];
}

describe("a VM is refused by what Azure says of it", () => {
  it.each<[string, Partial<VmFacts>]>([
    ["not-windows", { osType: "Linux" }],
    ["not-windows", { osType: "unknown" }],
    ["scale-set-instance", { inScaleSet: true }],
    ["opted-out", { tags: { "static-ip-remediator": "off" } }],
    ["vm-not-running", { powerState: "deallocated" }],
    ["vm-not-running", { powerState: "stopped" }],
    ["vm-not-running", { powerState: "starting" }],
    ["vm-not-running", { powerState: "unknown" }],
    ["ephemeral-os-disk", { osDisk: { kind: "ephemeral" } }],
    ["unmanaged-os-disk", { osDisk: { kind: "unmanaged" } }],
  ])("%s: %o, whoever asks", (code, vm) => {
    expect(codeOf(vm)).toBe(code);
    expect(codeOf(vm, { operator: true })).toBe(code);
  });

  it("because one of its NICs forwards packets, whoever asks", () => {
    const nics = [aNic(), aSecondNic({ ipForwarding: true })];

    const refusal = outOfScope(azureFacts({ nics }), NO_SCOPE, true);

    expect(refusal?.code).toBe("role-ip-forwarding");
    expect(refusal?.message).toContain("(NIC nic-crane-01-b)");
  });

  it("with the reason that can never change first", () => {
    expect(codeOf({ osType: "Linux", powerState: "deallocated", tags: {} })).toBe("not-windows");
  });

  it("with a message that names it and a next step", () => {
    const refusal = outOfScope(
      azureFacts({ vm: aVm({ powerState: "deallocated" }) }),
      NO_SCOPE,
      false,
    );

    expect(refusal).toEqual({
      code: "vm-not-running",
      message:
        "VM vm-crane-01 is not running (power state: deallocated), which explains its silence.",
      nextStep: "Start the VM if it should run; ask again if it then stays silent.",
    });
  });

  it.each<Partial<VmFacts>>([
    { osType: "Linux" },
    { inScaleSet: true },
    { tags: { "static-ip-remediator": "off" } },
    { tags: {} },
    { powerState: "stopped" },
    { osDisk: { kind: "ephemeral" } },
    { osDisk: { kind: "unmanaged" } },
  ])("%o: with words for people", (vm) => {
    const refusal = outOfScope(azureFacts({ vm: aVm(vm) }), NO_SCOPE, false);

    expect(refusal?.message).toContain("vm-crane-01");
    expect(refusal?.nextStep).not.toBe("");
  });
});

describe("opting in", () => {
  it.each(["on", "On", " ON "])("works by the tag's value %o", (value) => {
    expect(codeOf({ tags: { "static-ip-remediator": value } })).toBeNull();
  });

  it("works by the tag's name in any letter case", () => {
    expect(codeOf({ tags: { "Static-IP-Remediator": "on" } })).toBeNull();
  });

  it.each([
    ["its subscription's id", `/subscriptions/${SUBSCRIPTION}`],
    ["its subscription's bare id", SUBSCRIPTION],
    ["its resource group", `/subscriptions/${SUBSCRIPTION}/resourcegroups/rg-harbour`],
    ["its resource group, in another letter case, with a slash at the end", rgInCapitals()],
    ["itself", VM_ID],
    ["itself, with spaces around", ` ${VM_ID} `],
  ])("works by a scope that names %s", (_words, entry) => {
    expect(codeOf({ tags: {} }, { scope: ["/subscriptions/other", entry] })).toBeNull();
  });

  it.each([
    ["nothing", []],
    ["an empty entry", ["", "/"]],
    [
      "another group whose name begins alike",
      [`/subscriptions/${SUBSCRIPTION}/resourcegroups/rg-har`],
    ],
    ["another VM whose name begins alike", [`${VM_ID.toLowerCase()}2`]],
    ["another subscription", ["/subscriptions/5b1c7a52"]],
  ])("is not given by a scope that names %s", (_words, scope) => {
    expect(codeOf({ tags: {} }, { scope })).toBe("not-opted-in");
  });

  it("is not given by a tag of another value", () => {
    expect(codeOf({ tags: { "static-ip-remediator": "perhaps" } })).toBe("not-opted-in");
  });

  it("is implied by an operator's request", () => {
    expect(codeOf({ tags: {} }, { operator: true })).toBeNull();
  });

  it.each(["off", "OFF", " Off "])("is overruled by the tag's value %o", (value) => {
    const tags = { "static-ip-remediator": value };

    expect(codeOf({ tags }, { operator: true, scope: [VM_ID] })).toBe("opted-out");
  });
});

function rgInCapitals(): string {
  return `/SUBSCRIPTIONS/${SUBSCRIPTION}/RESOURCEGROUPS/RG-HARBOUR/`;
}
