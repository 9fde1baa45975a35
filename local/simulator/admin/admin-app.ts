import { Hono } from "hono";
import type { Context } from "hono";
import type { z } from "zod";

import type { WebEnvironment } from "../arm/arm-app.ts";
import { ArmError } from "../arm/arm-error.ts";
import type { Publisher } from "../events/publisher.ts";
import { rdpOf } from "../guest/remote-desktop.ts";
import { fault } from "../scenario/fault-schema.ts";
import type { Simulation } from "../simulation.ts";
import { changeAddress, changeGuest, logOnVm, setPower, touchTags } from "../world/human.ts";
import { settle } from "../world/power.ts";
import { findNic, findVm } from "../world/subscriptions.ts";
import type { Found } from "../world/subscriptions.ts";
import { nicsOf } from "../world/world.ts";
import type { NicState, VmState } from "../world/world.ts";
import {
  alertBody,
  guestBody,
  holdBody,
  nicBody,
  powerBody,
  subscriptionBody,
  vmBody,
} from "./admin-schema.ts";
import { renderState } from "./state-view.ts";

type AdminContext = Context<WebEnvironment>;

/** Longest wait of `GET /_simulator/holds/ID?wait=SECONDS`. */
const LONGEST_WAIT_SECONDS = 60;

/** Makes `/_simulator`: what people and tests see and change beside Resource Manager. Nothing here is logged. */
export function makeAdminApp(simulation: Simulation, publisher: Publisher): Hono<WebEnvironment> {
  const app = new Hono<WebEnvironment>().basePath("/_simulator");
  app.onError((error, context) =>
    error instanceof ArmError
      ? context.json({ error: error.message }, error.status === 404 ? 404 : 400)
      : context.json({ error: error.message }, 500),
  );
  addViews(app, simulation);
  addFaults(app, simulation);
  addHolds(app, simulation);
  addPeople(app, simulation);
  addNews(app, simulation, publisher);
  return app;
}

function addViews(app: Hono<WebEnvironment>, simulation: Simulation): void {
  app.get("/", (context) =>
    context.json({
      armEndpoint: simulation.endpoint(),
      subscriptionId: simulation.world.subscriptionId,
      resourceGroup: simulation.world.resourceGroup,
      subscriptions: simulation.worlds.map((world) => ({
        id: world.subscriptionId,
        name: world.subscriptionName,
        resourceGroup: world.resourceGroup,
      })),
      token: simulation.token,
    }),
  );
  app.get("/state", (context) => {
    settle(simulation);
    return context.json(renderState(simulation));
  });
  app.get("/log", (context) => {
    settle(simulation);
    return context.json(simulation.log.read());
  });
  app.get("/topics", (context) => {
    const topics = [...simulation.topics.values()].map(({ name, events }) => ({
      name,
      endpoint: `${simulation.endpoint()}/topics/${name}/api/events`,
      events,
    }));
    return context.json({ topics });
  });
  app.delete("/log", (context) => {
    simulation.log.reset();
    return context.json({ reset: true });
  });
}

function addFaults(app: Hono<WebEnvironment>, simulation: Simulation): void {
  app.get("/faults", (context) => context.json({ faults: simulation.faults.list() }));
  app.post("/faults", async (context) => {
    const wanted = await readBody(context, fault);
    return context.json(simulation.faults.add(wanted), 201);
  });
  app.delete("/faults/:id?", (context) => {
    const id = context.req.param("id");
    simulation.faults.remove(id === undefined ? undefined : Number(id));
    return context.json({ faults: simulation.faults.list() });
  });
}

function addHolds(app: Hono<WebEnvironment>, simulation: Simulation): void {
  const { holds } = simulation;
  app.get("/holds", (context) => context.json({ holds: holds.list() }));
  app.post("/holds", async (context) => {
    const order = await readBody(context, holdBody);
    return context.json(holds.add(order), 201);
  });
  app.delete("/holds", (context) => {
    holds.clear();
    return context.json({ holds: [] });
  });
  app.get("/holds/:id", async (context) => {
    const id = Number(context.req.param("id"));
    const wait = Math.min(Number(context.req.query("wait") ?? 0), LONGEST_WAIT_SECONDS);
    if (wait > 0) {
      await holds.reached(id, wait * 1000);
    }
    return context.json(known(holds.get(id), "hold"));
  });
  app.post("/holds/:id/release", (context) => {
    const id = Number(context.req.param("id"));
    holds.release(known(holds.get(id), "hold").id);
    return context.json(known(holds.get(id), "hold"));
  });
}

