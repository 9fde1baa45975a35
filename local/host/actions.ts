import { z } from "zod";

/** When and how often a failed task is tried again. Times are in milliseconds. */
export interface RetryPolicy {
  readonly firstDelayMs: number;
  readonly maxAttempts: number;
  /** @default 1 */
  readonly factor: number;
  readonly maxDelayMs: number | null;
}

/** A task that an orchestrator asked for. Inputs are JSON text. */
export type Action =
  | {
      readonly kind: "activity";
      readonly name: string;
      readonly input: string;
      readonly retry: RetryPolicy | null;
    }
  | {
      readonly kind: "subOrchestration";
      readonly name: string;
      readonly instanceId: string | null;
      /** Null: the host's default. */
      readonly version: string | null;
      readonly input: string;
      readonly retry: RetryPolicy | null;
    }
  | { readonly kind: "timer"; readonly fireAt: string; readonly cancelled: boolean }
  | { readonly kind: "wait"; readonly eventName: string }
  | { readonly kind: "continueAsNew"; readonly input: string };

/** What one call of an orchestrator returned: everything that it asked for since its start, in order. */
export interface Outcome {
  readonly done: boolean;
  readonly actions: readonly Action[];
  /** JSON text. */
  readonly output: string;
  /** Message of the error that ended it; null if none did. */
  readonly error: string | null;
  /** JSON text; null when the orchestrator has not set one. */
  readonly customStatus: string | null;
}

const retrySchema = z
  .object({
    firstRetryIntervalInMilliseconds: z.number(),
    maxNumberOfAttempts: z.number(),
    backoffCoefficient: z.number().nullish(),
    maxRetryIntervalInMilliseconds: z.number().nullish(),
  })
  .transform((options): RetryPolicy => ({
    firstDelayMs: options.firstRetryIntervalInMilliseconds,
    maxAttempts: options.maxNumberOfAttempts,
    factor: options.backoffCoefficient ?? 1,
    maxDelayMs: options.maxRetryIntervalInMilliseconds ?? null,
  }));

const call = { functionName: z.string(), input: z.unknown().optional() };
const child = { ...call, instanceId: z.string().nullish(), version: z.string().nullish() };
const compoundSchema = z.object({ compoundActions: z.array(z.unknown()) });
const actionSchema = z.discriminatedUnion("actionType", [
  z.object({ actionType: z.literal(0), ...call }),
  z.object({ actionType: z.literal(1), ...call, retryOptions: retrySchema }),
  z.object({ actionType: z.literal(2), ...child }),
  z.object({ actionType: z.literal(3), ...child, retryOptions: retrySchema }),
  z.object({ actionType: z.literal(4), input: z.unknown().optional() }),
  z.object({ actionType: z.literal(5), fireAt: z.string(), isCanceled: z.boolean() }),
  z.object({ actionType: z.literal(6), externalEventName: z.string() }),
]);
const typeSchema = z.object({ actionType: z.number() });
const outcomeSchema = z.object({
  isDone: z.boolean(),
  actions: z.array(z.array(z.unknown())),
  output: z.unknown().optional(),
  error: z.string().optional(),
  customStatus: z.unknown().optional(),
});

const compoundTypes: ReadonlySet<number> = new Set([11, 12]);
const supportedTypes: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 5, 6]);

/**
 * Reads what the library returned for one call of an orchestrator.
 * @throws Error when it asks for something that this host cannot do, such as an entity.
 */
export function readOutcome(json: string): Outcome {
  const raw = outcomeSchema.parse(JSON.parse(json));
  return {
    done: raw.isDone,
    actions: raw.actions.flat().flatMap((action) => readAction(action)),
    output: JSON.stringify(raw.output ?? null),
    error: raw.error ?? null,
    customStatus: raw.customStatus === undefined ? null : JSON.stringify(raw.customStatus),
  };
}

function readAction(value: unknown): Action[] {
  const { actionType } = typeSchema.parse(value);
  if (compoundTypes.has(actionType)) {
    return compoundSchema.parse(value).compoundActions.flatMap((inner) => readAction(inner));
  }
  if (!supportedTypes.has(actionType)) {
    throw new Error(
      `The local host does not know action ${actionType}: entities and HTTP calls of orchestrators run only in Azure.`,
    );
  }
  return [toAction(actionSchema.parse(value))];
}

function toAction(action: z.output<typeof actionSchema>): Action {
  switch (action.actionType) {
    case 0:
      return activity(action, null);
    case 1:
      return activity(action, action.retryOptions);
    case 2:
      return subOrchestration(action, null);
    case 3:
      return subOrchestration(action, action.retryOptions);
    case 4:
      return { kind: "continueAsNew", input: inputText(action.input) };
    case 5:
      return { kind: "timer", fireAt: action.fireAt, cancelled: action.isCanceled };
    case 6:
      return { kind: "wait", eventName: action.externalEventName };
  }
}

function activity(
  action: { readonly functionName: string; readonly input?: unknown },
  retry: RetryPolicy | null,
): Action {
  return { kind: "activity", name: action.functionName, input: inputText(action.input), retry };
}

function subOrchestration(
  action: {
    readonly functionName: string;
    readonly input?: unknown;
    readonly instanceId?: string | null | undefined;
    readonly version?: string | null | undefined;
  },
  retry: RetryPolicy | null,
): Action {
  return {
    kind: "subOrchestration",
    name: action.functionName,
    instanceId: action.instanceId ?? null,
    version: action.version ?? null,
    input: JSON.stringify(action.input ?? null),
    retry,
  };
}

/** For activities and continue-as-new the library hands over text as JSON text, everything else as it is. */
function inputText(input: unknown): string {
  return typeof input === "string" ? input : JSON.stringify(input ?? null);
}

/**
 * Names a task that an orchestrator put into a second Task.any or Task.all, undefined if there is none. The library sends
 * such a task twice and a real host starts it twice (Azure/azure-functions-durable-js#574); to wait for it again, yield
 * the task by itself. Waits for external events are harmless.
 */
export function findReusedTask(result: unknown): string | undefined {
  const seen = new Set<unknown>();
  const open: unknown[] = outcomeObject.parse(result).actions.flat().toReversed();
  while (open.length > 0) {
    const action = open.pop();
    const { actionType, functionName, compoundActions } = actionObject.parse(action);
    if (compoundActions !== undefined) {
      open.push(...compoundActions.toReversed());
    } else if (actionType !== 6 && seen.has(action)) {
      return functionName ?? "timer";
    }
    seen.add(action);
  }
  return undefined;
}

// `z.custom` keeps the objects themselves: a parsed copy would hide that two of them are one.
const anything = z.custom<unknown>(() => true);
const outcomeObject = z.object({ actions: z.array(z.array(anything)) });
const actionObject = z.object({
  actionType: z.number(),
  functionName: z.string().optional(),
  compoundActions: z.array(anything).optional(),
});
