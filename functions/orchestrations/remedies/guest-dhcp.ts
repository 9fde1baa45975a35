import type { Task } from "durable-functions";

import type { PlannedRemedy } from "../../../shared/domain/diagnosis.ts";
import type { RemedyConclusion } from "../../../shared/domain/remedy.ts";
import {
  concludeReading,
  concludeSwitch,
  type SwitchExpectation,
} from "../../../shared/proof/conclude-switch.ts";
import { guestDhcpLedgerEntry } from "../../../shared/remedies/guest-dhcp/ledger-entry.ts";
import type { SwitchRequest } from "../../activities/catalogue/guest.ts";
import { call } from "../call.ts";
import { nowOf, secondsFromNow } from "../clock.ts";
import { healedBy, type Run } from "../run.ts";
import { changeGuest, hasDone, targetOf } from "./guest-change.ts";

/** Switches one adapter back to DHCP; where that does not bring Azure's address, Windows undoes it itself. */
export function* healGuestDhcp(
  run: Run,
  remedy: PlannedRemedy,
): Generator<Task, RemedyConclusion, unknown> {
  const { nic, adapter } = targetOf(run, remedy);
  const { context, vmId, incidentId, settings } = run;
  const notAfter = secondsFromNow(context, settings.guestSwitchSeconds);
  const entry = guestDhcpLedgerEntry({ incidentId, nic, adapter, openedAt: nowOf(context) });
  const request: SwitchRequest = {
    vmId,
    incidentId,
    ledgerEntryId: entry.id,
    nic,
    adapter,
    notAfter: notAfter.toISOString(),
  };
  const expectation: SwitchExpectation = { incidentId, nic, adapter };
  const conclusion = yield* changeGuest(run, {
    entry,
    step: "guestSwitch",
    detail: `"${adapter.name}" to DHCP, with a dead-man switch`,
    script: {
      called: "The guest switch",
      start: (patience, managed) =>
        call(context, "startGuestSwitch", { ...request, ...(managed && { managed }) }, patience),
      poll: (operation, patience) =>
        call(context, "pollGuestSwitch", { vmId, operation }, patience),
    },
    notAfter,
    afterwardsSeconds: settings.deadManSeconds,
    conclude: (report) => concludeSwitch(report, expectation),
    concludeReading: (reading, expired) => concludeReading(reading, expectation, expired),
  });
  if (hasDone(conclusion)) {
    healedBy(run, "guest-dhcp");
  }
  return conclusion;
}
