import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { Duplex } from "node:stream";

import { getRequestListener } from "@hono/node-server";

import { makeAdminApp } from "./admin/admin-app.ts";
import { makeArmApp } from "./arm/arm-app.ts";
import { issueToken } from "./arm/identity.ts";
import type { Identity } from "./arm/identity.ts";
import { makePermissions, makeRights } from "./arm/rights.ts";
import { azureThrottle, UNLIMITED } from "./arm/throttle.ts";
import { makeBlobApp } from "./blobs/blob-app.ts";
import { BOOT_BLOBS } from "./blobs/boot-blobs.ts";
import { makeConsoleServer } from "./console/console-server.ts";
import { makePublisher } from "./events/publisher.ts";
import type { Publisher } from "./events/publisher.ts";
import { makeTopics } from "./events/topics.ts";
import { makeFaults } from "./faults/faults.ts";
import { makeHolds } from "./faults/holds.ts";
import { makeLatency } from "./latency.ts";
import type { LatencyProfile } from "./latency.ts";
import { makeLog } from "./log.ts";
import { serveConnect } from "./network/proxy.ts";
import { seededRandom } from "./random.ts";
import { fleetsOf } from "./scenario/scenario-fleets.ts";
import type { Scenario } from "./scenario/scenario.ts";
import type { Simulation } from "./simulation.ts";
import { makeTimeline } from "./timeline.ts";
import { buildWorld } from "./world/build-world.ts";
import type { Making } from "./world/build-world.ts";
import { fireTasks, nextTaskAt } from "./world/guests.ts";
import { catchUp } from "./world/power.ts";
import { everySubscription, findVm } from "./world/subscriptions.ts";

/** What to simulate, and how. */
export interface SimulatorOptions {
  readonly scenario: Scenario;
  /** Loopback port. @default a free one */
  readonly port?: number;
  /** @default "instant" */
  readonly latency?: LatencyProfile;
  /** Gets one line of text for each answered request and each effect. */
  readonly onLog?: (line: string) => void;
  /** The simulator's clock. @default the machine's */
  readonly now?: () => Date;
}

/** A simulated Azure that listens. */
export interface Simulator {
  /** `http://127.0.0.1:PORT`: Resource Manager, the CONNECT proxy, and the simulator's own `/_simulator`. */
  readonly armEndpoint: string;
  readonly subscriptionId: string;
  /** A bearer token which it accepts. */
  readonly token: string;
  /** Stops listening and cuts every connection. */
  close(): Promise<void>;
}

/**
 * How long an idle connection stays open. Node's own 5 s are too short for a busy client: it may send its next request
 * just when the connection is closed, which is no fault that a scenario asked for.
 */
const KEEP_ALIVE_MS = 4 * 60 * 1000;

/**
 * Starts a simulated Azure on a loopback port.
 * @throws Error if the port is taken.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  let endpoint = "";
  const { simulation, publisher } = makeSimulation(options, () => endpoint);
  const listener = makeListener(simulation, publisher);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    void listener(request, response);
  });
  const sockets = new Set<Duplex>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("connect", (request, socket, head) => {
    serveConnect(simulation, request, socket, head);
  });
  const consoles = makeConsoleServer(simulation);
  server.on("upgrade", (request, socket, head) => {
    consoles.upgrade(request, socket, head);
  });
  endpoint = await listen(server, options.port ?? 0);
  planAlerts(simulation, publisher, options.scenario);
  return {
    armEndpoint: endpoint,
    subscriptionId: simulation.world.subscriptionId,
    token: simulation.token,
    async close() {
      simulation.timeline.stop();
      publisher.stop();
      simulation.holds.clear();
      await close(server, sockets);
    },
  };
}

/** Brings a request to the part that answers it. */
function makeListener(
  simulation: Simulation,
  publisher: Publisher,
): ReturnType<typeof getRequestListener> {
  const arm = makeArmApp(simulation);
  const admin = makeAdminApp(simulation, publisher);
  const blobs = makeBlobApp(simulation);
  return getRequestListener(async (request, env) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/_simulator")) {
      return await admin.fetch(request, env);
    }
    return await (pathname.startsWith(BOOT_BLOBS) ? blobs : arm).fetch(request, env);
  });
}

