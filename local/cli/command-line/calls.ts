import type { LatencyProfile } from "../../simulator/latency.ts";

/** Which Azure `serve` works against. */
export type AzureChoice =
  | { readonly kind: "real" }
  | { readonly kind: "attached"; readonly url: string }
  /** Simulated in this process; without a file, the demo's fleet. */
  | {
      readonly kind: "embedded";
      readonly scenarioFile: string | null;
      readonly latency: LatencyProfile;
      /** Null: nothing is drawn. */
      readonly seed: number | null;
    };

/** `remediator --help`, or no verb at all. */
export interface HelpCall {
  readonly verb: "help";
  readonly text: string;
  /** Whether the user asked for it; otherwise something was missing. */
  readonly asked: boolean;
}

/** `remediator demo`. */
export interface DemoCall {
  readonly verb: "demo";
  readonly json: boolean;
  /** Name of a fleet of the demo, or a file; null: the demo's default. */
  readonly scenarioFile: string | null;
  /** Package to run, a folder or a zip; null: the sources. */
  readonly packagePath: string | null;
}

/** `remediator simulate`. */
export interface SimulateCall {
  readonly verb: "simulate";
  readonly json: boolean;
  readonly scenarioFile: string | null;
  /** 0: any free one. */
  readonly port: number;
  readonly latency: LatencyProfile;
  /** Null: nothing is drawn. */
  readonly seed: number | null;
}

/** `remediator serve`. */
export interface ServeCall {
  readonly verb: "serve";
  readonly json: boolean;
  /** 0: any free one. */
  readonly port: number;
  /** Null: `.remediator`, or a passing one where Azure itself is simulated in this process. */
  readonly dataFolder: string | null;
  /** Package to run, a folder or a zip; null: the sources. */
  readonly packagePath: string | null;
  readonly azure: AzureChoice;
}

/** `remediator diagnose` and `remediator heal`. */
export interface RunCall {
  readonly verb: "diagnose" | "heal";
  readonly json: boolean;
  readonly vmId: string;
  readonly dryRun: boolean;
  readonly readGuest: boolean;
  /** Whether the serial console may be used, or for `diagnose` looked at, whatever the settings say. */
  readonly console: boolean;
  /** Whether Azure is to keep the NIC's address at the end. */
  readonly pinAddress: boolean;
  /** Null: the real Azure. */
  readonly simulatorUrl: string | null;
  /** Null: the user's state folder. */
  readonly dataFolder: string | null;
}

/** `remediator rollback`. */
export interface RollbackCall {
  readonly verb: "rollback";
  readonly json: boolean;
  readonly incidentId: string;
  readonly dryRun: boolean;
  /** Null: the real Azure. */
  readonly simulatorUrl: string | null;
  /** Null: the user's state folder. */
  readonly dataFolder: string | null;
}

/** `remediator clean`. */
export interface CleanCall {
  readonly verb: "clean";
  readonly json: boolean;
  readonly dryRun: boolean;
  /** Null: the real Azure. */
  readonly simulatorUrl: string | null;
  /** Null: the user's state folder. */
  readonly dataFolder: string | null;
}

/** `remediator doctor`. */
export interface DoctorCall {
  readonly verb: "doctor";
  readonly json: boolean;
  /** Whether Azure is asked about identity, rights, events and records. */
  readonly azure: boolean;
  /** A VM's resource id or an IPv4 address whose RDP is tried; null: none. */
  readonly target: string | null;
  /** Where rights and events are looked at, in lower case; empty: as the settings say, else each subscription. */
  readonly scopes: readonly string[];
  /** Null: the real Azure. */
  readonly simulatorUrl: string | null;
  /** Null: the user's state folder. */
  readonly dataFolder: string | null;
}

/** `remediator explain`. */
export interface ExplainCall {
  readonly verb: "explain";
  readonly json: boolean;
  /** Null: standard input. */
  readonly file: string | null;
  /** All IPv4 addresses of Azure's NIC, primary first; empty if the user gave none. */
  readonly azureAddresses: readonly string[];
}

/** `remediator watch`. */
export interface WatchCall {
  readonly verb: "watch";
  readonly json: boolean;
  /** Origin of the host: https, or http on this machine. */
  readonly url: string;
  /** Whether to show the state now and end. */
  readonly once: boolean;
}

/** What the user asked for. */
export type Call =
  | HelpCall
  | DemoCall
  | SimulateCall
  | ServeCall
  | RunCall
  | RollbackCall
  | CleanCall
  | DoctorCall
  | ExplainCall
  | WatchCall;
