import { z } from "zod";

import { ConfigurationError } from "../../shared/domain/errors.ts";
import type { FunctionCallback, Registration } from "./core-module.ts";
import { parseSchedule } from "./schedule.ts";
import type { Schedule } from "./schedule.ts";

/** What starts a function. */
export type Trigger =
  | { readonly kind: "http"; readonly route: string; readonly methods: readonly string[] }
  | { readonly kind: "eventGrid" }
  | { readonly kind: "timer"; readonly schedule: Schedule; readonly runOnStartup: boolean }
  | { readonly kind: "orchestration" }
  | { readonly kind: "activity" };

/** A function that the host can run. */
export interface HostFunction {
  readonly name: string;
  readonly trigger: Trigger;
  /** Name of the trigger's binding; the library adds a hash to it. */
  readonly triggerBinding: string;
  /** Names of the bindings that get a Durable client. */
  readonly clientBindings: readonly string[];
  readonly metadata: unknown;
  readonly callback: FunctionCallback;
}

/** All functions of the app, by name. */
export type Registry = ReadonlyMap<string, HostFunction>;

const bindingSchema = z.looseObject({ type: z.string(), direction: z.string().optional() });
const metadataSchema = z.object({
  name: z.string(),
  bindings: z.record(z.string(), bindingSchema),
});
const httpSchema = z.object({
  route: z.string().optional(),
  methods: z.array(z.string()).default(["GET", "POST"]),
});
const timerSchema = z.object({ schedule: z.string(), runOnStartup: z.boolean().default(false) });

type Binding = z.output<typeof bindingSchema>;

/**
 * Reads what the app registered.
 * @throws ConfigurationError for a trigger that this host cannot run, entities among them, and for a name used twice.
 */
export function readRegistrations(registrations: readonly Registration[]): Registry {
  const functions = new Map<string, HostFunction>();
  for (const registration of registrations) {
    const found = readRegistration(registration);
    if (functions.has(found.name)) {
      throw new ConfigurationError(`Two functions are named '${found.name}'.`, {
        code: "duplicate-function",
        nextStep: "Rename one of them.",
      });
    }
    functions.set(found.name, found);
  }
  return functions;
}

function readRegistration(registration: Registration): HostFunction {
  const { name, bindings } = metadataSchema.parse(registration.metadata);
  const entries = Object.entries(bindings);
  const trigger = entries.find(([, binding]) => binding.type.toLowerCase().endsWith("trigger"));
  if (trigger === undefined) {
    throw unsupported(name, "no trigger");
  }
  const [triggerBinding, binding] = trigger;
  return {
    name,
    trigger: readTrigger(name, binding),
    triggerBinding,
    clientBindings: entries.filter(([, other]) => isClient(other.type)).map(([key]) => key),
    metadata: registration.metadata,
    callback: registration.callback,
  };
}

function readTrigger(name: string, binding: Binding): Trigger {
  switch (binding.type) {
    case "httpTrigger": {
      const { route, methods } = httpSchema.parse(binding);
      return { kind: "http", route: route ?? name, methods };
    }
    case "eventGridTrigger":
      return { kind: "eventGrid" };
    case "timerTrigger": {
      const { schedule, runOnStartup } = timerSchema.parse(binding);
      return { kind: "timer", schedule: parseSchedule(schedule), runOnStartup };
    }
    case "orchestrationTrigger":
      return { kind: "orchestration" };
    case "activityTrigger":
      return { kind: "activity" };
    default:
      throw unsupported(name, binding.type);
  }
}

function isClient(type: string): boolean {
  return type === "durableClient" || type === "orchestrationClient";
}

function unsupported(name: string, what: string): ConfigurationError {
  return new ConfigurationError(`The local host cannot run function '${name}': ${what}.`, {
    code: "unsupported-trigger",
    nextStep:
      "Use an HTTP, Event Grid, timer, orchestration or activity trigger; entities run only in Azure.",
  });
}
