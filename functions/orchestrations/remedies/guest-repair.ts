import type { Task } from "durable-functions";

import type { GuestRepairKind, PlannedRemedy } from "../../../shared/domain/diagnosis.ts";
import type { RemedyConclusion } from "../../../shared/domain/remedy.ts";
import type { RepairAnswer } from "../../../shared/guest/repair-envelope.ts";
import {
  concludeRepair,
  concludeRepairReading,
  type RepairExpectation,
} from "../../../shared/proof/conclude-repair.ts";
import {
  guestRepairLedgerEntry,
  REPAIR_CODES,
} from "../../../shared/remedies/guest-repair/ledger-entry.ts";
import type { RepairRequest } from "../../activities/catalogue/guest-repair.ts";
import { call } from "../call.ts";
import { nowOf, secondsFromNow } from "../clock.ts";
import { healedBy, type Run } from "../run.ts";
import type { ChangingScript } from "./changing-script.ts";
import { changeGuest, hasDone, targetOf } from "./guest-change.ts";

/** Repairs one adapter inside Windows; a repair that does not bring Azure's address is undone by its script. */
export function* repairGuest(
  run: Run,
  remedy: PlannedRemedy & { readonly kind: GuestRepairKind },
): Generator<Task, RemedyConclusion, unknown> {
  const { nic, adapter } = targetOf(run, remedy);
  const { context, vmId, incidentId, settings } = run;
  const repair = remedy.kind;
  const notAfter = secondsFromNow(context, settings.guestSwitchSeconds);
  const expectation: RepairExpectation = {
    incidentId,
    repair,
    nic,
    adapter,
    dhcpService: dhcpServiceOf(run),
  };
  const entry = guestRepairLedgerEntry({ ...expectation, openedAt: nowOf(context) });
  const request: RepairRequest = {
    vmId,
    incidentId,
    ledgerEntryId: entry.id,
    repair,
    nic,
    adapter,
    notAfter: notAfter.toISOString(),
  };
  const conclusion = yield* changeGuest(run, {
    entry,
    step: "guestRepair",
    detail: entry.intent,
    script: repairScript(run, request),
    notAfter,
    afterwardsSeconds: repair === "setAddresses" ? settings.deadManSeconds : 0,
    conclude: (report) => concludeRepair(report, expectation),
    concludeReading: (reading, expired) => concludeRepairReading(reading, expectation, expired),
  });
  if (hasDone(conclusion)) {
    healedBy(run, REPAIR_CODES[repair]);
  }
  return conclusion;
}

function repairScript(
  { context, vmId }: Run,
  request: RepairRequest,
): ChangingScript<RepairAnswer> {
  const { repair } = request;
  return {
    called: "The repair inside Windows",
    start: (patience, managed) =>
      call(context, "startGuestRepair", { ...request, ...(managed && { managed }) }, patience),
    poll: (operation, patience) =>
      call(context, "pollGuestRepair", { vmId, repair, operation }, patience),
  };
}

function dhcpServiceOf({ guest }: Run): RepairExpectation["dhcpService"] {
  if (guest?.kind !== "read") {
    throw new TypeError("A repair inside Windows was planned although Windows was not read.");
  }
  return guest.facts.dhcpService;
}
