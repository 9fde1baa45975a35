import * as nics from "../../shared/azure/network-interfaces.ts";
import { DefectError } from "../../shared/domain/errors.ts";
import type { LedgerEntry } from "../../shared/domain/incident.ts";
import type { IncidentStore } from "../../shared/incidents/store.ts";
import * as begin from "../../shared/remedies/nic-reset/begin-reset.ts";
import { standingOf } from "../../shared/remedies/nic-reset/nic-standing.ts";
import {
  isSameTarget,
  readResetRecord,
  type ResetRecord,
} from "../../shared/remedies/nic-reset/reset-record.ts";
import { writeNic as write } from "../../shared/remedies/nic-reset/write-nic.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue } from "./catalogue.ts";
import type { ResetKey } from "./catalogue/nic-reset.ts";

type In<Name extends keyof ActivityCatalogue> = ActivityCatalogue[Name]["input"];
type Out<Name extends keyof ActivityCatalogue> = Promise<ActivityCatalogue[Name]["output"]>;

/** States of a ledger entry whose NIC may still be written. */
const OPEN = new Set<LedgerEntry["state"]>(["open", "unknown"]);

/** The whole NIC before its reset, or why it cannot be reset. Reads only. */
export async function beginReset(
  question: In<"beginReset">,
  { azure }: Services,
): Out<"beginReset"> {
  return await begin.beginReset(await azure(), question);
}

/** Addresses that may stand in for the NIC's own. Reads only. */
export async function findSwapAddresses(
  key: In<"findSwapAddresses">,
  { azure, store }: Services,
): Out<"findSwapAddresses"> {
  const { nicId, record } = await resetOf(await store(), key);
  return { addresses: await begin.findSwapAddresses(await azure(), nicId, record) };
}

/**
 * Gives a NIC its next address. Key: the ledger entry, which must name this very write; a NIC that has the address already
 * is not written again.
 */
export async function writeNic(
  { target, ...key }: In<"writeNic">,
  { azure, store }: Services,
): Out<"writeNic"> {
  const { nicId, record } = await resetOf(await store(), key);
  const intended = record.written.at(-1);
  if (intended === undefined || !isSameTarget(intended, target)) {
    throw unintended(key, `does not name the write of ${target.address}`);
  }
  return await write(await azure(), { nicId, record, target });
}

/** One look at a write of a NIC. Reads only. */
export async function pollNicWrite(
  { nicId, operation }: In<"pollNicWrite">,
  { azure }: Services,
): Out<"pollNicWrite"> {
  const poll = await nics.pollNicWrite(await azure(), nicId, operation);
  return poll.kind === "succeeded" ? { kind: "succeeded" } : poll;
}

/** How the NIC stands in its reset. Reads only. */
export async function readNicStanding(
  key: In<"readNicStanding">,
  { azure, store }: Services,
): Out<"readNicStanding"> {
  const { nicId, record } = await resetOf(await store(), key);
  const nic = await nics.readWholeNic(await azure(), nicId);
  return nic === null ? { kind: "gone" } : { kind: "read", standing: standingOf(record, nic) };
}

/** What the ledger says of a reset: nothing is done to a NIC for which it does not speak. */
async function resetOf(
  records: IncidentStore,
  key: ResetKey,
): Promise<{ readonly nicId: string; readonly record: ResetRecord }> {
  const incident = await records.getIncident(key.incidentId);
  const entry = incident?.ledger.find(({ id }) => id === key.ledgerEntryId);
  const record = entry?.remedy === "nicReset" ? readResetRecord(entry.before) : null;
  if (entry === undefined || record === null || !OPEN.has(entry.state)) {
    throw unintended(key, "is not that of an open NIC reset");
  }
  return { nicId: entry.nicId, record };
}

function unintended({ ledgerEntryId }: ResetKey, what: string): DefectError {
  return new DefectError(`The ledger entry ${ledgerEntryId} ${what}, so the NIC is not touched.`, {
    code: "not-in-ledger",
    nextStep: "Report this as a defect of the program.",
  });
}
