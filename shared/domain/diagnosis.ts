/** Named verdicts; the rows of the diagnosis table. */
export type DiagnosisKind =
  | "extra-addresses"
  | "static-multi-address"
  | "static-multi-mismatch"
  | "static-matching"
  | "static-wrong-route"
  | "static-mismatch"
  | "healthy"
  | "lease-stale"
  | "dhcp-failed"
  | "adapter-disabled"
  | "adapter-missing"
  | "guest-unreadable";

/** The verdict on one NIC. */
export interface Diagnosis {
  readonly kind: DiagnosisKind;
  readonly nicId: string;
  readonly primaryNic: boolean;
  /** The adapter's alias, if one matched. */
  readonly adapterName: string | null;
  /** IPv4 addresses that Azure gave the NIC, primary first. */
  readonly azureAddresses: readonly string[];
  /** IPv4 addresses that Windows has there, without 169.254/16. */
  readonly guestAddresses: readonly string[];
  /** One sentence for people. */
  readonly message: string;
}

/** Ways to change something. `humanSteps` names those which this version leaves to people. */
export type RemedyKind =
  | "guestDhcp"
  | "serialConsole"
  | "nicReset"
  | "repairDhcpService"
  | "renewLease"
  | "enableAdapter"
  | "setAddresses"
  | "pinAddress"
  /** Only a rollback does it. */
  | "restoreStatic";

/** Remedies that repair one adapter inside Windows, beside the switch to DHCP. */
export type GuestRepairKind = Extract<
  RemedyKind,
  "repairDhcpService" | "renewLease" | "enableAdapter" | "setAddresses"
>;

/** A remedy on a NIC. */
export interface PlannedRemedy {
  readonly kind: RemedyKind;
  readonly nicId: string;
}

/** Why the program must not act on a VM, and what a person can do about it. */
export interface Refusal {
  /** Stable reason in kebab-case, for example `opted-out`. */
  readonly code: string;
  readonly message: string;
  readonly nextStep: string;
}

/** What to do, decided by pure code. `code` is that of the outcome if the plan ends the run. */
export type Plan =
  /** Take the NICs in the order in which they first appear; per NIC, apply its remedies in order until one ends well. */
  | {
      readonly kind: "remedies";
      /** Of the first NIC to heal. */
      readonly diagnosis: Diagnosis;
      readonly remedies: readonly PlannedRemedy[];
      /** What will be done, for people. */
      readonly message: string;
      readonly remarks: readonly string[];
    }
  /** Nothing is to be done: outcome `healthy`. */
  | {
      readonly kind: "nothing";
      readonly diagnosis: Diagnosis;
      readonly code: string;
      readonly message: string;
      readonly nextStep: string;
      readonly remarks: readonly string[];
    }
  /** The program must not act: outcome `refused`. */
  | {
      readonly kind: "refuse";
      readonly diagnosis: Diagnosis | null;
      readonly code: string;
      readonly message: string;
      readonly nextStep: string;
      /** What `observe` and `dry-run` would have done, in order; empty for every other code. */
      readonly remedies: readonly PlannedRemedy[];
      readonly remarks: readonly string[];
    }
  /** A person has to act: outcome `needsHuman`. */
  | {
      readonly kind: "human";
      readonly diagnosis: Diagnosis;
      readonly code: string;
      readonly message: string;
      readonly nextStep: string;
      readonly remarks: readonly string[];
    };
