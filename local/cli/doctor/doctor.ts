import { createAzure, type Azure } from "../../../shared/azure/clients.ts";
import { isIpv4 } from "../../../shared/domain/addresses.ts";
import { inParallel } from "../../../shared/domain/in-parallel.ts";
import { environmentVariables, type Settings } from "../../../shared/settings.ts";
import type { DoctorCall } from "../command-line/calls.ts";
import { userDataFolder } from "../host/data-folder.ts";
import { embeddedSettings } from "../host/embedded-settings.ts";
import { findSimulator } from "../simulator/simulator-client.ts";
import type { Screen } from "../terminal/screen.ts";
import { azureChecks } from "./azure-checks.ts";
import { settled, type Check } from "./finding.ts";
import { machineChecks } from "./machine-checks.ts";
import { addressCheck, networkChecks, vmChecks } from "./network-checks.ts";
import { exitCodeOf, sayFinding, sayResult, type Told } from "./report-doctor.ts";
import { readingOf, settingsCheck } from "./settings-check.ts";

/** Longest wait for one check, in milliseconds. */
const LONGEST_MS = 45_000;
/** Checks at a time. */
const AT_ONCE = 8;

/** `remediator doctor`: looks at everything that a heal needs, and changes nothing. Gives the exit code. */
export async function doctor(call: DoctorCall, screen: Screen): Promise<number> {
  const variables = environmentVariables();
  const dataFolder = call.dataFolder ?? userDataFolder(variables, process.platform);
  const simulator = call.simulatorUrl === null ? null : await findSimulator(call.simulatorUrl);
  const choice = {
    dataFolder,
    azure: simulator ?? "configured",
    serves: true,
  } as const;
  const reading = readingOf(() => embeddedSettings(variables, choice));
  const here = [...machineChecks(dataFolder), settingsCheck(reading, variables)];
  screen.say("Looking at this machine first; nothing is changed.");
  const told = [...(await tellAll(here, screen))];
  if ("settings" in reading) {
    told.push(...(await tellAll(await checksOf(call, reading.settings, screen), screen)));
  }
  sayResult(screen, told);
  return exitCodeOf(told);
}

async function checksOf(
  call: DoctorCall,
  settings: Settings,
  screen: Screen,
): Promise<readonly Check[]> {
  const azure = createAzure(settings);
  if (call.azure) {
    screen.say("Asking Azure.");
  }
  return [
    ...networkChecks(settings),
    ...targetChecks(call.target, azure, settings),
    ...(call.azure ? await azureChecks(azure, settings, call.scopes) : []),
  ];
}

function targetChecks(target: string | null, azure: Azure, settings: Settings): readonly Check[] {
  if (target === null) {
    return [];
  }
  return isIpv4(target) ? [addressCheck(target, settings)] : vmChecks(target, azure, settings);
}

/** Each finding is told as soon as it is there. */
async function tellAll(checks: readonly Check[], screen: Screen): Promise<readonly Told[]> {
  return await inParallel(checks, AT_ONCE, async (check) => {
    const told = { ...check, finding: await settled(check, LONGEST_MS) };
    sayFinding(screen, told);
    return told;
  });
}
