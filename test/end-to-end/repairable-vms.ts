import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { aHealthyVm, type VmInput } from "./scenarios.ts";

type Faults = NonNullable<ScenarioInput["faults"]>;

/** A VM whose Windows wants a repair by a script, and how it is healed. */
export interface Repairable {
  readonly title: string;
  readonly vm: (n: number) => Partial<VmInput>;
  /** What DHCP answers from the repair on, if it was something else before. */
  readonly leaseLater?: "azure";
  /** Outcome code. */
  readonly code: string;
  /** The script that changes Windows. */
  readonly script: "repair-adapter" | "set-addresses";
  /** Kinds of what happens to Windows. */
  readonly effects: readonly string[];
}

/** One VM for each repair. */
export const REPAIRABLE = {
  service: {
    title: "a DHCP service that is disabled and stopped",
    vm: () => ({ guest: { dhcpService: { state: "stopped", startMode: "disabled" } } }),
    code: "repair-dhcp-service",
    script: "repair-adapter",
    effects: ["leaseChanged", "dhcpServiceChanged"],
  },
  lease: {
    title: "a lease that is not Azure's any more",
    vm: (n) => ({
      nics: [
        {
          ipConfigurations: [{ address: `10.40.0.${n}` }],
          lease: { address: `10.40.1.${n}/23` },
        },
      ],
    }),
    leaseLater: "azure",
    code: "renew-lease",
    script: "repair-adapter",
    effects: ["leaseChanged"],
  },
  // Its agent goes by way of the second NIC.
  adapter: {
    title: "an adapter that is disabled",
    vm: (n) => ({
      nics: [
        { ipConfigurations: [{ address: `10.40.0.${n}` }], adapter: { enabled: false } },
        { ipConfigurations: [{ address: `10.40.1.${n}` }] },
      ],
    }),
    code: "enable-adapter",
    script: "repair-adapter",
    effects: ["adapterEnabled", "leaseChanged"],
  },
  addresses: {
    title: "static addresses that are not Azure's own set",
    vm: (n) => ({
      nics: [
        {
          ipConfigurations: [{ address: `10.40.0.${n}` }, { address: `10.40.1.${100 + n}` }],
          adapter: { static: { addresses: [`10.40.1.${n}/23`], gateway: "10.40.0.1" } },
        },
      ],
    }),
    code: "set-addresses",
    script: "set-addresses",
    effects: ["staticChanged"],
  },
} as const satisfies Readonly<Record<string, Repairable>>;

/** The VM, the n-th of its fleet, and what has to happen meanwhile. */
export function aRepairableVm(
  { vm, leaseLater }: Repairable,
  name: string,
  n: number,
): { readonly vm: VmInput; readonly faults: Faults } {
  const faults: Faults =
    leaseLater === undefined
      ? []
      : [
          {
            kind: "lease",
            operation: "runCommand.post",
            script: "repair-adapter",
            vm: name,
            lease: leaseLater,
          },
        ];
  return { vm: { ...aHealthyVm(name, n), agentSurvivesWrongAddress: true, ...vm(n) }, faults };
}
