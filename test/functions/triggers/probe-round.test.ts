import { expect, it, vi } from "vitest";

type Handler = (timer: unknown, context: unknown) => Promise<void>;
interface Start {
  readonly instanceId: string;
  readonly input: unknown;
}

const { registered, startNew, settings } = vi.hoisted(() => ({
  registered: new Map<string, Handler>(),
  startNew: vi.fn<(name: string, options: Start) => Promise<void>>(),
  settings: { probeRoundMinutes: 0 },
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
// Nothing but settings: a trigger that asks for a store or for Azure fails here.
vi.mock("../../../functions/services.ts", () => ({ services: () => ({ settings }) }));

it("starts nothing while rounds are off, and one instance of a fixed id once they are on", async () => {
  await import("../../../functions/triggers/probe-round.ts");
  const fire = registered.get("probeRound");
  await fire?.({}, {});
  const whileOff = startNew.mock.calls.length;
  settings.probeRoundMinutes = 15;
  startNew.mockRejectedValueOnce(new Error("failed with status code: 409"));

  await fire?.({}, {});
  await fire?.({}, {});

  expect(whileOff).toBe(0);
  const names = startNew.mock.calls.map(([name, { instanceId }]) => `${name} ${instanceId}`);
  expect(names).toEqual(["probeMinute probe-minute", "probeMinute probe-minute"]);
});
