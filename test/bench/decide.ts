import { decodeNicEvents } from "../../shared/signals/nic-events.ts";
import { aCloudNicWrite, aNicWrite, aWriteData, vmId } from "../signals/payloads.ts";

const CONTEXT = {
  receivedAt: "2026-03-02T08:04:00.000Z",
  ownIdentity: { oid: "7d2f8a14-3c55-4b0e-8f61-0c9a5d3e2b01", appid: null },
};

/** Events that start nothing, in about the mix of a busy subscription: other types, and writes of other resources. */
function irrelevantEvents(count: number): readonly unknown[] {
  const data = aWriteData({
    resourceUri: vmId(),
    operationName: "Microsoft.Compute/virtualMachines/write",
  });
  return Array.from({ length: count }, (_, index) => {
    const id = `event-${index}`;
    switch (index % 4) {
      case 0:
        return aNicWrite({ id, data, subject: vmId() });
      case 1:
        return aCloudNicWrite({ id, data, subject: vmId() });
      case 2:
        return aNicWrite({ id, data, eventType: "Microsoft.Resources.ResourceActionSuccess" });
      default:
        return aCloudNicWrite({ id, data, type: "Microsoft.Resources.ResourceDeleteSuccess" });
    }
  });
}

/** Decisions per second, on one core, about events that start nothing; each is a delivery of its own. */
export function decisionsPerSecond(count = 200_000): number {
  const events = irrelevantEvents(count);
  decide(events.slice(0, 10_000));
  const start = performance.now();
  const ignored = decide(events);
  const seconds = (performance.now() - start) / 1000;
  if (ignored !== count) {
    throw new Error(`Only ${ignored} of ${count} events were ignored.`);
  }
  return Math.round(count / seconds);
}

function decide(events: readonly unknown[]): number {
  let ignored = 0;
  for (const event of events) {
    ignored += decodeNicEvents(event, CONTEXT).filter(({ kind }) => kind === "ignored").length;
  }
  return ignored;
}
