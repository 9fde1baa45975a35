import { z } from "zod";

import { isIpv4, normalizeMac } from "../../../shared/domain/addresses.ts";
import { adapterViews, envelopeLine, type AdapterView } from "./envelope.ts";
import { clockOf, evidenceOf, TASK_PREFIX, type Session } from "./session.ts";

/** An address among a script's parameters. */
export const addressParameter = z.string().refine((ip) => isIpv4(ip));

/** Parameters of every script that changes Windows. */
export const commonParameters = z.object({
  incidentId: z.string().regex(/^[A-Za-z0-9._-]{1,128}$/u),
  mac: z
    .string()
    .transform((mac) => normalizeMac(mac))
    .refine((mac) => mac !== null),
  fingerprint: z.string(),
  notAfter: z.iso.datetime(),
  primaryNic: z.boolean(),
  leaseWaitSeconds: z.number().int().min(1),
});

/** One run of a script that changes Windows. */
export interface Run<Given extends z.output<typeof commonParameters>> {
  readonly session: Session;
  readonly given: Given;
  readonly task: string;
  taskState: "gone" | "armed" | "never-armed";
  before: AdapterView | null;
  netsh: string | null;
  detail: string | null;
}

/** Any of these runs, for what does not look at the script's own parameters. */
export type AnyRun = Run<z.output<typeof commonParameters>>;

/** What a script is: what it calls itself, what it takes, and what it does. */
interface Script<Given extends z.output<typeof commonParameters>> {
  readonly sir: string;
  readonly parameters: z.ZodType<Given>;
  /** Gives the exit. */
  readonly transaction: (run: Run<Given>) => string;
}

/** Emulates a script that changes Windows, as `guest-transaction.ps1` frames it: the line that it prints. */
export function runTransaction<Given extends z.output<typeof commonParameters>>(
  session: Session,
  values: unknown,
  { sir, parameters, transaction }: Script<Given>,
): string {
  if (!session.state.elevated) {
    return refusal(session, sir, { exit: "not-elevated", detail: null });
  }
  const given = parameters.safeParse(values);
  if (!given.success) {
    return refusal(session, sir, { exit: "bad-parameters", detail: z.prettifyError(given.error) });
  }
  const run: Run<Given> = {
    session,
    given: given.data,
    task: TASK_PREFIX + given.data.incidentId,
    taskState: "never-armed",
    before: null,
    netsh: null,
    detail: null,
  };
  return answer(run, sir, transaction(run));
}

function refusal(
  session: Session,
  sir: string,
  says: { readonly exit: string; readonly detail: string | null },
): string {
  const nothing = { task: "never-armed", before: null, after: null };
  return envelopeLine({ sir, at: clockOf(session), ...says, ...nothing }, null);
}

function answer(run: AnyRun, sir: string, exit: string): string {
  const { session, before, detail } = run;
  const after = before === null ? null : viewOf(run);
  const text = before === null ? null : evidenceOf(session, before.guid);
  const at = clockOf(session);
  const envelope = { sir, at, exit, detail, task: run.taskState, before, after };
  return envelopeLine(envelope, run.netsh === null ? text : `${run.netsh}\n${text}`);
}

/** Finds the adapter, and says why nothing may be touched; null if the script's own guards may go on. */
export function findTarget(run: AnyRun): string | null {
  const { session, given } = run;
  if (Date.parse(clockOf(session)) > Date.parse(given.notAfter)) {
    return "expired";
  }
  const tasks = session.state.tasks.filter((task) => task.name.startsWith(TASK_PREFIX));
  if (tasks.some((task) => task.name === run.task)) {
    run.taskState = "armed";
  }
  if (tasks.some((task) => task.name !== run.task)) {
    return "other-run";
  }
  const [view, ...others] = adapterViews(session.state).filter((shown) => shown.mac === given.mac);
  if (view === undefined || others.length > 0) {
    return "adapter-missing";
  }
  run.before = view;
  return null;
}

/** The run's adapter as Windows shows it now. */
export function viewOf(run: AnyRun): AdapterView | null {
  return adapterViews(run.session.state).find((view) => view.guid === run.before?.guid) ?? null;
}

/** The view's addresses as `ip/length`, without those that Windows made up. */
export function keptOf(view: AdapterView): readonly string[] {
  return view.ip.filter((address) => !address.startsWith("169.254."));
}

/** Whether the adapter is on DHCP with that address and no other. */
export function isRightLease(view: AdapterView, expected: string): boolean {
  const kept = keptOf(view).map((address) => address.split("/")[0]);
  return view.dhcp && kept.join(",") === expected;
}
