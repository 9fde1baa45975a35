import { describe, expect, it } from "vitest";

import { isOptedIn, outOfScope } from "../../shared/diagnosis/out-of-scope.ts";
import { platformRemark } from "../../shared/diagnosis/platform.ts";
import type { Refusal } from "../../shared/domain/diagnosis.ts";
import type {
  AzureFacts,
  LockFacts,
  NicFacts,
  PlatformFacts,
  VmFacts,
} from "../../shared/domain/facts.ts";
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

function refusalBy(facts: Partial<AzureFacts>, operator = false): Refusal | null {
  return outOfScope(azureFacts(facts), NO_SCOPE, operator);
}

describe("a VM is refused by what Azure puts in the way", () => {
  const readOnly: LockFacts = { name: "keep", level: "ReadOnly", scope: VM_ID };
  const outage: PlatformFacts = {
    state: "Unavailable",
    userInitiated: false,
    summary: "The host failed.",
    since: "2026-03-02T07:58:00Z",
  };

  it("a ReadOnly lock, whoever asks, by its name and scope", () => {
    const locks = [{ ...readOnly, level: "CanNotDelete" as const, name: "other" }, readOnly];

    expect(refusalBy({ locks }, true)?.code).toBe("read-only-lock");
    expect(refusalBy({ locks })?.message).toContain(`the ReadOnly lock "keep" on ${VM_ID} forbids`);
    expect(refusalBy({ locks })?.message).not.toContain('"other"');
    expect(refusalBy({ locks })?.nextStep).toContain("serial console");
  });

  it("an outage of the platform, whoever asks, in Azure's words", () => {
    expect(refusalBy({ platform: outage }, true)?.code).toBe("platform-outage");
    expect(refusalBy({ platform: outage })?.message).toContain(
      "Azure's Resource Health says Unavailable since 2026-03-02T07:58:00Z. The host failed.",
    );
  });

  it.each<[string, Partial<AzureFacts>]>([
    ["a CanNotDelete lock", { locks: [{ ...readOnly, level: "CanNotDelete" }] }],
    ["locks that Azure does not tell", { locks: null }],
    ["a health that Azure does not tell", { platform: null }],
    ["an act of a user", { platform: { ...outage, userInitiated: true } }],
    ["a mere suspicion", { platform: { ...outage, state: "Degraded" } }],
    ["an unknown health", { platform: { ...outage, state: "Unknown" } }],
  ])("but not by %s", (_title, facts) => {
    expect(refusalBy(facts)).toBeNull();
  });

  it("after what the VM itself says, the lock first", () => {
    const vm = aVm({ powerState: "stopped" });

    expect(refusalBy({ vm, locks: [readOnly], platform: outage })?.code).toBe("vm-not-running");
    expect(refusalBy({ locks: [readOnly], platform: outage })?.code).toBe("read-only-lock");
  });

  it.each<[string, PlatformFacts | null, RegExp | null]>([
    ["Degraded", { ...outage, state: "Degraded" }, /says Degraded since .* The run went on\.$/u],
    ["Unknown", { ...outage, state: "Unknown", summary: "", since: null }, /says Unknown\. The/u],
    ["a user's act", { ...outage, userInitiated: true }, /says Unavailable/u],
    ["Available", { ...outage, state: "Available" }, null],
    ["an outage", outage, null],
    ["nothing", null, null],
  ])("and remarked on where it goes on: %s", (_title, platform, words) => {
    expect(platformRemark(platform) ?? "").toMatch(words ?? /^$/u);
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

  it.each<[Readonly<Record<string, string>>, readonly string[], boolean]>([
    [{ "static-ip-remediator": "on" }, [], true],
    [{ "Static-IP-Remediator": "On" }, [], true],
    [{}, [VM_ID], true],
    [{ "static-ip-remediator": "perhaps" }, [VM_ID], true],
    [{}, [], false],
    [{ "static-ip-remediator": "perhaps" }, [], false],
    [{ "static-ip-remediator": "off" }, [VM_ID], false],
  ])("of a VM with the tags %o in the scope %o: %s", (tags, scope, expected) => {
    expect(isOptedIn({ id: VM_ID, tags }, { scope })).toBe(expected);
  });
});

function rgInCapitals(): string {
  return `/SUBSCRIPTIONS/${SUBSCRIPTION}/RESOURCEGROUPS/RG-HARBOUR/`;
}