function addPeople(app: Hono<WebEnvironment>, simulation: Simulation): void {
  app.post("/vms/:name/guest", async (context) => {
    const change = await readBody(context, guestBody);
    return act(simulation, context, () => {
      const found = vmOf(simulation, context);
      changeGuest(found.simulation, found.resource, change);
    });
  });
  app.post("/vms/:name/power", async (context) => {
    const { state } = await readBody(context, powerBody);
    return act(simulation, context, () => {
      const found = vmOf(simulation, context);
      setPower(found.simulation, found.resource, state);
    });
  });
  app.patch("/vms/:name", async (context) => {
    const change = await readBody(context, vmBody);
    return act(simulation, context, () => {
      changeVm(vmOf(simulation, context), change);
    });
  });
  app.post("/nics/:name", async (context) => {
    const { address } = await readBody(context, nicBody);
    return act(simulation, context, () => {
      const nic = nicOf(simulation, context);
      if (address === undefined) {
        touchTags(nic.simulation, nic.resource);
      } else {
        changeAddress(nic.simulation, nic.resource, address === "next" ? null : address);
      }
    });
  });
}

function addNews(app: Hono<WebEnvironment>, simulation: Simulation, publisher: Publisher): void {
  app.get("/subscriptions", (context) => context.json(publisher.list()));
  app.post("/subscriptions", async (context) => {
    const order = await readBody(context, subscriptionBody);
    try {
      return context.json({ id: await publisher.subscribe(order) }, 201);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return context.json({ error: `Not subscribed: ${reason}` }, 400);
    }
  });
  app.delete("/subscriptions/:id", (context) => {
    publisher.unsubscribe(Number(context.req.param("id")));
    return context.json(publisher.list());
  });
  app.post("/alerts", async (context) => {
    const { vm, ...shipment } = await readBody(context, alertBody);
    const found = known(findVm(simulation, vm), `VM ${vm}`);
    const alertId = publisher.alert(found.simulation.world, found.resource, shipment);
    return context.json({ alertId }, 202);
  });
}

function act(simulation: Simulation, context: AdminContext, change: () => void): Response {
  settle(simulation);
  change();
  settle(simulation);
  return context.json(renderState(simulation));
}

function changeVm(
  { simulation, resource: vm }: Found<VmState>,
  change: z.output<typeof vmBody>,
): void {
  if (change.tags !== undefined) {
    vm.tags = change.tags;
    logOnVm(simulation, vm, "write");
  }
  vm.agentInstalled = change.agent ?? vm.agentInstalled;
  vm.agentSurvivesWrongAddress = change.agentSurvivesWrongAddress ?? vm.agentSurvivesWrongAddress;
  setListening(vm, change.rdpListening ?? vm.rdpListening);
  if (change.health !== undefined) {
    vm.health = { ...change.health, since: simulation.now().getTime() };
  }
  for (const nic of nicsOf(simulation.world, vm).slice(0, 1)) {
    nic.lease = change.lease ?? nic.lease;
  }
  const detail = Object.keys(change).join(", ");
  simulation.log.effect({ kind: "vmUpdated", by: "human", vm: vm.name, detail });
}

function setListening(vm: VmState, listener: boolean): void {
  vm.rdpListening = listener;
  vm.guest &&= { ...vm.guest, rdp: { ...rdpOf(vm.guest), listener } };
}

function vmOf(simulation: Simulation, context: AdminContext): Found<VmState> {
  const name = context.req.param("name") ?? "";
  return known(findVm(simulation, name), `VM ${name}`);
}

function nicOf(simulation: Simulation, context: AdminContext): Found<NicState> {
  const name = context.req.param("name") ?? "";
  return known(findNic(simulation, name), `NIC ${name}`);
}

function known<T>(value: T | null | undefined, what: string): T {
  if (value === undefined || value === null) {
    throw new ArmError(404, "NotFound", `There is no such ${what}.`);
  }
  return value;
}

async function readBody<T extends z.ZodType>(
  context: AdminContext,
  schema: T,
): Promise<z.output<T>> {
  let data: unknown;
  try {
    data = await context.req.json();
  } catch {
    throw new ArmError(400, "BadRequest", "The body is not JSON.");
  }
  const parsed = schema.safeParse(data);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${["body", ...issue.path.map(String)].join(".")}: ${issue.message}`,
    );
    throw new ArmError(400, "BadRequest", problems.join("; "));
  }
  return parsed.data;
}
