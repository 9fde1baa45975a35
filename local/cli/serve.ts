import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startSimulator } from "../simulator/simulator.ts";
import type { AzureChoice, ServeCall } from "./command-line/calls.ts";
import { EXIT_OK } from "./exit-codes.ts";
import { startEmbeddedHost } from "./host/embedded-host.ts";
import type { SimulatorAccess } from "./host/embedded-settings.ts";
import { hostEventLine } from "./host/host-event-line.ts";
import { keepHeapSmall } from "./host/small-heap.ts";
import { drawnScenario, type DrawnScenario } from "./simulator/drawn-scenario.ts";
import { findSimulator, openSimulatorAdmin } from "./simulator/simulator-client.ts";
import { watchInterrupts } from "./terminal/interrupts.ts";
import type { Screen } from "./terminal/screen.ts";
import { untilStopped } from "./terminal/until-stopped.ts";

const DATA_FOLDER = ".remediator";

/** Azure as `serve` chose it. */
interface ChosenAzure {
  readonly access: SimulatorAccess | "real";
  /** Whether its alerts and events shall come here. */
  readonly own: boolean;
  /** What a seed lets go wrong there. */
  readonly drawn: DrawnScenario["drawn"];
  /** Where records go unless the user names a folder: those of a fleet that ends with this process end with it. */
  readonly dataFolder: string;
  close(): Promise<void>;
}

/** `remediator serve`: the local host, until Ctrl-C. Gives the exit code. */
export async function serve(call: ServeCall, screen: Screen): Promise<number> {
  const interrupts = watchInterrupts();
  const azure = await chooseAzure(call.azure, screen);
  try {
    const host = await startHost(call, azure, screen);
    keepHeapSmall();
    await untilStopped(interrupts.signal);
    screen.say("Stopping: the running step may finish. Press Ctrl-C again to quit at once.");
    await host.stop();
    return EXIT_OK;
  } finally {
    await azure.close();
    interrupts.dispose();
  }
}

async function chooseAzure(choice: AzureChoice, screen: Screen): Promise<ChosenAzure> {
  if (choice.kind === "real") {
    return {
      access: "real",
      own: false,
      drawn: null,
      dataFolder: DATA_FOLDER,
      close: async () => undefined,
    };
  }
  if (choice.kind === "attached") {
    const access = await findSimulator(choice.url);
    return {
      access,
      own: false,
      drawn: null,
      dataFolder: DATA_FOLDER,
      close: async () => undefined,
    };
  }
  const { scenario, drawn } = drawnScenario(choice.scenarioFile, choice.seed, screen);
  const simulator = await startSimulator({ scenario, latency: choice.latency });
  const dataFolder = await mkdtemp(join(tmpdir(), "remediator-serve-"));
  function removeFolder(): void {
    rmSync(dataFolder, { recursive: true, force: true });
  }
  // A second Ctrl-C ends the process without coming back here.
  process.once("exit", removeFolder);
  return {
    access: simulator,
    own: true,
    drawn,
    dataFolder,
    close: async () => {
      await simulator.close();
      process.off("exit", removeFolder);
      removeFolder();
    },
  };
}

async function startHost(
  call: ServeCall,
  { access, own, ...azure }: ChosenAzure,
  screen: Screen,
): Promise<{ stop(): Promise<void> }> {
  const dataFolder = call.dataFolder ?? azure.dataFolder;
  // The first line of `--json` is the address: nothing that happens while the functions load comes before it.
  let introduced = false;
  const host = await startEmbeddedHost({
    dataFolder,
    port: call.port,
    azure: access,
    serves: true,
    packagePath: call.packagePath,
    onEvent: (event) => {
      const line = introduced ? hostEventLine(event) : null;
      if (line !== null) {
        screen.line(line);
        screen.record({ type: "event", ...event });
      }
    },
  });
  if (own && access !== "real") {
    await listenTo(access.armEndpoint, host.url);
  }
  screen.record({
    url: host.url,
    dataFolder,
    armEndpoint: access === "real" ? null : access.armEndpoint,
    functions: host.functionNames,
    ...(azure.drawn === null ? {} : { drawn: azure.drawn }),
  });
  introduced = true;
  introduce(screen, host.url, access);
  return host;
}

/** Before anybody learns the address: what is sent to the fleet from then on is heard here. */
async function listenTo(armEndpoint: string, url: string): Promise<void> {
  const admin = openSimulatorAdmin(armEndpoint);
  await admin.subscribeToNicWrites(`${url}/runtime/webhooks/eventgrid?functionName=nicChanged`);
  await admin.subscribeToAlerts(`${url}/api/alerts`);
}

function introduce(screen: Screen, url: string, access: SimulatorAccess | "real"): void {
  const json = "-H 'content-type: application/json'";
  screen.say(`The local host runs at ${url}; incidents: ${url}/api/incidents`);
  if (access === "real") {
    screen.say("It works on the real Azure. An action group's webhook may call /api/alerts here.");
    screen.line("Ask for a run that changes nothing:");
    screen.line(`  curl -X POST ${url}/api/heal ${json} -d '{"vmId":"VM_ID","dryRun":true}'`);
  } else {
    const simulator = `${access.armEndpoint}/_simulator`;
    const subscription = JSON.stringify({ kind: "alerts", url: `${url}/api/alerts` });
    screen.say(
      `It works on simulated Azure at ${access.armEndpoint}; its state: ${simulator}/state`,
    );
    screen.line("Have its alerts sent here (done already where it runs in this process):");
    screen.line(`  curl -X POST ${simulator}/subscriptions ${json} -d '${subscription}'`);
    screen.line("Send one:");
    screen.line(`  curl -X POST ${simulator}/alerts ${json} -d '{"vm":"vm-web-01"}'`);
  }
  screen.say("Stop with Ctrl-C.");
}
