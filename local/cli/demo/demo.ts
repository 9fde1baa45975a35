import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { InvalidInputError } from "../../../shared/domain/errors.ts";
import { environmentVariables } from "../../../shared/settings.ts";
import type { LocalHost } from "../../host/host.ts";
import type { DemoCall } from "../command-line/calls.ts";
import { EXIT_INTERRUPTED, EXIT_NOT, EXIT_OK } from "../exit-codes.ts";
import { startEmbeddedHost } from "../host/embedded-host.ts";
import { DEMO_SETTINGS } from "../host/embedded-settings.ts";
import { openHostClient } from "../host/host-client.ts";
import type { RunEnd, Watch } from "../run/follow.ts";
import { resultOfRun, sayRun } from "../run/report-run.ts";
import type { RunResult } from "../run/report-run.ts";
import { chosenScenario, scenarioFile } from "../simulator/scenario-file.ts";
import { openSimulatorAdmin } from "../simulator/simulator-client.ts";
import type { SimulatorAdmin } from "../simulator/simulator-client.ts";
import type { SimulatedVm, SimulatorLogView } from "../simulator/simulator-schema.ts";
import { watchInterrupts } from "../terminal/interrupts.ts";
import { openLiveView } from "../terminal/live-terminal.ts";
import type { Screen } from "../terminal/screen.ts";
import { alertedVm, ourSnapshots } from "./fleet.ts";
import { lastingPart } from "./lasting-part.ts";
import { leaveOthersAlone } from "./others.ts";
import { heading, showBeforeAndAfter, showChecks, showCounts } from "./show.ts";
import { showDifferences, showFleet, showLeftAlone } from "./show.ts";
import type { Moment } from "./show.ts";
import { startSimulatorProcess } from "./simulator-process.ts";
import { checksOf } from "./verdict.ts";
import type { Check } from "./verdict.ts";
import { followVm } from "./watch-vm.ts";

/** The run is left to itself after so long: the demo shall end within a minute, whatever happens. */
const LONGEST_RUN_MS = 48_000;

/** `remediator demo`: a heal from alert to proof, on simulated Azure. Gives the exit code. */
export async function demo(call: DemoCall, screen: Screen): Promise<number> {
  const interrupts = watchInterrupts();
  const scenario = chosenScenario(call.scenarioFile);
  const simulator = await startSimulatorProcess(scenarioFile(call.scenarioFile));
  const dataFolder = await mkdtemp(join(tmpdir(), "remediator-demo-"));
  try {
    screen.say(`Simulated Azure: ${simulator.access.armEndpoint}, process ${simulator.pid}.`);
    const admin = openSimulatorAdmin(simulator.access.armEndpoint);
    const azure = simulator.access;
    const host = await startEmbeddedHost({
      dataFolder,
      port: 0,
      azure,
      defaults: DEMO_SETTINGS,
      packagePath: call.packagePath,
    });
    try {
      screen.say(`Local host:      ${host.url}, in this process.`);
      const planned = scenario.alerts.map(({ vm }) => vm);
      return await play({ screen, admin, host, planned, interrupted: interrupts.signal });
    } finally {
      await host.stop();
    }
  } finally {
    await simulator.stop();
    await rm(dataFolder, { recursive: true, force: true });
    interrupts.dispose();
  }
}

interface Stage {
  readonly screen: Screen;
  readonly admin: SimulatorAdmin;
  readonly host: LocalHost;
  /** VMs whose alerts the scenario itself sends. */
  readonly planned: readonly string[];
  readonly interrupted: AbortSignal;
}

