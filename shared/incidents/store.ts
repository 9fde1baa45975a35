import type { RemedyKind } from "../domain/diagnosis.ts";
import type { Incident, LedgerEntry } from "../domain/incident.ts";
import type { RestartSlot, VmSilence } from "../domain/restart.ts";
import type { IndirectTarget, Signal, SignalState } from "../domain/signal.ts";
import type { Silence } from "../domain/silence.ts";

/** What an incident's run may change after it was opened. */
export type IncidentPatch = Partial<Omit<Incident, "id" | "vmId" | "mode" | "openedAt" | "ledger">>;

/** Which incidents to list; newest first. */
export interface IncidentQuery {
  readonly vmId?: string;
  readonly open?: boolean;
  readonly limit: number;
}

/** Largest piece of evidence that a store takes, in bytes. */
export const LARGEST_EVIDENCE = 2 * 1024 * 1024;

/** What was seen of a VM, kept beside its incident as it came: a screenshot, a log. */
export interface Evidence {
  /** Unique within its incident; a file's name, see `evidence-name.ts`. */
  readonly name: string;
  /** Media type, for example `text/plain; charset=utf-8`. */
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** A piece of evidence without its bytes. */
export interface EvidenceEntry {
  readonly name: string;
  readonly contentType: string;
  /** In bytes. */
  readonly size: number;
}

/** How many records were forgotten. */
export interface Forgotten {
  readonly signals: number;
  readonly incidents: number;
}

/** An incident that wants to restart its VM. */
export interface RestartRequest {
  readonly incidentId: string;
  readonly subscriptionId: string;
  /** ISO 8601 UTC. */
  readonly now: string;
}

/**
 * Port of the store of signals and incidents. Every method but `count` may be called twice with the same arguments and
 * leaves the same state. Ids of VMs are given in any letter case and come back in lower case. A failing store throws an
 * Error; unknown ids give undefined or change nothing.
 */
export interface IncidentStore {
  /** Stores a signal unless one with its id is there; says which. The stored one keeps its state. */
  addSignal(signal: Signal): Promise<"added" | "known">;
  getSignal(id: string): Promise<Signal | undefined>;
  /** Pending signals of a VM, in the order in which they were stored. */
  pendingSignals(vmId: string): Promise<readonly Signal[]>;
  /** Pending signals of any target stored before the instant (ISO 8601 UTC), oldest first, at most `limit`. */
  pendingSignalsBefore(instant: string, limit: number): Promise<readonly Signal[]>;
  /** Pending signals with that target (ids and names in lower case) whose VM is not known yet, in the order stored. */
  pendingSignalsOfTarget(target: IndirectTarget): Promise<readonly Signal[]>;
  /** Sets the VM of a signal whose target was resolved, and its NIC unless that is null. */
  setSignalVm(id: string, vmId: string, nicId: string | null): Promise<void>;
  /** Moves signals from pending to `state`; the others stay as they are. */
  settleSignals(ids: readonly string[], state: SignalState): Promise<void>;
  /** Stores an incident unless one with its id is there; gives the stored one. */
  openIncident(incident: Incident): Promise<Incident>;
  getIncident(id: string): Promise<Incident | undefined>;
  listIncidents(query: IncidentQuery): Promise<readonly Incident[]>;
  /** Replaces the named parts of an incident. A closed incident keeps its outcome and `closedAt`. */
  updateIncident(id: string, patch: IncidentPatch): Promise<void>;
  /** Adds the entry to the incident's ledger, or replaces the one with its id. */
  writeLedger(incidentId: string, entry: LedgerEntry): Promise<void>;
  /**
   * Keeps a piece of evidence with its incident; one of the same name is replaced.
   * @throws InvalidInputError `evidence-too-large`, `evidence-name`
   */
  writeEvidence(incidentId: string, evidence: Evidence): Promise<void>;
  /** What is kept with an incident, by name. */
  listEvidence(incidentId: string): Promise<readonly EvidenceEntry[]>;
  readEvidence(incidentId: string, name: string): Promise<Evidence | undefined>;
  /** Counts a silent probe round of a VM, and gives how it stands. A minute that is not after the last one counts nothing. */
  countSilentRound(vmId: string, minute: number): Promise<Silence>;
  /** A VM's silence has `raised` signals now: its rounds count from zero again. Nothing changes if it had them before. */
  markRaised(vmId: string, raised: number): Promise<void>;
  /** Forgets the silences of VMs that answered, or are gone. */
  endSilences(vmIds: readonly string[]): Promise<void>;
  /** All VMs that left their last probe round unanswered. */
  silences(): Promise<readonly Silence[]>;
  /**
   * Gives an incident one of its subscription's restarts, looked at and taken in one step: one at a time, which is until its
   * incident closes (at most 2 h), and three an hour. An incident that has one keeps it, and is counted once.
   */
  takeRestart(request: RestartRequest): Promise<RestartSlot>;
  /** VMs that an incident opened since the instant (ISO 8601 UTC) found silent since then, each once, with its newest silence. */
  silentVms(from: string): Promise<readonly VmSilence[]>;
  /** Incidents whose snapshots are not on record as deleted, open ones too; oldest first. */
  incidentsWithSnapshot(limit: number): Promise<readonly Incident[]>;
  /** VMs with a change by that remedy which was begun, and of which nobody knows the end; each once. */
  vmsWithUnfinished(remedy: RemedyKind): Promise<readonly string[]>;
  /**
   * Forgets signals that are not pending and came before the instant (ISO 8601 UTC), and incidents which closed before it,
   * at most `limit` of each. An incident stays whose snapshot may still exist, or whose NIC reset is not known to be over.
   */
  forgetBefore(instant: string, limit: number): Promise<Forgotten>;
  /** Adds one to a counter and gives its new value. */
  count(counter: string): Promise<number>;
  /** All counters. */
  counters(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}
