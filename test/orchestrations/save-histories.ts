import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { z } from "zod";

import { healInstanceId } from "../../functions/triggers/instances.ts";
import { Fleet } from "../end-to-end/fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario } from "../end-to-end/scenarios.ts";
import { NEWEST_VERSION } from "./newest-version.ts";

/**
 * Saves the histories of real runs of the newest version, for the replay test: `node
 * test/orchestrations/save-histories.ts`. Run it when that version changes on purpose before it was ever deployed; later a
 * change that breaks saved histories breaks runs which are under way.
 */
const FOLDER = path.join(import.meta.dirname, "../fixtures/histories", NEWEST_VERSION);

const instanceSchema = z.looseObject({
  name: z.string(),
  instanceId: z.string(),
  input: z.unknown(),
  output: z.unknown(),
  historyEvents: z.array(
    z.looseObject({ EventType: z.number(), InstanceId: z.string().optional() }),
  ),
});

const fleet = await Fleet.start(
  aScenario(
    [
      aBrokenVm("vm-healed", 10),
      aBrokenVm("vm-rolled-back", 11),
      aBrokenVm("vm-mute", 12, { agentSurvivesWrongAddress: false }),
      aBrokenVm("vm-written", 13),
      aHealthyVm("vm-well", 14),
    ],
    {
      faults: [
        { kind: "lease", operation: "runCommand.post", vm: "vm-rolled-back", lease: "never" },
        { kind: "throttle", operation: "vm.get", vm: "vm-healed", nth: 2, retryAfterSeconds: 1 },
      ],
    },
  ),
);
try {
  mkdirSync(FOLDER, { recursive: true });
  await fleet.admin("/subscriptions", {
    kind: "eventGrid",
    url: `${fleet.url}/runtime/webhooks/eventgrid?functionName=nicChanged`,
  });
  await fleet.admin("/nics/nic-written", {});
  for (const vm of ["vm-healed", "vm-rolled-back", "vm-mute", "vm-well"]) {
    await fleet.heal(vm);
  }
  for (const vm of ["vm-healed", "vm-rolled-back", "vm-mute", "vm-written", "vm-well"]) {
    const { outcome } = await fleet.outcomeOf(vm);
    const history = await historyOf(healInstanceId(fleet.vmId(vm)));
    const children = history.historyEvents.flatMap(({ InstanceId }) => InstanceId ?? []);
    const stories = [history, ...(await Promise.all(children.map(historyOf)))];
    writeFileSync(path.join(FOLDER, `${vm}.json`), JSON.stringify({ outcome, stories }, null, 1));
    process.stdout.write(`${vm}: ${outcome?.kind ?? "open"}, ${stories.length} stories\n`);
  }
} finally {
  await fleet.close();
}

async function historyOf(instanceId: string): Promise<z.output<typeof instanceSchema>> {
  const route = `/runtime/webhooks/durabletask/instances/${instanceId}?showHistory=true`;
  return instanceSchema.parse((await fleet.api(route)).body);
}