function makeSimulation(
  options: SimulatorOptions,
  endpoint: () => string,
): { readonly simulation: Simulation; readonly publisher: Publisher } {
  const { scenario, now: clock = machineTime } = options;
  const random = seededRandom(scenario.seed);
  const worlds = buildWorlds(scenario, { random, now: clock().getTime() });
  const identity = { oid: random.guid(), appid: random.guid() };
  const timeline = makeTimeline({
    now: clock,
    nextOutside: () => nextTaskAt(worlds),
    runOutside: (at) => runTasks(simulation, at),
  });
  function now(): Date {
    return timeline.now();
  }
  const latency = makeLatency(options.latency ?? "instant", seededRandom(scenario.seed));
  const mail = { latency, disturbances: scenario.deliveries };
  const publisher = makePublisher({ world: worlds[0], random, timeline, ...mail, now });
  const simulation: Simulation = {
    world: worlds[0],
    worlds,
    timeline,
    latency,
    random,
    log: makeLog(now, options.onLog ?? ignore),
    faults: makeFaults(scenario.faults),
    holds: makeHolds(),
    ...emptyBooks(scenario),
    human: { oid: random.guid(), appid: random.guid() },
    ...accessOf(scenario, identity),
    ...switchesOf(scenario, now),
    now,
    endpoint,
    publish(change) {
      publisher.publish(change);
    },
  };
  return { simulation, publisher };
}

/**
 * What Azure keeps of operations and of events. The Activity Log's ids are drawn apart, so that it changes no other id.
 */
function emptyBooks({
  seed,
  topics,
  eventSubscriptions,
}: Scenario): Pick<Simulation, "operations" | "activities" | "topics" | "eventSubscriptions"> {
  return {
    operations: new Map(),
    activities: { entries: [], random: seededRandom(~seed) },
    topics: makeTopics(topics),
    eventSubscriptions,
  };
}

/** The token that is printed, what it may do, and the secrets that it may read. */
function accessOf(
  scenario: Scenario,
  identity: Identity,
): Pick<Simulation, "blobKey" | "token" | "allows" | "permissionsOf" | "secrets"> {
  return {
    // Not from the seed: a signature may not be foreseen.
    blobKey: randomUUID(),
    secrets: secretsOf(scenario),
    token: issueToken(identity, scenario.tenantId),
    allows: makeRights(scenario.role, identity),
    permissionsOf: makePermissions(scenario.role, identity),
  };
}

function secretsOf({ secrets }: Scenario): Simulation["secrets"] {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, value]) => [
      name.toLowerCase(),
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/** What a scenario chooses where Azure has more than one way. */
function switchesOf(
  scenario: Scenario,
  now: () => Date,
): Pick<
  Simulation,
  | "throttle"
  | "keepMac"
  | "allocationRestarts"
  | "dynamicKeepsAddress"
  | "pageSize"
  | "commandDeliveryMs"
  | "activityDelayMs"
> {
  return {
    throttle: scenario.throttling === "azure" ? azureThrottle(now) : UNLIMITED,
    keepMac: scenario.keepMac,
    allocationRestarts: scenario.allocationRestarts,
    dynamicKeepsAddress: scenario.dynamicKeepsAddress,
    pageSize: scenario.pageSize ?? Infinity,
    commandDeliveryMs: scenario.commandDeliverySeconds * 1000,
    activityDelayMs: scenario.activityLogDelaySeconds * 1000,
  };
}

function buildWorlds(scenario: Scenario, making: Making): Simulation["worlds"] {
  const [main, ...others] = fleetsOf(scenario);
  return [
    buildWorld(main, scenario.tenantId, making),
    ...others.map((fleet) => buildWorld(fleet, scenario.tenantId, making)),
  ];
}

function runTasks(simulation: Simulation, at: number): void {
  for (const view of everySubscription(simulation)) {
    fireTasks(view, at);
  }
  catchUp(simulation);
}

function machineTime(): Date {
  return new Date();
}

function ignore(): void {
  // Nobody listens to the log.
}

function planAlerts(simulation: Simulation, publisher: Publisher, scenario: Scenario): void {
  for (const planned of scenario.alerts) {
    publisher.onAlertSubscriber(() => {
      const found = findVm(simulation, planned.vm);
      if (found !== null) {
        publisher.alert(found.simulation.world, found.resource, {
          ...planned,
          delaySeconds: planned.afterSeconds + simulation.latency.alertMs() / 1000,
        });
      }
    });
  }
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("Simulated Azure does not listen on a TCP port.");
  }
  return `http://127.0.0.1:${address.port}`;
}

async function close(server: Server, sockets: ReadonlySet<Duplex>): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  for (const socket of sockets) {
    socket.destroy();
  }
  await closed;
}
