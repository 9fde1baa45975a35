import { z } from "zod";

import { DefectError } from "../domain/errors.ts";
import type { Incident, LedgerEntry } from "../domain/incident.ts";
import type { Signal, SignalState } from "../domain/signal.ts";
import type { Silence } from "../domain/silence.ts";
import type { Evidence, EvidenceEntry } from "./store.ts";

/** The columns of a signal's row. */
const signalRow = z.object({
  id: z.string(),
  vm_id: z.string().nullable(),
  state_body: z.string(),
  body: z.string(),
});

/** The columns of an incident's or a ledger entry's row. */
const bodyRow = z.object({ id: z.string(), body: z.string() });

/** A row that holds one number. */
export const counterRow = z.object({ name: z.string(), value: z.number() });

/** The columns of a silence's row. */
const silenceRow = z.object({
  vm_id: z.string(),
  first_minute: z.number(),
  last_minute: z.number(),
  rounds: z.number(),
  raised: z.number(),
});

/** The columns of a piece of evidence. */
const evidenceRow = z.object({
  name: z.string(),
  content_type: z.string(),
  bytes: z.instanceof(Uint8Array),
});
const evidenceEntryRow = evidenceRow.omit({ bytes: true }).extend({ size: z.number() });

// Only this program writes these rows: a look at what every reader relies on is enough.
const stateHead = z.object({ kind: z.enum(["pending", "ignored", "taken"]) });
const signalHead = z.object({
  id: z.string(),
  source: z.string(),
  target: z.object({ kind: z.string() }),
});
const incidentHead = z.object({
  id: z.string(),
  vmId: z.string(),
  closedAt: z.string().nullable(),
  steps: z.array(z.unknown()),
});
const entryHead = z.object({ id: z.string(), remedy: z.string(), state: z.string() });

const stateSchema = z.custom<SignalState>((value) => stateHead.safeParse(value).success);
const signalSchema = z.custom<Omit<Signal, "state">>(
  (value) => signalHead.safeParse(value).success,
);
const incidentSchema = z.custom<Omit<Incident, "ledger">>(
  (value) => incidentHead.safeParse(value).success,
);
const entrySchema = z.custom<LedgerEntry>((value) => entryHead.safeParse(value).success);
const wholeIncidentHead = incidentHead.extend({ ledger: z.array(entrySchema) });
const wholeIncidentSchema = z.custom<Incident>(
  (value) => wholeIncidentHead.safeParse(value).success,
);

/** A signal from its row. */
export function signalFrom(row: unknown): Signal {
  const { id, vm_id: vmId, state_body: state, body } = signalRow.parse(row);
  return {
    ...parseStored(signalSchema, body, `signal ${id}`),
    vmId,
    state: parseStored(stateSchema, state, `state of signal ${id}`),
  };
}

/** An incident without its ledger, from its row. */
export function incidentFrom(row: unknown): Omit<Incident, "ledger"> {
  const { id, body } = bodyRow.parse(row);
  return parseStored(incidentSchema, body, `incident ${id}`);
}

/** An incident with its ledger, from a row that holds both. */
export function wholeIncidentFrom(row: unknown): Incident {
  const { id, body } = bodyRow.parse(row);
  return parseStored(wholeIncidentSchema, body, `incident ${id}`);
}

/** A ledger entry from its row. */
export function entryFrom(row: unknown): LedgerEntry {
  const { id, body } = bodyRow.parse(row);
  return parseStored(entrySchema, body, `ledger entry ${id}`);
}

/** A VM's silence from its row. */
export function silenceFrom(row: unknown): Silence {
  const { vm_id, first_minute, last_minute, ...counts } = silenceRow.parse(row);
  return { vmId: vm_id, firstMinute: first_minute, lastMinute: last_minute, ...counts };
}

/** A piece of evidence from its row. */
export function evidenceFrom(row: unknown): Evidence {
  const { content_type, ...rest } = evidenceRow.parse(row);
  return { ...rest, contentType: content_type };
}

/** A piece of evidence without its bytes, from its row. */
export function evidenceEntryFrom(row: unknown): EvidenceEntry {
  const { content_type, ...rest } = evidenceEntryRow.parse(row);
  return { ...rest, contentType: content_type };
}

function parseStored<Value>(schema: z.ZodType<Value>, text: string, what: string): Value {
  const parsed = schema.safeParse(jsonOf(text));
  if (!parsed.success) {
    throw new DefectError(`The stored ${what} cannot be read.`, {
      code: "store-damaged",
      nextStep:
        "Set the data folder (in Azure: the tables) aside, start with a new one, and report it.",
      cause: parsed.error,
    });
  }
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
