import type { DurableClient } from "durable-functions";
import { expect, it, vi } from "vitest";

import { takeIn } from "../../../functions/triggers/take-in.ts";
import { aSignal, VM_ID } from "../../builders.ts";

const { addSignal } = vi.hoisted(() => ({ addSignal: vi.fn<() => Promise<"added">>() }));

vi.mock("../../../functions/services.ts", () => ({
  services: () => ({
    settings: { paused: false },
    store: async () => await Promise.resolve({ addSignal }),
  }),
}));

it("stores each signal of a delivery although a run does not start, which the log tells", async () => {
  addSignal.mockResolvedValue("added");
  const startNew = vi.fn<() => Promise<string>>();
  startNew.mockRejectedValueOnce(new Error("Durable is not there."));
  const tell = vi.fn<(name: string, fields: object) => void>();
  const vms = ["a", "b", "c"].map((name) => `${VM_ID.toLowerCase()}-${name}`);
  const signals = vms.map((vmId) => aSignal({ id: vmId, vmId }));

  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part of the client that is used
  await takeIn({ startNew } as unknown as DurableClient, signals, tell);

  expect(addSignal).toHaveBeenCalledTimes(3);
  expect(startNew).toHaveBeenCalledTimes(3);
  expect(tell.mock.calls).toEqual([
    ["runNotStarted", { target: vms[0], message: "Durable is not there." }],
  ]);
});
