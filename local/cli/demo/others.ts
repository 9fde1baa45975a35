import type { LocalHost } from "../../host/host.ts";
import { openHostClient } from "../host/host-client.ts";
import { followSignal } from "../run/follow.ts";
import type { RunEnd, Watch } from "../run/follow.ts";
import type { SimulatorAdmin } from "../simulator/simulator-client.ts";
import type { SimulatedVm } from "../simulator/simulator-schema.ts";
import { partOf } from "./fleet.ts";
import type { LeftAlone } from "./verdict.ts";
import { followVm } from "./watch-vm.ts";

/** What the demo works with here. */
export interface Surroundings {
  readonly admin: SimulatorAdmin;
  readonly host: LocalHost;
  /** VMs whose alerts the scenario itself sends. */
  readonly planned: readonly string[];
  readonly interrupted: AbortSignal;
}

const LONGEST_LOOK_MS = 15_000;
const UNSEEN = { show: () => undefined, close: () => undefined };

/** Gives the program a reason to look at the other VMs too, and tells why it leaves them alone. */
export async function leaveOthersAlone(
  surroundings: Surroundings,
  vms: readonly SimulatedVm[],
  alerted: SimulatedVm,
): Promise<readonly LeftAlone[]> {
  const others = vms.filter(({ name }) => name !== alerted.name);
  const looked = await Promise.all(
    others.map(async (vm) => await lookAt(surroundings, vm, alerted.name)),
  );
  const { effects } = await surroundings.admin.log();
  return looked
    .filter((each) => each !== null)
    .map(({ vm, asExpected, why }) => {
      const changes = effects.filter((effect) => effect.vm === vm).length;
      return { vm, asExpected, why, changes };
    });
}

type Look = Omit<LeftAlone, "changes">;

async function lookAt(
  surroundings: Surroundings,
  vm: SimulatedVm,
  alerted: string,
): Promise<Look | null> {
  const { host, interrupted } = surroundings;
  const leave = AbortSignal.any([interrupted, AbortSignal.timeout(LONGEST_LOOK_MS)]);
  const watch: Watch = { client: openHostClient(host.url), view: UNSEEN, leave };
  switch (partOf(vm, alerted)) {
    case "healthy":
      return await sendAlert(surroundings, watch, vm);
    case "staticByRight":
      return await diagnose(watch, vm);
    case "alerted":
    case "bystander":
      return null;
  }
}

async function sendAlert(
  { admin, host, planned }: Surroundings,
  watch: Watch,
  vm: SimulatedVm,
): Promise<Look> {
  if (!planned.includes(vm.name)) {
    await admin.fireAlert(vm.name);
  }
  const end = await followVm(watch, host, vm.id);
  const asExpected = end.kind === "ignored" && end.reason === "healthy";
  return { vm: vm.name, asExpected, why: `An alert for it arrived too. ${endText(end)}` };
}

async function diagnose(watch: Watch, vm: SimulatedVm): Promise<Look> {
  const request = { vmId: vm.id, dryRun: true, readGuest: true, console: false, pinAddress: false };
  const end = await followSignal(watch, await watch.client.request(request));
  const asExpected = end.kind === "incident" && end.incident.outcome?.kind === "healthy";
  return { vm: vm.name, asExpected, why: `Diagnosed, with reads only. ${endText(end)}` };
}

function endText(end: RunEnd): string {
  if (end.kind === "ignored") {
    return `Ignored (${end.reason}): ${end.message}`;
  }
  const outcome = end.incident?.outcome ?? null;
  return outcome === null ? "It has not ended." : `${outcome.code}: ${outcome.message}`;
}
