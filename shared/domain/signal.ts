/** What sent a signal. */
export type SignalSource = "nicChanged" | "alert" | "operator" | "probeRound";

/** What a run may do: `heal` may change things, `dryRun` only reads and reports. */
export type RunMode = "heal" | "dryRun";

/** What names a VM without any id: an IPv4 address that one of its NICs has, or the name of its computer. */
export type VmName =
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "computer"; readonly computer: string };

/** A target whose VM a small run of its own has to find first. */
export type IndirectTarget = { readonly kind: "nic"; readonly nicId: string } | VmName;

/** What a signal points at. */
export type SignalTarget =
  | { readonly kind: "vm"; readonly vmId: string }
  | IndirectTarget
  /** Nothing that can be healed; kept so that an ignored signal says what it was about. */
  | { readonly kind: "other"; readonly text: string };

/** Where a signal stands. */
export type SignalState =
  | { readonly kind: "pending" }
  | { readonly kind: "ignored"; readonly reason: IgnoredReason; readonly message: string }
  | { readonly kind: "taken"; readonly incidentId: string };

/** Why a signal starts nothing. */
export type IgnoredReason =
  /** The alert says that the condition is over. */
  | "resolved"
  /** The payload is a portal's or Event Grid's test. */
  | "test-payload"
  /** Not the common alert schema, or not an event this program listens to. */
  | "foreign-schema"
  /** It names no VM, NIC, address or computer. */
  | "no-target"
  /** Azure itself caused the outage; a heal would not help. */
  | "platform-caused"
  /** A user stopped, restarted or deallocated the VM. */
  | "user-initiated"
  /** A write of another resource, or of another kind. */
  | "other-resource"
  /** This program's own identity wrote the NIC. */
  | "own-write"
  /** The VM was changed by a run a short while ago. */
  | "cool-down"
  /** The VM answered: nothing to do. */
  | "healthy"
  /** The NIC is attached to no VM, or is gone. */
  | "no-vm"
  /** Azure does not let this program read the NIC. */
  | "nic-unreadable"
  /** Several VMs have that address or computer name. */
  | "ambiguous-address"
  /** No VM that this program sees has that address or computer name. */
  | "no-match";

/** Something saying that a VM may be cut off. */
export interface Signal {
  /** The same for each delivery of the same thing. */
  readonly id: string;
  readonly source: SignalSource;
  readonly target: SignalTarget;
  /** The VM, in lower case, once it is known. */
  readonly vmId: string | null;
  /** The NIC that the signal names, or that has the address which it names, in lower case. */
  readonly nicId: string | null;
  readonly mode: RunMode;
  /** Whether the run must read the guest (operators) or may end at an answering probe. */
  readonly readGuest: boolean;
  /** The operator wants the serial console looked at, also where nothing is changed. Left out: not asked for. */
  readonly console?: true;
  /** The operator wants the NIC's address kept by Azure. Left out: not asked for. */
  readonly pinAddress?: true;
  /** The incident whose changes the operator wants taken back. Left out: it asks for a heal. */
  readonly rollbackOf?: string;
  /** An operator's own words. */
  readonly note: string | null;
  /** When it was stored, ISO 8601 UTC. */
  readonly receivedAt: string;
  readonly state: SignalState;
}

/** A target as one text, different for each: an id in lower case, an address, a name, or what an ignored signal was about. */
export function targetText(target: SignalTarget): string {
  switch (target.kind) {
    case "vm":
      return target.vmId;
    case "nic":
      return target.nicId;
    case "address":
      return target.address;
    case "computer":
      return target.computer;
    case "other":
      return target.text;
  }
}

/** What a run is for, read from the signals which it found pending. */
export interface RunPurpose {
  readonly mode: RunMode;
  /** The signals that it found, and so answers in any case. */
  readonly signalIds: readonly string[];
  /** An operator asked: the guest is read all the same, and the request counts as opt-in. */
  readonly operator: boolean;
  /** False only for an operator's dry run that asked for it. */
  readonly readGuest: boolean;
  /** An operator wants the serial console looked at. */
  readonly console: boolean;
  /** An operator wants the NIC's address kept by Azure. */
  readonly pinAddress: boolean;
  /** The incident whose changes are to be taken back. Left out: the run is a heal. */
  readonly rollbackOf?: string;
  /** An alert, an operator or probe rounds say that the VM is cut off, so the snapshot may start early. */
  readonly alerted: boolean;
  /** When the newest NIC write among them was stored, ISO 8601 UTC; null if there is none. */
  readonly nicWrittenAt: string | null;
  /** The NIC that the first of them names, lower case. */
  readonly nicId: string | null;
  /** All NICs that they name, each once; null stands for the VM itself, so for its primary NIC. */
  readonly nicIds: readonly (string | null)[];
}

/** Which signals a run answers beside those that it found. */
export interface RunScope {
  readonly vmId: string;
  readonly purpose: RunPurpose;
  /** When the Azure facts were read; a NIC write stored later is not answered. Null: not read. */
  readonly factsReadAt: string | null;
  /** Whether the guest was visited: an operator's request is answered by nothing less. */
  readonly guestVisited: boolean;
}
