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
  | "enableAdapter";

/** A remedy on a NIC. */
export interface PlannedRemedy {
  readonly kind: RemedyKind;
  readonly nicId: string;
}

/** What to do, decided by pure code. */
export type Plan =
  /** Apply these, in order, until one ends well. */
  | {
      readonly kind: "remedies";
      readonly diagnosis: Diagnosis;
      readonly remedies: readonly PlannedRemedy[];
    }
  /** Nothing is to be done. */
  | {
      readonly kind: "nothing";
      readonly diagnosis: Diagnosis;
      readonly code: string;
      readonly message: string;
      readonly nextStep: string;
      readonly remarks: readonly string[];
    }
  /** The program must not act. */
  | {
      readonly kind: "refuse";
      readonly diagnosis: Diagnosis | null;
      readonly code: string;
      readonly message: string;
      readonly nextStep: string;
    }
  /** A person has to act. */
  | {
      readonly kind: "human";
      readonly diagnosis: Diagnosis;
      readonly code: string;
      readonly message: string;
      readonly nextStep: string;
    };
