import type { Diagnosis, DiagnosisKind } from "../../../shared/domain/diagnosis.ts";
import type { VmFacts } from "../../../shared/domain/facts.ts";
import type { PrintedAdapter } from "../../../shared/guest/text/adapters.ts";

/** What a text says of one adapter, seen from Azure's addresses. */
export interface Finding {
  /** A diagnosis of the table, or one for what a text alone leaves open. */
  readonly kind: DiagnosisKind | OpenKind;
  /** Null: could not tell. */
  readonly fault: boolean | null;
  /** Null if no single adapter is meant. */
  readonly adapter: string | null;
  readonly azureAddresses: readonly string[];
  /** One sentence for people. */
  readonly message: string;
  /** What to do, in order, with the exact commands. */
  readonly nextSteps: readonly string[];
}

/** What a text can leave open. */
export type OpenKind =
  | "no-azure-address"
  | "text-cut"
  | "adapter-unclear"
  | "no-network-adapter"
  | "dhcp-unknown"
  | "address-right"
  | "address-mismatch";

/** An adapter together with the addresses that it should have. */
export interface Compared {
  readonly adapter: PrintedAdapter;
  readonly diagnosis: Diagnosis;
  readonly vm: VmFacts;
}
