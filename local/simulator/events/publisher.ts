import { arrivalsOf, type Disturbance } from "../faults/disturbances.ts";
import type { Latency } from "../latency.ts";
import type { Random } from "../random.ts";
import type { ResourceChange } from "../simulation.ts";
import type { Timeline } from "../timeline.ts";
import type { VmState, World } from "../world/world.ts";
import { metricAlert } from "./alerts.ts";
import type { AlertOrder } from "./alerts.ts";
import { deliver, handshake } from "./delivery.ts";
import type { Address } from "./delivery.ts";
import { alertEvent, resourceEvent, validationEvent } from "./event-grid.ts";
import type { EventStamp } from "./event-grid.ts";

/** Somebody who wants to be told. */
export interface SubscriptionOrder extends Address {
  /** Changes of resources, or fired alerts. */
  readonly kind: "eventGrid" | "alerts";
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
  /** Sends an alert of a VM of that subscription to every address for alerts; gives its id. */
  alert(world: World, vm: VmState, shipment: AlertShipment): string;
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
  /** The main subscription, for what is of no other one. */
  readonly world: World;
  readonly random: Random;
  readonly timeline: Timeline;
  readonly latency: Pick<Latency, "eventMs" | "eventRetryMs" | "webhookRetryMs">;
  readonly disturbances: readonly Disturbance[];
  now(): Date;
}

type Subscription = SubscriptionOrder & { readonly id: number };

/** Makes a publisher without subscribers. */
export function makePublisher(context: PublisherContext): Publisher {
  return new LoopbackPublisher(context);
}

class LoopbackPublisher implements Publisher {
  readonly #context: PublisherContext;
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #deliveries: Delivery[] = [];
  readonly #stopping = new AbortController();
  readonly #waiting: (() => void)[] = [];
  /** How many things of each kind were sent. */
  readonly #told = { eventGrid: 0, alerts: 0 };
  #lastId = 0;

  constructor(context: PublisherContext) {
    this.#context = context;
  }

  publish(change: ResourceChange): void {
    const stamp = this.#stamp();
    const wanting = this.#ofKind("eventGrid").filter(({ resourceTypes }) =>
      wants(resourceTypes, change.resourceType),
    );
    const underWay = this.#context.latency.eventMs() / 1000;
    const arrivals = wanting.length === 0 ? [] : this.#arrivals("eventGrid");
    for (const subscription of wanting) {
      const { schema } = subscription;
      if (schema !== "webhook") {
        const event = resourceEvent(this.#context.world.tenantId, change, stamp, schema);
        const due = arrivals.map((late) => late + underWay);
        this.#send(subscription, event, due);
      }
    }
  }

  async subscribe(order: SubscriptionOrder): Promise<number> {
    if (order.schema !== "webhook") {
      const code = this.#context.random.guid();
      await handshake(order, validationEvent(this.#context.world, this.#stamp(), code), code);
    }
    this.#lastId += 1;
    const id = this.#lastId;
    this.#subscriptions.set(id, { ...order, id });
    if (order.kind === "alerts") {
      for (const run of this.#waiting.splice(0)) {
        run();
      }
    }
    return id;
  }

  unsubscribe(id: number): void {
    this.#subscriptions.delete(id);
  }

  alert(world: World, vm: VmState, shipment: AlertShipment): string {
    const stamp = this.#stamp();
    const alert = metricAlert(world, vm, shipment, { id: stamp.id, at: this.#context.now() });
    const copies = Array.from({ length: shipment.copies }, () => shipment.delaySeconds);
    const arrivals = this.#arrivals("alerts").flatMap((late) => copies.map((own) => own + late));
    for (const subscription of this.#ofKind("alerts")) {
      const { schema } = subscription;
      const body = schema === "webhook" ? alert : alertEvent(world, alert, stamp, schema);
      this.#send(subscription, body, arrivals);
    }
    return stamp.id;
  }

  list(): ReturnType<Publisher["list"]> {
    return { subscriptions: [...this.#subscriptions.values()], deliveries: [...this.#deliveries] };
  }

  onAlertSubscriber(run: () => void): void {
    if (this.#ofKind("alerts").length > 0) {
      run();
    } else {
      this.#waiting.push(run);
    }
  }

  stop(): void {
    this.#stopping.abort();
    this.#subscriptions.clear();
  }

  #stamp(): EventStamp {
    const { random } = this.#context;
    const at = this.#context.now().toISOString();
    return { id: random.guid(), correlationId: random.guid(), at };
  }

  #ofKind(kind: SubscriptionOrder["kind"]): readonly Subscription[] {
    return [...this.#subscriptions.values()].filter((subscription) => subscription.kind === kind);
  }

  /** When the next thing of that kind arrives: once for each copy, in seconds from now. */
  #arrivals(of: SubscriptionOrder["kind"]): readonly number[] {
    this.#told[of] += 1;
    return arrivalsOf(this.#context.disturbances, of, this.#told[of]);
  }

  #send(subscription: Subscription, body: unknown, arrivals: readonly number[]): void {
    const { timeline } = this.#context;
    const now = this.#context.now().getTime();
    for (const seconds of arrivals) {
      const at = now + (subscription.delaySeconds + seconds) * 1000;
      for (let copy = 0; copy < subscription.copies; copy += 1) {
        timeline.schedule(at, () => {
          void this.#deliver(subscription, body);
        });
      }
    }
  }

  async #deliver(subscription: Subscription, body: unknown): Promise<void> {
    const { latency } = this.#context;
    await deliver({
      subscription,
      body,
      retryDelaysMs:
        subscription.schema === "webhook" ? latency.webhookRetryMs : latency.eventRetryMs,
      signal: this.#stopping.signal,
      onAttempt: (attempt, result) => {
        const at = this.#context.now().toISOString();
        this.#deliveries.push({ at, subscription: subscription.id, attempt, result });
      },
    });
  }
}

function wants(resourceTypes: readonly string[], resourceType: string): boolean {
  return resourceTypes.some(
    (type) => type === "*" || type.toLowerCase() === resourceType.toLowerCase(),
  );
}
