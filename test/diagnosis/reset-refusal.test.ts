import { test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";

import { diagnose } from "../../shared/diagnosis/diagnose.ts";
import { planFor, type PlanInput } from "../../shared/diagnosis/plan.ts";
import { RESET_CHECKS, resetRefusal, RESTART_TAG } from "../../shared/diagnosis/reset-refusal.ts";
import type { Plan } from "../../shared/domain/diagnosis.ts";
import type { ConsoleAddress, GuestReading } from "../../shared/domain/facts.ts";
import {
  aGuestAdapter,
  aMismatchedAdapter,
  anAnsweringProbe,
  anIpConfiguration,
  aNic,
  anUnknownProbe,
  aSecondAdapter,
  aSecondNic,
  aSilentProbe,
  aVm,
  azureFacts,
  guestRead,
  guestUnreadable,
  NIC_ID,
  OS_DISK_ID,
} from "../builders.ts";
import { anyPlanInput, EVERY_REMEDY } from "./arbitraries.ts";

const POOL = OS_DISK_ID.replace(
  "Microsoft.Compute/disks/vm-crane-01-os",
  "Microsoft.Network/loadBalancers/lb-quay/backendAddressPools/web",
);
const TAGGED = azureFacts({
  vm: aVm({
    agentReady: false,
    tags: { "static-ip-remediator": "on", "Static-IP-Remediator-Restart": " On" },
  }),
});
const OPTED_OUT = azureFacts({
  vm: aVm({ tags: { "static-ip-remediator": "on", "static-ip-remediator-restart": "off" } }),
});
const UNREAD = { unread: true, pooled: false };
const FAULTY = guestRead({ adapters: [aMismatchedAdapter()] });

/** A guest that nobody could read, whose serial console lists this address. */
function seenAtConsole(ip: string, seen: Partial<ConsoleAddress> = {}): GuestReading {
  const addresses = [{ network: 5, ip, mask: "255.255.255.0", gateway: null, ...seen }];
  const console = { kind: "listed" as const, addresses, networks: [5] };
  return { kind: "unreadable", code: "agent-missing", message: "No agent.", console };
}

function plan(overrides: Partial<PlanInput> = {}): Plan {
  const azure = overrides.azure ?? azureFacts();
  const guest = overrides.guest ?? FAULTY;
  return planFor({
    azure,
    guest,
    probe: aSilentProbe(),
    diagnoses: diagnose(azure, guest),
    incidentId: "incident-0001",
    operator: false,
    runMode: "heal",
    mode: "heal",
    scope: [],
    available: EVERY_REMEDY,
    setByUs: [],
    resets: { unread: false, pooled: false },
    ...overrides,
  });
}

function resets(decided: Plan): boolean {
  const remedies = decided.kind === "remedies" || decided.kind === "refuse" ? decided.remedies : [];
  return remedies.some(({ kind }) => kind === "nicReset");
}

/** For each row: facts to which it applies, and facts that differ from them in what the row looks at only. */
const ROWS: readonly (readonly [string, Partial<PlanInput>, Partial<PlanInput>])[] = [
  [
    "scale-set-instance",
    { azure: azureFacts({ vm: aVm({ inScaleSet: true }) }) },
    { azure: azureFacts({ vm: aVm({ inScaleSet: false }) }) },
  ],
  [
    "secondary-nic",
    { azure: azureFacts({ nics: [aNic({ primary: false })] }) },
    { azure: azureFacts({ nics: [aNic()] }) },
  ],
  [
    "several-configurations",
    {
      azure: azureFacts({
        nics: [
          aNic({
            ipConfigurations: [
              anIpConfiguration(),
              anIpConfiguration({ primary: false, address: "10.71.4.21" }),
            ],
          }),
        ],
      }),
    },
    {
      azure: azureFacts({
        nics: [
          aNic({
            ipConfigurations: [
              anIpConfiguration(),
              anIpConfiguration({ primary: false, version: "IPv6", address: "fd00::4" }),
            ],
          }),
        ],
      }),
    },
  ],
  ["restart-opted-out", { azure: OPTED_OUT }, { azure: TAGGED }],
  [
    "pooled",
    { azure: azureFacts({ nics: [aNic({ pools: [POOL] })] }) },
    {
      azure: azureFacts({ nics: [aNic({ pools: [POOL] })] }),
      resets: { unread: false, pooled: true },
    },
  ],
  ["rdp-answers", { probe: anAnsweringProbe() }, { probe: anUnknownProbe() }],
  [
    "unknown-role",
    { guest: guestRead({ adapters: [aMismatchedAdapter()], roles: null }) },
    { guest: FAULTY },
  ],
  [
    "dhcp-service-disabled",
    {
      guest: guestRead({
        adapters: [aGuestAdapter({ addresses: [] })],
        dhcpService: { state: "stopped", startMode: "disabled" },
      }),
    },
    {
      guest: guestRead({
        adapters: [aGuestAdapter({ addresses: [] })],
        dhcpService: { state: "stopped", startMode: "manual" },
      }),
    },
  ],
  [
    "other-adapter",
    { guest: guestRead({ adapters: [aSecondAdapter()] }) },
    { guest: guestRead({ adapters: [] }) },
  ],
  [
    "nic-unclear",
    { guest: guestRead({ adapters: [aGuestAdapter({ dhcp: null })] }) },
    { guest: FAULTY },
  ],
  [
    "not-read",
    { azure: TAGGED, guest: guestUnreadable("not-read"), resets: UNREAD },
    { azure: TAGGED, guest: guestUnreadable(), resets: UNREAD },
  ],
  [
    "unread-not-allowed",
    { azure: TAGGED, guest: guestUnreadable() },
    { azure: TAGGED, guest: guestUnreadable(), resets: UNREAD },
  ],
  [
    "unread-not-silent",
    { azure: TAGGED, guest: guestUnreadable(), resets: UNREAD, probe: anUnknownProbe() },
    { azure: TAGGED, guest: guestUnreadable(), resets: UNREAD },
  ],
  [
    "unread-address-right",
    { azure: TAGGED, guest: seenAtConsole("10.71.4.20"), resets: UNREAD },
    { azure: TAGGED, guest: seenAtConsole("10.71.4.77"), resets: UNREAD },
  ],
  [
    "unread-no-sign",
    { guest: seenAtConsole("169.254.7.7"), resets: UNREAD },
    { guest: seenAtConsole("10.71.4.77"), resets: UNREAD },
  ],
];

describe("a NIC is not reset", () => {
  it.each(ROWS)("by the row %s, which applies where it says and nowhere else", (code, yes, no) => {
    const reasons = [yes, no].map((overrides) => {
      const azure = overrides.azure ?? azureFacts();
      const guest = overrides.guest ?? FAULTY;
      const [diagnosis] = diagnose(azure, guest);
      const input = {
        azure,
        guest,
        probe: overrides.probe ?? aSilentProbe(),
        resets: overrides.resets ?? { unread: false, pooled: false },
      };
      const check = RESET_CHECKS.find((row) => row.code === code);
      const [nic] = azure.nics;
      const windows = guest.kind === "read" ? guest.facts : null;
      return diagnosis === undefined || nic === undefined
        ? null
        : {
            applies: check?.applies({ ...input, diagnosis, nic, windows }),
            told: resetRefusal(diagnosis, input),
            own: check?.because({ ...input, diagnosis, nic, windows }),
          };
    });

    expect(reasons.map((each) => each?.applies)).toEqual([true, false]);
    expect(reasons[0]?.told).toBe(`NIC nic-crane-01 is not reset: ${reasons[0]?.own}`);
    expect(reasons[1]?.told).toBeNull();
  });

  it("by every row that this table tests", () => {
    expect(ROWS.map(([code]) => code).toSorted()).toEqual(
      RESET_CHECKS.map(({ code }) => code).toSorted(),
    );
  });

  it("where Azure no longer shows it", () => {
    const [diagnosis] = diagnose(azureFacts(), FAULTY);
    const azure = azureFacts({ nics: [aSecondNic()] });
    const policy = { unread: false, pooled: false };

    expect(
      diagnosis === undefined
        ? ""
        : resetRefusal(diagnosis, { azure, guest: FAULTY, probe: aSilentProbe(), resets: policy }),
    ).toContain("no longer shows");
  });
});

describe("a plan", () => {
  it("names the reset last, what it costs, and where the address stands", () => {
    const resetImpact = {
      nicId: NIC_ID,
      rules: ["AllowSql of NSG nsg-quay"],
      records: ["sql.corp.example"],
      unread: [],
    };
    const decided = plan({ azure: azureFacts({ resetImpact }), runMode: "dryRun" });

    expect(decided).toMatchObject({ kind: "refuse", code: "dry-run" });
    expect(resets(decided)).toBe(true);
    expect(decided.message).toContain(
      "else reset the NIC (restarts the VM). Resetting NIC nic-crane-01 restarts the VM twice, and once or twice more because its address is Dynamic, drops every session, gives the NIC another MAC address, and takes about 10 to 25 minutes,",
    );
    expect(decided.message).toContain("name 10.71.4.20 and do not fit meanwhile: AllowSql of NSG");
    expect(decided.message).toContain("these names in private DNS lead there: sql.corp.example;");
  });

  it("names two restarts where the address is Static, and what does not reach the NIC meanwhile", () => {
    const configuration = anIpConfiguration({ allocation: "Static" });
    const nic = aNic({ pools: [POOL], ipConfigurations: [configuration] });
    const decided = plan({
      azure: azureFacts({ nics: [nic] }),
      resets: { unread: false, pooled: true },
    });

    expect(decided.message).toContain("restarts the VM twice, drops every session");
    expect(decided.message).toContain("lb-quay/backendAddressPools/web do not reach it");
  });

  it("says nothing of costs where nothing is reset", () => {
    expect(plan({ available: ["guestDhcp"] }).message).not.toContain("restarts the VM");
  });

  it("remarks why a reset that the settings allow is left out", () => {
    const decided = plan({ azure: azureFacts({ nics: [aNic({ pools: [POOL] })] }) });

    expect(resets(decided)).toBe(false);
    expect(decided.kind === "remedies" ? decided.remarks : []).toEqual([
      "NIC nic-crane-01 is not reset: lb-quay/backendAddressPools/web would send traffic to another address meanwhile; the settings do not allow restarts-pooled.",
    ]);
  });

  it.each<[string, Partial<PlanInput>]>([
    ["a person who is called", { guest: guestUnreadable(), azure: TAGGED }],
    ["nobody where resets are not allowed at all", { available: ["guestDhcp", "serialConsole"] }],
  ])("tells that to %s", (_who, overrides) => {
    const decided = plan({ azure: OPTED_OUT, guest: FAULTY, ...overrides });
    const remarks = "remarks" in decided ? decided.remarks : [];

    expect(remarks).toHaveLength(decided.kind === "human" ? 1 : 0);
  });

  it("resets the NIC of a guest that nobody could read after the console, where both are allowed", () => {
    const guest = seenAtConsole("10.71.4.77");

    expect(plan({ guest, resets: UNREAD })).toMatchObject({
      kind: "remedies",
      remedies: [
        { kind: "serialConsole", nicId: NIC_ID },
        { kind: "nicReset", nicId: NIC_ID },
      ],
    });
    expect(plan({ guest })).toMatchObject({ remedies: [{ kind: "serialConsole" }] });
  });

  it("resets it by the tag alone, where nobody could look at the console", () => {
    const decided = plan({ azure: TAGGED, guest: guestUnreadable(), resets: UNREAD });

    expect(decided).toMatchObject({ kind: "remedies", remedies: [{ kind: "nicReset" }] });
  });
});

describe("a NIC whose right address the console lists, and whose owner's tag bears a restart,", () => {
  it.each<[string, Partial<ConsoleAddress>, boolean]>([
    ["is not reset beside Azure's own gateway", { gateway: "10.71.4.1" }, false],
    ["is not reset where no gateway is listed", { gateway: null }, false],
    ["may be reset beside another gateway", { gateway: "10.71.4.254" }, true],
    ["may be reset beside another mask", { mask: "255.255.255.192" }, true],
  ])("%s", (_what, seen, expected) => {
    const guest = seenAtConsole("10.71.4.20", seen);

    expect(resets(plan({ azure: TAGGED, guest, resets: UNREAD }))).toBe(expected);
  });

  it("is not reset where Azure does not tell its subnet", () => {
    const vm = aVm({ agentReady: false, tags: TAGGED.vm.tags });
    const azure = azureFacts({ vm, nics: [aNic({ subnet: null })] });
    const guest = seenAtConsole("10.71.4.20", { gateway: "10.71.4.254" });

    expect(resets(plan({ azure, guest, resets: UNREAD }))).toBe(false);
  });
});

/** What forbids a reset, said once more and in another way than by the rows. */
function isForbidden({ guest, probe, available, resets: policy, azure }: PlanInput): boolean {
  if (!available.includes("nicReset") || probe.kind === "answers") {
    return true;
  }
  return guest.kind === "read"
    ? guest.facts.roles === null || guest.facts.dhcpService.startMode === "disabled"
    : !policy.unread || probe.kind !== "silent" || azure.vm.tags[RESTART_TAG] !== "on";
}

describe("no plan", () => {
  test.prop([anyPlanInput], { numRuns: 1000 })("resets a NIC where it is forbidden", (input) => {
    expect(resets(planFor(input)) && isForbidden(input)).toBe(false);
  });

  test.prop([anyPlanInput], { numRuns: 1000 })("resets a secondary NIC", (input) => {
    const decided = planFor(input);
    const planned = "remedies" in decided ? decided.remedies : [];
    const nicIds = planned.filter(({ kind }) => kind === "nicReset").map(({ nicId }) => nicId);

    expect(nicIds.every((nicId) => nicId === input.azure.nics[0]?.id)).toBe(true);
  });
});
