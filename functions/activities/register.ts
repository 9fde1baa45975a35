import type { InvocationContext } from "@azure/functions";
import { app } from "durable-functions";

import { services, type Services } from "../services.ts";
import { logOf } from "../telemetry/log.ts";
import * as azureFacts from "./azure-facts.ts";
import * as backup from "./backup.ts";
import { keepBootDiagnostics } from "./boot-diagnostics.ts";
import type {
  ActivityAnswer,
  ActivityCatalogue,
  ActivityName,
  Belonging,
  Tell,
} from "./catalogue.ts";
import * as clean from "./clean.ts";
import { closeLost } from "./close-lost.ts";
import * as console from "./console.ts";
import { failureOf } from "./failure-of.ts";
import * as further from "./further.ts";
import * as guestRepair from "./guest-repair.ts";
import * as guest from "./guest.ts";
import { readForHandOff } from "./hand-off.ts";
import * as incidents from "./incidents.ts";
import * as nicReset from "./nic-reset.ts";
import * as pinAddress from "./pin-address.ts";
import { probeTurns } from "./probe-turns.ts";
import * as restarts from "./restarts.ts";
import * as rollback from "./rollback.ts";
import * as signals from "./signals.ts";
import { startRun } from "./start-run.ts";
import * as targets from "./targets.ts";
import * as telling from "./telling.ts";

type Activity<Name extends ActivityName> = (
  input: ActivityCatalogue[Name]["input"],
  services: Services,
  tell: Tell,
) => Promise<ActivityCatalogue[Name]["output"]>;

/** An activity whose input comes from the engine. */
type UntypedActivity = (input: unknown, services: Services, tell: Tell) => Promise<unknown>;

/** Every activity but those which need the engine's client. */
const activities: {
  readonly [
    Name in Exclude<ActivityName, "startRun" | "startTelling" | "closeLost">
  ]: Activity<Name>;
} = {
  lookForSignals: signals.lookForSignals,
  ignoreAsHealthy: signals.ignoreAsHealthy,
  openIncident: signals.openIncident,
  findPending: signals.findPending,
  handSignalsOn: signals.handSignalsOn,
  saveIncident: incidents.saveIncident,
  writeLedger: incidents.writeLedger,
  closeIncident: incidents.closeIncident,
  publishClosed: telling.publishClosed,
  readVmState: azureFacts.readVmState,
  readAzureFacts: azureFacts.readAzureFacts,
  readSubnets: azureFacts.readSubnets,
  readHindrances: azureFacts.readHindrances,
  probe: azureFacts.probe,
  explainSilence: azureFacts.explainSilence,
  findVm: targets.findVm,
  probeTurns,
  startGuestRead: guest.startGuestRead,
  pollGuestRead: guest.pollGuestRead,
  startGuestSwitch: guest.startGuestSwitch,
  pollGuestSwitch: guest.pollGuestSwitch,
  startGuestRepair: guestRepair.startGuestRepair,
  pollGuestRepair: guestRepair.pollGuestRepair,
  startLookFurther: further.startLookFurther,
  pollLookFurther: further.pollLookFurther,
  startGhosts: further.startGhosts,
  pollGhosts: further.pollGhosts,
  readConsole: console.readConsole,
  setConsoleAddress: console.setConsoleAddress,
  keepBootDiagnostics,
  beginReset: nicReset.beginReset,
  findSwapAddresses: nicReset.findSwapAddresses,
  writeNic: nicReset.writeNic,
  pollNicWrite: nicReset.pollNicWrite,
  readNicStanding: nicReset.readNicStanding,
  putConsoleOnDhcp: console.putConsoleOnDhcp,
  readRestartFacts: restarts.readRestartFacts,
  takeRestart: restarts.takeRestart,
  readResetImpact: restarts.readResetImpact,
  endManagedCommand: guest.endManagedCommand,
  readForHandOff,
  startSnapshot: backup.startSnapshot,
  pollSnapshot: backup.pollSnapshot,
  findOtherRun: backup.findOtherRun,
  dropSnapshot: backup.dropSnapshot,
  closeSnapshot: backup.closeSnapshot,
  pinAddressRead: pinAddress.pinAddressRead,
  pinAddressWrite: pinAddress.pinAddressWrite,
  pinAddressPoll: pinAddress.pinAddressPoll,
  findRollback: rollback.findRollback,
  startRestore: rollback.startRestore,
  pollRestore: rollback.pollRestore,
  cleanAzure: clean.cleanAzure,
  findUnfinished: clean.findUnfinished,
  forgetOld: clean.forgetOld,
};

for (const [name, activity] of Object.entries(activities)) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only `call` schedules activities, and the catalogue types it
  app.activity(name, { handler: answering(withServices(activity as UntypedActivity)) });
}
app.activity("startRun", {
  extraInputs: startRun.extraInputs,
  handler: answering(startRun.handler),
});

app.activity("startTelling", {
  extraInputs: telling.startTelling.extraInputs,
  handler: answering(telling.startTelling.handler),
});

app.activity("closeLost", {
  extraInputs: closeLost.extraInputs,
  handler: answering(closeLost.handler),
});

function withServices(
  activity: UntypedActivity,
): (input: unknown, context: InvocationContext) => Promise<unknown> {
  return async (input, context) => {
    return await activity(input, services(), logOf(context));
  };
}

/** Turns what an activity throws into data: error classes do not survive the way back into an orchestration. */
function answering<Output>(
  run: (input: unknown, context: InvocationContext) => Promise<Output>,
): (input: unknown, context: InvocationContext) => Promise<ActivityAnswer<Output>> {
  return async (scheduled, context) => {
    const startedAt = new Date();
    const { belonging, ...input } = inputOf(scheduled);
    const answer = await answerOf(async () => await run(input, context));
    if (!answer.ok) {
      const { code, message } = answer.failure;
      logOf(context)("activityFailed", { activity: context.functionName, code, message });
    }
    if (belonging !== undefined) {
      const telemetry = await services().telemetry();
      const failure = answer.ok ? null : answer.failure.code;
      const name = context.functionName;
      telemetry.activityEnded({ ...belonging, name, startedAt, endedAt: new Date(), failure });
    }
    return answer;
  };
}

function inputOf(scheduled: unknown): { readonly belonging?: Belonging } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only `call` schedules activities, with an object always
  return scheduled as { readonly belonging?: Belonging };
}

async function answerOf<Output>(run: () => Promise<Output>): Promise<ActivityAnswer<Output>> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}
