import { expect, it, vi } from "vitest";

import { aSignal, NIC_ID, VM_ID } from "../../builders.ts";

type Handler = (timer: unknown, context: unknown) => Promise<void>;

const { registered, startNew, pendingSignalsBefore } = vi.hoisted(() => ({
  registered: new Map<string, Handler>(),
  startNew: vi.fn<(name: string, options: { instanceId: string }) => Promise<void>>(),
  pendingSignalsBefore: vi.fn<(before: string, limit: number) => Promise<unknown>>(),
}));

vi.mock("@azure/functions", () => ({
  app: {
    timer: (name: string, { handler }: { handler: Handler }) => registered.set(name, handler),
  },
}));
vi.mock("durable-functions", () => ({
  getClient: () => ({ startNew }),
  input: { durableClient: () => null },
}));
vi.mock("../../../functions/services.ts", () => ({
  services: () => ({
    settings: { paused: false, telemetry: { kind: "off" } },
    store: async () => await Promise.resolve({ pendingSignalsBefore }),
  }),
}));

it("starts one run for each VM and other target that is waited for, however many signals name it, and though one start fails", async () => {
  const ofOneVm = Array.from({ length: 300 }, (_, index) => aSignal({ id: `sig-${index}` }));
  const ofAnother = aSignal({ id: "other", vmId: `${VM_ID.toLowerCase()}-b` });
  const target = { kind: "nic", nicId: NIC_ID.toLowerCase() } as const;
  const ofANic = aSignal({ id: "nic", vmId: null, nicId: target.nicId, target });
  const names = [
    { kind: "address", address: "10.71.4.20" },
    { kind: "address", address: "10.71.4.20" },
    { kind: "computer", computer: "vm-crane-01" },
  ] as const;
  const ofNames = names.map((name, index) =>
    aSignal({ id: `name-${index}`, vmId: null, nicId: null, target: name }),
  );
  pendingSignalsBefore.mockResolvedValue([...ofOneVm, ofAnother, ofANic, ...ofNames]);

  startNew.mockRejectedValueOnce(new Error("Durable is not there."));
  const warn = vi.fn<(text: string, fields: object) => void>();

  await import("../../../functions/triggers/sweep.ts");
  await registered.get("sweep")?.({}, { warn });

  const started = startNew.mock.calls.map(([name]) => name);
  const instances = new Set(startNew.mock.calls.map(([, { instanceId }]) => instanceId));
  expect(started).toEqual(["healVm", "healVm", "resolveTarget", "resolveTarget", "resolveTarget"]);
  expect(instances.size).toBe(5);
  expect(warn.mock.calls).toEqual([
    [
      "run not started",
      { eventId: "SIR104", target: VM_ID.toLowerCase(), message: "Durable is not there." },
    ],
  ]);
});
