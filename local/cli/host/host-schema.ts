import { z } from "zod";

import type { DiagnosisKind, Plan } from "../../../shared/domain/diagnosis.ts";
import {
  modeSchema,
  outcomeSchema,
  runStatusSchema,
  stepSchema,
} from "../../../shared/incidents/run-status.ts";

const diagnosis = z.object({
  kind: z.custom<DiagnosisKind>((value) => typeof value === "string"),
  nicId: z.string(),
  primaryNic: z.boolean(),
  adapterName: z.string().nullable(),
  azureAddresses: z.array(z.string()),
  guestAddresses: z.array(z.string()),
  message: z.string(),
});

const planShape = z.object({
  kind: z.enum(["remedies", "nothing", "refuse", "human"]),
  remedies: z.array(z.object({ kind: z.string(), nicId: z.string() })).optional(),
});

/** What decides on a plan looks at no more than was checked here. */
const plan = z.custom<Plan>((value) => planShape.safeParse(value).success);

const ledgerEntry = z.object({
  id: z.string(),
  remedy: z.string(),
  intent: z.string(),
  undo: z.string(),
  openedAt: z.string(),
  closedAt: z.string().nullable(),
  state: z.enum(["open", "done", "undone", "untouched", "unknown"]),
  result: z.string().nullable(),
});

const azureFacts = z.object({
  nics: z.array(
    z.object({
      name: z.string(),
      ipConfigurations: z.array(z.object({ address: z.string().nullable() })),
    }),
  ),
});

/** An incident as the local host's API gives it, as far as it is shown here. */
export const incidentSchema = z.object({
  id: z.string(),
  vmId: z.string(),
  vmName: z.string(),
  mode: modeSchema,
  openedAt: z.string(),
  closedAt: z.string().nullable(),
  provenAt: z.string().nullable(),
  azureFacts: azureFacts.nullable(),
  probe: z
    .object({ kind: z.enum(["answers", "silent", "unknown"]), detail: z.string() })
    .nullable(),
  diagnoses: z.array(diagnosis),
  plan: plan.nullable(),
  backup: z
    .object({
      snapshotName: z.string(),
      expiresAt: z.string(),
      state: z.enum(["creating", "complete", "deleted"]),
    })
    .nullable(),
  steps: z.array(stepSchema),
  ledger: z.array(ledgerEntry),
  /** A host of an older version keeps none. */
  evidence: z.array(z.object({ name: z.string(), size: z.number() })).default([]),
  outcome: outcomeSchema.nullable(),
});

/** An incident as it is shown here. */
export type IncidentView = z.output<typeof incidentSchema>;

const summary = incidentSchema
  .pick({ id: true, vmId: true, vmName: true, mode: true, openedAt: true, closedAt: true })
  // A list says them only when asked for.
  .extend({ steps: z.array(stepSchema).default([]) });

/** What the list of incidents says of one. */
export type IncidentSummary = z.output<typeof summary>;

/** The list of incidents, newest first. */
export const incidentsSchema = z.object({ incidents: z.array(summary) });

/** A signal with the run that works on its VM. */
export const signalSchema = z.object({
  id: z.string(),
  state: z.enum(["pending", "ignored", "taken"]),
  reason: z.string().optional(),
  message: z.string().optional(),
  incidentId: z.string().optional(),
  run: runStatusSchema.nullable().default(null),
});

/** A signal as it is shown here. */
export type SignalView = z.output<typeof signalSchema>;

/** The answer to an accepted request. */
export const acceptedSchema = z.object({
  signalId: z.string(),
  paused: z.boolean().default(false),
});

/** The answer to a refused one. */
export const refusedSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    problems: z.array(z.string()).default([]),
    nextStep: z.string(),
  }),
});
