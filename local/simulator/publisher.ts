import { metricAlert } from "./alerts.ts";
import type { AlertOrder } from "./alerts.ts";
import { deliver, handshake } from "./delivery.ts";
import { alertEvent, resourceEvent, validationEvent } from "./event-grid.ts";
import type { EventSchema, EventStamp } from "./event-grid.ts";
import type { Random } from "./random.ts";
import type { ResourceChange } from "./simulation.ts";
import type { Timeline } from "./timeline.ts";
import type { VmState, World } from "./world.ts";

/** Somebody who wants to be told. */
export interface SubscriptionOrder {
  /** Changes of resources, or fired alerts. */
  readonly kind: "eventGrid" | "alerts";
  readonly url: string;
  /** `webhook`: an action group's plain POST, for alerts only. */
  readonly schema: EventSchema | "webhook";
  /** Of which resource types changes are told, for example `Microsoft.Network/networkInterfaces`. */
  readonly resourceTypes: readonly string[];
  /** How often each thing is delivered. */
  readonly copies: number;
  /** How late it is delivered. */
  readonly delaySeconds: number;
}

/** One try to deliver. */
export interface Delivery {
  readonly at: string;
  readonly subscription: number;
  readonly attempt: number;
  /** HTTP status, or what went wrong. */
  readonly result: number | string;
}

/** An alert to send. */
export interface AlertShipment extends AlertOrder {
  readonly copies: number;
  readonly delaySeconds: number;
}

/** Tells subscribers what happens. */
export interface Publisher {
  publish(change: ResourceChange): void;
  /** @throws Error if the address does not pass Event Grid's validation handshake. */
  subscribe(order: SubscriptionOrder): Promise<number>;
  unsubscribe(id: number): void;
  /** Sends an alert of a VM to every address for alerts; gives its id. */
  alert(vm: VmState, shipment: AlertShipment): string;
  list(): {
    readonly subscriptions: readonly (SubscriptionOrder & { readonly id: number })[];
    readonly deliveries: readonly Delivery[];
  };
  /** Calls back at the first address for alerts, at once if there is one. */
  onAlertSubscriber(run: () => void): void;
  stop(): void;
}

/** What the publisher needs of simulated Azure. */
export interface PublisherContext {
  readonly world: World;
  readonly random: Random;
  readonly timeline: Timeline;
  /** Waits before each repeated delivery, in milliseconds. */
  readonly retryDelaysMs: readonly number[];
  now(): Date;
}

type Subscription = SubscriptionOrder & { readonly id: number };

/** Makes a publisher without subscribers. */
export function makePublisher(context: PublisherContext): Publisher {
  const subscriptions = new Map<number, Subscription>();
  const deliveries: Delivery[] = [];
  const stopping = new AbortController();
  let waiting: (() => void)[] = [];
  let lastId = 0;

  function stamp(): EventStamp {
    const at = context.now().toISOString();
    return { id: context.random.guid(), correlationId: context.random.guid(), at };
  }

  function send(subscription: Subscription, body: unknown, delaySeconds: number): void {
    const at = context.now().getTime() + delaySeconds * 1000;
    context.timeline.schedule(at, () => {
      void deliver({
        subscription,
        body,
        retryDelaysMs: context.retryDelaysMs,
        signal: stopping.signal,
        onAttempt: (attempt, result) => {
          const time = context.now().toISOString();
          deliveries.push({ at: time, subscription: subscription.id, attempt, result });
        },
      });
    });
  }

  function sendCopies(
    subscription: Subscription,
    body: unknown,
    extra: { copies: number; delaySeconds: number },
  ): void {
    for (let copy = 0; copy < subscription.copies * extra.copies; copy += 1) {
      send(subscription, body, subscription.delaySeconds + extra.delaySeconds);
    }
  }

  return {
    publish(change) {
      const mark = stamp();
      for (const subscription of ofKind(subscriptions, "eventGrid")) {
        const { schema } = subscription;
        if (schema !== "webhook" && wants(subscription, change.resourceType)) {
          const event = resourceEvent(context.world, change, mark, schema);
          sendCopies(subscription, event, { copies: 1, delaySeconds: 0 });
        }
      }
    },
    async subscribe(order) {
      if (order.schema !== "webhook") {
        const code = context.random.guid();
        await handshake(order, validationEvent(context.world, stamp(), code), code);
      }
      lastId += 1;
      subscriptions.set(lastId, { ...order, id: lastId });
      if (order.kind === "alerts") {
        for (const run of waiting.splice(0)) {
          run();
        }
      }
      return lastId;
    },
    unsubscribe: (id) => void subscriptions.delete(id),
    alert(vm, shipment) {
      const mark = stamp();
      const alert = metricAlert(context.world, vm, shipment, { id: mark.id, at: context.now() });
      for (const subscription of ofKind(subscriptions, "alerts")) {
        const { schema } = subscription;
        const body = schema === "webhook" ? alert : alertEvent(context.world, alert, mark, schema);
        sendCopies(subscription, body, shipment);
      }
      return mark.id;
    },
    list: () => ({ subscriptions: [...subscriptions.values()], deliveries: [...deliveries] }),
    onAlertSubscriber(run) {
      if (ofKind(subscriptions, "alerts").length > 0) {
        run();
      } else {
        waiting = [...waiting, run];
      }
    },
    stop() {
      stopping.abort();
      subscriptions.clear();
    },
  };
}

function ofKind(
  subscriptions: ReadonlyMap<number, Subscription>,
  kind: SubscriptionOrder["kind"],
): readonly Subscription[] {
  return [...subscriptions.values()].filter((subscription) => subscription.kind === kind);
}

function wants(subscription: Subscription, resourceType: string): boolean {
  return subscription.resourceTypes.some(
    (type) => type === "*" || type.toLowerCase() === resourceType.toLowerCase(),
  );
}
