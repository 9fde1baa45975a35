import { describe, expect, it } from "vitest";

import {
  type HealRequest,
  decodeHealRequest,
  operatorSignal,
} from "../../shared/signals/heal-request.ts";
import { RECEIVED_AT, nicId, vmId } from "./payloads.ts";
import { refusalOf } from "./refusal.ts";

const VM = vmId().toLowerCase();

/** A request without wishes. */
function aRequest(overrides: Partial<HealRequest> = {}): HealRequest {
  const plain = { dryRun: false, readGuest: true, console: false, pinAddress: false };
  return { vmId: VM, ...plain, reason: null, ...overrides };
}

describe("a heal request", () => {
  it.each<[string, unknown, HealRequest]>([
    ["with only a VM heals it and reads the guest", { vmId: vmId() }, aRequest()],
    [
      "may be a dry run that leaves the guest alone",
      { vmId: ` ${vmId().toUpperCase()} `, dryRun: true, readGuest: false },
      aRequest({ dryRun: true, readGuest: false }),
    ],
    [
      "may say all, with a reason",
      {
        vmId: vmId(),
        dryRun: false,
        readGuest: true,
        reason: "  Crew cannot log in: ticket 7 🚢 ",
      },
      aRequest({ reason: "Crew cannot log in: ticket 7 🚢" }),
    ],
    [
      "may look at the console in a dry run",
      { vmId: vmId(), dryRun: true, console: true },
      aRequest({ dryRun: true, console: true }),
    ],
    [
      "may ask that Azure keeps the address",
      { vmId: vmId(), pinAddress: true },
      aRequest({ pinAddress: true }),
    ],
    ["may have an empty reason", { vmId: vmId(), reason: " " }, aRequest()],
    ["may have a null reason", { vmId: vmId(), reason: null }, aRequest()],
    [
      "may have a reason of 500 characters",
      { vmId: vmId(), reason: "x".repeat(500) },
      aRequest({ reason: "x".repeat(500) }),
    ],
  ])("%s", (_title, body, expected) => {
    expect(decodeHealRequest(body)).toEqual(expected);
  });

  it.each<[string, unknown, readonly (string | RegExp)[]]>([
    ["nothing", undefined, [/^body: /u]],
    ["a text", "heal", [/^body: /u]],
    ["an array", [{ vmId: vmId() }], [/^body: /u]],
    ["no VM", {}, [/^vmId: /u]],
    ["a VM of the wrong type", { vmId: 5 }, [/^vmId: .*string/u]],
    ["a name for an id", { vmId: "vm-crane-01" }, [/^vmId: is not the id of a virtual machine/u]],
    ["an id that leads elsewhere", { vmId: vmId("..") }, [/^vmId: is not the id/u]],
    ["an id with a query", { vmId: `${vmId()}?api-version=1` }, [/^vmId: is not the id/u]],
    ["an id of a VM's part", { vmId: `${vmId()}/extensions/x` }, [/^vmId: is not the id/u]],
    [
      "a type that is not printable",
      { vmId: nicId().replace("networkInterfaces", "\u001B[2J") },
      [/^vmId: is not the id/u],
    ],
    [
      "a NIC",
      { vmId: nicId() },
      [
        "vmId: is the id of a microsoft.network/networkinterfaces, not of a microsoft.compute/virtualmachines",
      ],
    ],
    ["a text for a truth value", { vmId: vmId(), dryRun: "true" }, [/^dryRun: .*boolean/u]],
    ["a number for a truth value", { vmId: vmId(), readGuest: 1 }, [/^readGuest: .*boolean/u]],
    ["a key that is not known", { vmId: vmId(), force: true }, [/^body: .*force/u]],
    [
      "a heal that may not look",
      { vmId: vmId(), readGuest: false },
      [/^readGuest: .*dryRun: true/u],
    ],
    ["the same said twice", { vmId: vmId(), readGuest: false, dryRun: false }, [/^readGuest: /u]],
    [
      "a console that must not be read",
      { vmId: vmId(), dryRun: true, readGuest: false, console: true },
      [/^console: .*readGuest: false/u],
    ],
    ["a text for a wish", { vmId: vmId(), pinAddress: "yes" }, [/^pinAddress: .*boolean/u]],
    ["a reason of 501 characters", { vmId: vmId(), reason: "x".repeat(501) }, [/^reason: .*500/u]],
    ["a reason of two lines", { vmId: vmId(), reason: "a\nb" }, [/^reason: .*one line/u]],
    ["a reason that colours a terminal", { vmId: vmId(), reason: "\u001B[31m" }, [/^reason: /u]],
    ["a reason that turns its direction", { vmId: vmId(), reason: "a\u202Eb" }, [/^reason: /u]],
    ["half a character", { vmId: vmId(), reason: "\uD83D" }, [/^reason: /u]],
    [
      "all at once",
      { vmId: nicId(), readGuest: false, reason: 5, more: 1 },
      [/^vmId: /u, /^reason: /u, /^body: .*more/u, /^readGuest: /u],
    ],
  ])("is refused with every problem named: %s", (_title, body, expected) => {
    const refusal = refusalOf(() => decodeHealRequest(body));

    expect(refusal?.code).toBe("invalid-heal-request");
    expect(refusal?.problems).toHaveLength(expected.length);
    for (const [index, problem] of expected.entries()) {
      expect(refusal?.problems[index]).toMatch(problem);
    }
  });
});

describe("an operator's signal", () => {
  const request = aRequest({ reason: "ticket 7" });

  it("is pending and carries the operator's words", () => {
    expect(operatorSignal(request, { id: "op-1", receivedAt: RECEIVED_AT })).toEqual({
      id: "op-1",
      source: "operator",
      target: { kind: "vm", vmId: VM },
      vmId: VM,
      nicId: null,
      mode: "heal",
      readGuest: true,
      note: "ticket 7",
      receivedAt: RECEIVED_AT,
      state: { kind: "pending" },
    });
  });

  it("carries what else is wished, and leaves out what is not", () => {
    const at = { id: "op-1", receivedAt: RECEIVED_AT };

    const wishes = operatorSignal({ ...request, console: true, pinAddress: true }, at);

    expect(wishes).toMatchObject({ console: true, pinAddress: true });
    expect(operatorSignal(request, at)).not.toHaveProperty("pinAddress");
  });

  it("of a dry run changes nothing and may leave the guest alone", () => {
    const dry = { ...request, dryRun: true, readGuest: false };

    expect(operatorSignal(dry, { id: "op-1", receivedAt: RECEIVED_AT })).toMatchObject({
      mode: "dryRun",
      readGuest: false,
    });
  });
});
