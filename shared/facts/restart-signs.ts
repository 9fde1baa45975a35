import type { Azure } from "../azure/clients.ts";
import { AzureRequestError, DefectError } from "../domain/errors.ts";
import type { AzureFacts, PlatformFacts, VmFacts } from "../domain/facts.ts";
import { NIC_TYPE, VM_TYPE } from "../domain/resource-id.ts";
import type { ActivityRecord } from "../domain/restart.ts";
import { readActivityLog } from "./activity-log.ts";
import { readVmFacts } from "./azure-facts.ts";
import { readHindrances } from "./hindrances.ts";

/** Which signs to read; `now` is ISO 8601 UTC. */
export interface SignsQuestion {
  readonly facts: AzureFacts;
  readonly nicId: string;
  readonly now: string;
  /** How far back to look. */
  readonly seconds: number;
}

/** A sign that the VM started, and when (ISO 8601 UTC). */
export interface StartSign {
  readonly at: string;
  readonly what: string;
}

/** What the Activity Log says of a resource; null where Azure did not tell, with the reason. */
export type LogReading =
  | { readonly records: readonly ActivityRecord[]; readonly notTold: "" }
  | { readonly records: null; readonly notTold: string };

/** What Azure says of a VM's last start. */
export interface StartReading {
  /** The newest one; null: none in the time that was looked at. */
  readonly newest: StartSign | null;
  /** Why that is not sure; empty: it is. */
  readonly notTold: string;
  readonly platform: PlatformFacts | null;
}

/** Requests after which Windows starts anew, or may: a write of the VM may give it another size. */
const STARTS: ReadonlySet<string> = new Set(
  ["start", "restart", "deallocate", "powerOff", "redeploy", "reapply", "reimage"]
    .map((action) => `${VM_TYPE}/${action}/action`.toLowerCase())
    .concat(`${VM_TYPE}/write`, `${NIC_TYPE}/write`),
);

/**
 * What was done to a NIC lately.
 * @throws AzureRequestError for transient trouble, `retryable`.
 */
export async function readNicLog(azure: Azure, question: SignsQuestion): Promise<LogReading> {
  return await logOf(azure, question, { resourceId: question.nicId, type: NIC_TYPE });
}

/**
 * When the VM was last started, by all that Azure knows: its log, the VM's own times, and its platform. Reads them anew,
 * since the facts of the run may be half an hour old.
 * @throws AzureRequestError for transient trouble, `retryable`.
 */
export async function readLastStart(
  azure: Azure,
  question: SignsQuestion,
  nicLog: LogReading,
): Promise<StartReading> {
  const { facts } = question;
  const [vmLog, now, { platform }] = await Promise.all([
    logOf(azure, question, { resourceId: facts.vm.id, type: VM_TYPE }),
    readVmFacts(azure, facts.vm.id),
    readHindrances(azure, facts),
  ]);
  if (now.kind === "not-found") {
    return { newest: null, notTold: now.message, platform };
  }
  const records = [...(vmLog.records ?? []), ...(nicLog.records ?? [])];
  const signs = [...signsIn(records), ...signsOf(now.vm, platform)];
  const newest = signs.toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at))[0];
  return {
    newest: newest ?? null,
    notTold: [vmLog.notTold, nicLog.notTold].filter((text) => text !== "").join(" "),
    platform,
  };
}

function signsIn(records: readonly ActivityRecord[]): readonly StartSign[] {
  return records
    .filter(({ operation }) => STARTS.has(operation))
    .map(({ at, operation }) => ({ at, what: `${operation} in the Activity Log` }));
}

function signsOf(vm: VmFacts, platform: PlatformFacts | null): readonly StartSign[] {
  const times: readonly (readonly [string | null, string])[] = [
    [vm.createdAt, "its making"],
    [vm.provisionedAt, "Azure's last operation on it"],
    [platform?.since ?? null, "the last change of its resource health"],
  ];
  return times
    .flatMap(([at, what]) => (at === null ? [] : [{ at, what }]))
    .filter(({ at }) => !Number.isNaN(Date.parse(at)));
}

async function logOf(
  azure: Azure,
  { now, seconds }: SignsQuestion,
  resource: { readonly resourceId: string; readonly type: string },
): Promise<LogReading> {
  const from = new Date(Date.parse(now) - seconds * 1000).toISOString();
  try {
    const records = await readActivityLog(azure, { ...resource, from, until: now });
    return { records, notTold: "" };
  } catch (error) {
    const final = error instanceof AzureRequestError && !error.retryable;
    if (final || error instanceof DefectError) {
      return { records: null, notTold: `${error.message} ${error.nextStep}` };
    }
    throw error;
  }
}
