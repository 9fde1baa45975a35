import { beforeEach, expect, it, vi } from "vitest";

import { readSettings } from "../../../shared/settings.ts";

interface Registered {
  readonly authLevel: string;
  readonly methods: readonly string[];
}

const { http, services } = vi.hoisted(() => ({
  http: vi.fn<(name: string, options: Registered) => void>(),
  services: vi.fn<() => unknown>(),
}));

vi.mock("@azure/functions", () => ({ app: { http } }));
vi.mock("durable-functions", () => ({ input: { durableClient: () => null } }));
vi.mock("../../../functions/services.ts", () => ({ services }));

const ENTRA = {
  REMEDIATOR_AUTH: "entra",
  REMEDIATOR_ENTRA_TENANT: "c0ffee00-1111-4222-8333-444455556666",
  REMEDIATOR_ENTRA_CLIENT: "ab5eed00-1111-4222-8333-444455556666",
};

beforeEach(() => {
  vi.resetModules();
});

it.each<[string, Record<string, string>, string]>([
  ["asks for a key unless it is told otherwise", {}, "function"],
  ["leaves it to this program where callers show tokens", ENTRA, "anonymous"],
  ["asks for a key where the settings are wrong", { REMEDIATOR_AUTH: "entra" }, "function"],
])("the host %s", async (_what, variables, level) => {
  services.mockImplementation(() => ({ settings: readSettings(variables) }));

  const { httpRoute } = await import("../../../functions/triggers/http-route.ts");
  httpRoute("look", {
    method: "GET",
    route: "look",
    access: "read",
    handle: async () => await Promise.resolve({}),
  });

  expect(http).toHaveBeenCalledOnce();
  expect(http.mock.calls[0]?.[1]).toMatchObject({ authLevel: level, methods: ["GET"] });
});
