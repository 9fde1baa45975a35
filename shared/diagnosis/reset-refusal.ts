import type { Diagnosis } from "../domain/diagnosis.ts";
import type { AzureFacts, GuestFacts, GuestReading, NicFacts, Probe } from "../domain/facts.ts";
import { ipv4Configurations } from "../domain/ip-configurations.ts";
import { consoleShowsFault, consoleShowsRightAddress } from "./console-shows-fault.ts";
import { unmatchedAdapters } from "./situation.ts";
import { tagOf } from "./tag.ts";

/** What the settings allow of NIC resets beyond the plain case. */
export interface ResetPolicy {
  /** Of a VM whose Windows nobody could read. */
  readonly unread: boolean;
  /** Of a NIC in a pool of a load balancer or an application gateway. */
  readonly pooled: boolean;
}

/** What the decision hangs on, beside the verdict. */
export interface ResetInput {
  readonly azure: AzureFacts;
  readonly guest: GuestReading;
  readonly probe: Probe;
  readonly resets: ResetPolicy;
}

/** The tag by which a VM's owner says that its role bears a restart although nobody could read it (`on`), or never does (`off`). */
export const RESTART_TAG = "static-ip-remediator-restart";

interface Case extends ResetInput {
  readonly diagnosis: Diagnosis;
  readonly nic: NicFacts;
  /** Null: not read. */
  readonly windows: GuestFacts | null;
}

/** One row: where it applies, a NIC must not be reset. */
export interface ResetCheck {
  readonly code: string;
  readonly applies: (it: Case) => boolean;
  /** Completes "NIC … is not reset: ". */
  readonly because: (it: Case) => string;
}

/** In the order in which they are tested; the first one that applies is told. */
export const RESET_CHECKS: readonly ResetCheck[] = [
  {
    code: "scale-set-instance",
    applies: ({ azure }) => azure.vm.inScaleSet,
    because: ({ azure }) => `VM ${azure.vm.name} is an instance of a scale set.`,
  },
  {
    code: "secondary-nic",
    applies: ({ nic }) => !nic.primary,
    because: () => "RDP and the agent do not hang on a secondary NIC, so it is worth no restart.",
  },
  {
    // virtual-network-multiple-ip-addresses
    code: "several-configurations",
    applies: ({ nic }) => ipv4Configurations(nic).length > 1,
    because: () =>
      "it has several IP configurations, all of which would have to be set in Windows by hand afterwards.",
  },
  {
    code: "restart-opted-out",
    applies: ({ azure }) => tagOf(azure.vm, RESTART_TAG) === "off",
    because: ({ azure }) => `VM ${azure.vm.name} has the tag ${RESTART_TAG}: off.`,
  },
  {
    code: "pooled",
    applies: ({ nic, resets }) => nic.pools.length > 0 && !resets.pooled,
    because: ({ nic }) =>
      `${poolsInWords(nic)} would send traffic to another address meanwhile; the settings do not allow restarts-pooled.`,
  },
  {
    code: "rdp-answers",
    applies: ({ probe }) => probe.kind === "answers",
    because: () => "RDP answers, so nobody is cut off.",
  },
  {
    code: "unknown-role",
    applies: ({ windows }) => windows?.roles === null,
    because: () => "Windows did not say what role it has, and so whether it bears a restart.",
  },
  {
    code: "dhcp-service-disabled",
    applies: ({ windows }) => windows?.dhcpService.startMode === "disabled",
    because: () => "Windows' DHCP Client service is disabled, and the new adapter would need it.",
  },
  {
    code: "other-adapter",
    applies: ({ diagnosis, azure, windows }) =>
      diagnosis.kind === "adapter-missing" &&
      windows !== null &&
      unmatchedAdapters(azure.nics, windows.adapters).length > 0,
    because: () => "Windows has an adapter that belongs to no NIC, which may be the missing one.",
  },
  {
    code: "nic-unclear",
    applies: ({ diagnosis, windows }) => windows !== null && diagnosis.kind === "guest-unreadable",
    because: () => "what Windows says of it cannot be compared with what Azure says.",
  },
  {
    code: "not-read",
    applies: ({ guest }) => guest.kind === "unreadable" && guest.code === "not-read",
    because: () => "nobody tried to read Windows.",
  },
  {
    code: "unread-not-allowed",
    applies: ({ windows, resets }) => windows === null && !resets.unread,
    because: () => "Windows could not be read, and the settings do not allow restarts-unread.",
  },
  {
    code: "unread-not-silent",
    applies: ({ windows, probe }) => windows === null && probe.kind !== "silent",
    because: () => "Windows could not be read, and it is not sure that the VM is silent.",
  },
  {
    code: "unread-address-right",
    applies: ({ windows, nic, guest }) => windows === null && consoleShowsRightAddress(nic, guest),
    because: () =>
      "its serial console lists the address that Azure gives it: the address is not the cause.",
  },
  {
    code: "unread-no-sign",
    applies: ({ windows, azure, diagnosis, guest }) =>
      windows === null &&
      tagOf(azure.vm, RESTART_TAG) !== "on" &&
      !consoleShowsFault(diagnosis, { azure, guest }),
    because: () =>
      `Windows could not be read, its serial console showed no wrong address, and no tag ${RESTART_TAG}: on says that its role bears a restart.`,
  },
];

/** Why the NIC of a verdict must not be reset, one sentence; null if nothing known by now forbids it. */
export function resetRefusal(diagnosis: Diagnosis, input: ResetInput): string | null {
  const nic = input.azure.nics.find(({ id }) => id.toLowerCase() === diagnosis.nicId.toLowerCase());
  if (nic === undefined) {
    return "Azure no longer shows the NIC, so it is not reset.";
  }
  const windows = input.guest.kind === "read" ? input.guest.facts : null;
  const it: Case = { ...input, diagnosis, nic, windows };
  const check = RESET_CHECKS.find(({ applies }) => applies(it));
  return check === undefined ? null : `NIC ${nic.name} is not reset: ${check.because(it)}`;
}

/** The pools and NAT rules of a NIC by their names. */
export function poolsInWords({ pools }: NicFacts): string {
  return pools.map((id) => id.split("/").slice(-3).join("/")).join(", ");
}
