import { z } from "zod";

import type { DiagnosisKind, Plan } from "../../shared/domain/diagnosis.ts";
import type { StepName } from "../../shared/domain/incident.ts";

const OUTCOMES = ["healed", "healthy", "refused", "rolledBack", "needsHuman", "failed"] as const;

/** The engine leaves out what is null in a custom status. */
const orNull = z.string().nullable().default(null);

const step = z.object({
  name: z.custom<StepName>((value) => typeof value === "string"),
  startedAt: z.string(),
  endedAt: orNull,
  state: z.enum(["running", "done", "failed"]),
  detail: orNull,
});

const outcome = z.object({
  kind: z.enum(OUTCOMES),
  code: z.string(),
  message: z.string(),
  nextStep: z.string(),
  remarks: z.array(z.string()),
});

const mode = z.enum(["heal", "dryRun"]);

/** What a run shows of itself, as far as it is shown here. */
export const runStatusSchema = z.object({
  mode,
  incidentId: orNull,
  steps: z.array(step),
  outcome: outcome.nullable().default(null),
});

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
  mode,
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
  steps: z.array(step),
  ledger: z.array(ledgerEntry),
  outcome: outcome.nullable(),
});

/** An incident as it is shown here. */
export type IncidentView = z.output<typeof incidentSchema>;

const summary = incidentSchema.pick({
  id: true,
  vmId: true,
  vmName: true,
  mode: true,
  openedAt: true,
  closedAt: true,
});

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
export const acceptedSchema = z.object({ signalId: z.string() });

/** The answer to a refused one. */
export const refusedSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    problems: z.array(z.string()).default([]),
    nextStep: z.string(),
  }),
});
