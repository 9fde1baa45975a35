import { beforeEach, expect, it, vi } from "vitest";

import { NIC_ID, OS_DISK_ID } from "../../builders.ts";

type Handler = (event: unknown, context: unknown) => Promise<void>;

const { registered, ownIdentity, addSignal } = vi.hoisted(() => ({
  registered: new Map<string, Handler>(),
  ownIdentity: vi.fn<() => Promise<unknown>>(
    async () => await Promise.resolve({ oid: "our-object", appid: "our-app" }),
  ),
  addSignal: vi.fn<(signal: unknown) => Promise<string>>(
    async () => await Promise.resolve("known"),
  ),
}));

vi.mock("@azure/functions", () => ({
  app: {
    eventGrid: (name: string, { handler }: { handler: Handler }) => registered.set(name, handler),
  },
}));
vi.mock("durable-functions", () => ({
  getClient: () => null,
  input: { durableClient: () => null },
}));
vi.mock("../../../functions/services.ts", () => ({
  services: () => ({
    azure: async () => await Promise.resolve({ ownIdentity }),
    store: async () => await Promise.resolve({ addSignal }),
  }),
}));

function aWriteOf(resourceUri: string, oid: string): Record<string, unknown> {
  const objectId = "http://schemas.microsoft.com/identity/claims/objectidentifier";
  return {
    id: "event-1",
    eventType: "Microsoft.Resources.ResourceWriteSuccess",
    data: { resourceUri, claims: { [objectId]: oid } },
  };
}

async function nicChanged(event: unknown): Promise<void> {
  await import("../../../functions/triggers/nic-changed.ts");
  await registered.get("nicChanged")?.(event, {});
}

beforeEach(() => {
  vi.clearAllMocks();
});

it("asks who it is only for the write of a NIC, since most events are of other resources", async () => {
  await nicChanged(aWriteOf(OS_DISK_ID, "somebody"));

  expect(ownIdentity).not.toHaveBeenCalled();
  expect(addSignal).not.toHaveBeenCalled();
});

it.each([
  ["somebody", "pending"],
  ["our-object", "ignored"],
])("stores the write of a NIC by %s as %s", async (oid, kind) => {
  await nicChanged(aWriteOf(NIC_ID, oid));

  expect(addSignal.mock.calls).toMatchObject([[{ source: "nicChanged", state: { kind } }]]);
});
