import { listenError } from "../host/server.ts";
import { fleetsOf } from "../simulator/scenario/scenario-fleets.ts";
import type { Scenario } from "../simulator/scenario/scenario.ts";
import { startSimulator } from "../simulator/simulator.ts";
import type { Simulator } from "../simulator/simulator.ts";
import type { SimulateCall } from "./command-line/calls.ts";
import { EXIT_OK } from "./exit-codes.ts";
import { drawnScenario } from "./simulator/drawn-scenario.ts";
import { watchInterrupts } from "./terminal/interrupts.ts";
import type { Screen } from "./terminal/screen.ts";
import { printable } from "./terminal/text.ts";
import { untilStopped } from "./terminal/until-stopped.ts";

/** `remediator simulate`: simulated Azure alone, until Ctrl-C. Gives the exit code. */
export async function simulate(call: SimulateCall, screen: Screen): Promise<number> {
  const interrupts = watchInterrupts();
  const { scenario, drawn } = drawnScenario(call.scenarioFile, call.seed, screen);
  const simulator = await start(call, scenario, screen);
  const { armEndpoint, subscriptionId, token } = simulator;
  screen.record({ armEndpoint, subscriptionId, token, ...(drawn === null ? {} : { drawn }) });
  screen.say(`Simulated Azure at ${armEndpoint}: ${scenario.title}`);
  for (const { id, resourceGroup, vms } of fleetsOf(scenario)) {
    for (const vm of vms) {
      screen.say(
        `/subscriptions/${id}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${vm.name}`,
        "  ",
      );
    }
  }
  screen.say(`State, log and faults: ${armEndpoint}/_simulator/state and /log and /faults`);
  screen.say(`Heal there: remediator heal VM_ID --simulator ${armEndpoint}`);
  screen.say("Stop with Ctrl-C.");
  await untilStopped(interrupts.signal);
  await simulator.close();
  interrupts.dispose();
  return EXIT_OK;
}

async function start(call: SimulateCall, scenario: Scenario, screen: Screen): Promise<Simulator> {
  try {
    return await startSimulator({
      scenario,
      port: call.port,
      latency: call.latency,
      onLog: (line) => {
        screen.line(printable(line));
        screen.record({ type: "log", line });
      },
    });
  } catch (error) {
    throw listenError(call.port, error);
  }
}
