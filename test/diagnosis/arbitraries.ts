import * as fc from "fast-check";

import { diagnose } from "../../shared/diagnosis/diagnose.ts";
import type { PlanInput } from "../../shared/diagnosis/plan.ts";
import type { RemedyKind } from "../../shared/domain/diagnosis.ts";
import type {
  AzureFacts,
  GuestAdapter,
  GuestReading,
  IpConfigurationFacts,
  NicFacts,
  Probe,
} from "../../shared/domain/facts.ts";
import {
  aGuestAdapter,
  anAnsweringProbe,
  anIpConfiguration,
  aNic,
  anUnknownProbe,
  aSilentProbe,
  aSubnet,
  aVm,
  azureFacts,
  guestRead,
  guestUnreadable,
} from "../builders.ts";

/** Every remedy that a plan can hold. */
export const EVERY_REMEDY: readonly RemedyKind[] = [
  "guestDhcp",
  "serialConsole",
  "nicReset",
  "repairDhcpService",
  "renewLease",
  "enableAdapter",
  "setAddresses",
];

// Few addresses and MACs, so that the two sides often meet.
const ips = fc.constantFrom("10.71.4.20", "10.71.4.21", "10.71.4.77", "192.168.7.9");
const macs = fc.constantFrom("00-0D-3A-71-04-20", "00-0D-3A-71-04-40", "00-0D-3A-71-04-60");

const ipConfigurations: fc.Arbitrary<IpConfigurationFacts> = fc
  .record({
    version: fc.constantFrom("IPv4", "IPv4", "IPv4", "IPv6"),
    address: fc.option(ips, { freq: 8 }),
    allocation: fc.constantFrom("Static", "Dynamic"),
    primary: fc.boolean(),
  })
  .map((overrides) => anIpConfiguration(overrides));

const nics: fc.Arbitrary<NicFacts> = fc
  .record({
    mac: fc.option(macs, { freq: 8 }),
    ipConfigurations: fc.array(ipConfigurations, { minLength: 1, maxLength: 3 }),
    subnet: fc.option(
      fc
        .constantFrom(["10.71.4.0/24"], ["10.71.4.0/25"], ["10.9.0.0/16"])
        .map((prefixes) => aSubnet({ prefixes })),
      { freq: 5 },
    ),
  })
  .map((overrides) => aNic(overrides));

/** A VM that may be healed, with one to three NICs. */
export const anyAzureFacts: fc.Arbitrary<AzureFacts> = fc
  .array(nics, { minLength: 1, maxLength: 3 })
  .map((some) =>
    azureFacts({
      nics: some.map((nic, index) =>
        Object.assign({}, nic, { id: `${nic.id}-${index}`, primary: index === 0 }),
      ),
    }),
  );

const adapters: fc.Arbitrary<GuestAdapter> = fc
  .record({
    name: fc.oneof(fc.constantFrom("Ethernet", "Ethernet 2"), fc.string()),
    mac: macs,
    enabled: fc.constantFrom(true, true, true, false),
    dhcp: fc.constantFrom(true, false, false, null),
    addresses: fc.array(
      fc.record({
        ip: fc.oneof(ips, fc.constant("169.254.11.12")),
        prefixLength: fc.constantFrom(24, 25, 16),
      }),
      { maxLength: 3 },
    ),
    gateways: fc.subarray(["10.71.4.1", "10.71.4.99"]),
  })
  .map((overrides) => aGuestAdapter(overrides));

/** A guest in any state, sometimes unreadable. */
export const anyGuest: fc.Arbitrary<GuestReading> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(guestUnreadable()) },
  {
    weight: 9,
    arbitrary: fc
      .record({
        adapters: fc.array(adapters, { maxLength: 3 }),
        roles: fc.constantFrom([], [], [], null, ["domainController"], ["clusterNode"]),
        deadManTasks: fc.constantFrom([], [], [], ["incident-0001"], ["incident-0999"]),
        dhcpService: fc.constantFrom(
          { state: "running", startMode: "automatic" },
          { state: "stopped", startMode: "disabled" },
        ),
      })
      .map((overrides) => guestRead(overrides)),
  },
);

const probes: fc.Arbitrary<Probe> = fc.constantFrom(
  aSilentProbe(),
  anAnsweringProbe(),
  anUnknownProbe("no-route"),
  anUnknownProbe("nsg"),
);

/** Everything that a plan may be asked for. */
export const anyPlanInput: fc.Arbitrary<PlanInput> = fc
  .record({
    azure: fc
      .tuple(
        anyAzureFacts,
        fc.constantFrom("on", "on", "on", "OFF", ""),
        fc.constantFrom("on", "off", ""),
      )
      .map(([azure, tag, restart]) =>
        Object.assign({}, azure, {
          vm: aVm({
            tags: { "static-ip-remediator": tag, "static-ip-remediator-restart": restart },
          }),
        }),
      ),
    guest: anyGuest,
    probe: probes,
    incidentId: fc.constant("incident-0001"),
    operator: fc.boolean(),
    runMode: fc.constantFrom("heal", "heal", "dryRun"),
    mode: fc.constantFrom("heal", "heal", "observe"),
    scope: fc.constantFrom([], ["/subscriptions/5b1c7a52-0f3e-4d0a-9d5c-2a6f1e8b9c01"]),
    available: fc.subarray([...EVERY_REMEDY]),
    setByUs: fc.boolean(),
    resets: fc.record({ unread: fc.boolean(), pooled: fc.boolean() }),
  })
  .map((input) =>
    Object.assign(input, {
      diagnoses: diagnose(input.azure, input.guest),
      setByUs: input.setByUs ? input.azure.nics.map(({ id }) => id) : [],
    }),
  );
