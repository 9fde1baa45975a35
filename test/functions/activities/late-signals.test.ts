import { expect, it, vi } from "vitest";

import { takeLateSignals } from "../../../functions/activities/signals.ts";
import type { RunScope } from "../../../shared/domain/signal.ts";
import { aSignal, anIncident, VM_ID } from "../../builders.ts";
import { aStore } from "./a-store.ts";

it("a signal that came late is named by its incident although the first try died before it was taken", async () => {
  const store = await aStore();
  const { id: incidentId } = await store.openIncident(anIncident({ signalIds: ["first"] }));
  await store.addSignal(aSignal({ id: "late" }));
  const [signal] = await store.pendingSignals(VM_ID);
  const scope: RunScope = {
    vmId: VM_ID.toLowerCase(),
    purpose: {
      mode: "heal",
      signalIds: ["first"],
      operator: false,
      readGuest: true,
      console: false,
      pinAddress: false,
      alerted: true,
      nicWrittenAt: null,
      nicId: null,
      nicIds: [null],
    },
    factsReadAt: null,
    guestVisited: true,
  };
  const settleSignals = vi.spyOn(store, "settleSignals");
  settleSignals.mockRejectedValueOnce(new Error("The host died."));

  await expect(takeLateSignals(store, scope, incidentId)).rejects.toThrow("died");
  await takeLateSignals(store, scope, incidentId);

  expect(signal?.id).toBe("late");
  expect((await store.getIncident(incidentId))?.signalIds).toEqual(["first", "late"]);
  expect((await store.getSignal("late"))?.state).toEqual({ kind: "taken", incidentId });
});
