import { beforeEach, expect, it, vi } from "vitest";

import { ownIdentityIfKnown } from "../../../functions/triggers/own-identity.ts";

const { azure } = vi.hoisted(() => ({
  azure: vi.fn<() => Promise<{ ownIdentity: () => Promise<unknown> }>>(),
}));

vi.mock("../../../functions/services.ts", () => ({ services: () => ({ azure }) }));

beforeEach(() => {
  vi.clearAllMocks();
});

it("is what the token says", async () => {
  const own = { oid: "our-object", appid: "our-app" };
  azure.mockResolvedValue({ ownIdentity: async () => await Promise.resolve(own) });

  expect(await ownIdentityIfKnown()).toEqual(own);
});

it("is unknown where no token comes in time", async () => {
  azure.mockReturnValue(new Promise(() => undefined));

  expect(await ownIdentityIfKnown()).toBeNull();
});

it("is unknown where there is trouble with it", async () => {
  azure.mockRejectedValue(new Error("no sign-in"));

  expect(await ownIdentityIfKnown()).toBeNull();
});