async function play(stage: Stage): Promise<number> {
  const { screen, admin } = stage;
  const { vms } = await admin.state();
  const vm = requireVm(alertedVm(vms, stage.planned[0]));
  showFleet(screen, vms);
  showDifferences(screen, vm, environmentVariables());
  const before = await momentOf(admin, vm);

  heading(screen, `A failed-connection alert for ${vm.name} arrives`);
  const end = await heal(stage, vm);
  if (stage.interrupted.aborted) {
    screen.say("Interrupted: simulated Azure and everything in it is gone.");
    screen.record({ ...resultOfRun(vm.id, end, EXIT_INTERRUPTED), nextStep: "" });
    return EXIT_INTERRUPTED;
  }
  const preliminary = resultOfRun(vm.id, end, EXIT_NOT);
  sayRun(screen, preliminary);

  const after = await momentOf(admin, vm);
  showBeforeAndAfter(screen, before, after);
  const leftAlone = await leaveOthersAlone(stage, vms, vm);
  showLeftAlone(screen, leftAlone);
  const log = await admin.log();
  showCounts(screen, log);
  const checks = checksOf({
    result: preliminary,
    after: after.vm,
    snapshots: after.snapshots,
    switches: countOf(log, vm, "dhcpSwitched"),
    restarts: countOf(log, vm, "vmRestarted"),
    nicsKept: after.nics.join("\n") === before.nics.join("\n"),
    leftAlone,
  });
  return conclude(screen, preliminary, checks);
}

async function heal(
  { screen, admin, host, planned, interrupted }: Stage,
  vm: SimulatedVm,
): Promise<RunEnd> {
  const leave = AbortSignal.any([interrupted, AbortSignal.timeout(LONGEST_RUN_MS)]);
  const view = openLiveView(screen);
  const watch: Watch = { client: openHostClient(host.url), view, leave };
  try {
    await admin.subscribeToAlerts(`${host.url}/api/alerts`);
    if (!planned.includes(vm.name)) {
      await admin.fireAlert(vm.name);
    }
    return await followVm(watch, host, vm.id);
  } finally {
    view.close();
  }
}

/** How often simulated Azure saw this happen to the VM. */
function countOf({ effects }: SimulatorLogView, { name }: SimulatedVm, wanted: string): number {
  return effects.filter(({ kind, vm }) => kind === wanted && vm === name).length;
}

async function momentOf(admin: SimulatorAdmin, { name }: SimulatedVm): Promise<Moment> {
  const { vms, nics, snapshots } = await admin.state();
  const vm = requireVm(vms.find((each) => each.name === name));
  const ofVm = nics.filter((nic) => nic.vm === name);
  return {
    vm,
    snapshots: ourSnapshots(snapshots),
    nics: ofVm.map(({ resource }) => lastingPart(resource)),
  };
}

function conclude(screen: Screen, result: RunResult, checks: readonly Check[]): number {
  showChecks(screen, checks);
  const failed = checks.filter(({ holds }) => !holds);
  const exitCode = failed.length === 0 ? EXIT_OK : EXIT_NOT;
  screen.line("");
  if (exitCode === EXIT_OK) {
    screen.line(
      screen.colors.green("As expected: the VM is healed, and simulated Azure confirms it."),
    );
  } else {
    screen.line(screen.colors.red("Not as expected."));
    screen.say(`Failed step: ${result.failedStep ?? "none"}`);
    screen.say(`Undone: ${undoneText(result)}`);
  }
  screen.record({ ...result, exitCode, checks });
  return exitCode;
}

function undoneText({ changes }: RunResult): string {
  const undone = changes.filter(({ state }) => state === "undone").map(({ intent }) => intent);
  if (undone.length > 0) {
    return undone.join(" ");
  }
  return changes.every(({ state }) => state === "untouched")
    ? "nothing, since nothing was changed"
    : "nothing";
}

function requireVm(vm: SimulatedVm | undefined): SimulatedVm {
  if (vm === undefined) {
    throw new InvalidInputError("The scenario has no VM, or the VM was deleted meanwhile.", {
      code: "no-vm",
      nextStep: "Name a scenario with a VM that stays.",
      problems: [],
    });
  }
  return vm;
}
