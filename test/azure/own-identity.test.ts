import { expect, it } from "vitest";

import { identityOfToken, tenantOfToken } from "../../shared/azure/identity/own-identity.ts";

function aToken(payload: unknown): string {
  return `header.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.signature`;
}

it("reads both ids out of an access token", () => {
  const identity = identityOfToken(aToken({ oid: "object-1", appid: "app-1", name: "Bot é" }));

  expect(identity).toEqual({ oid: "object-1", appid: "app-1" });
});

it("reads a token that holds only one of them", () => {
  expect(identityOfToken(aToken({ oid: "object-1" }))).toEqual({ oid: "object-1", appid: null });
});

it.each([
  ["opaque", "just-a-secret"],
  ["of other contents", aToken({ sub: "x" })],
  ["of ids that are no text", aToken({ oid: 7 })],
  ["of no JSON", "a.bm90IGpzb24.c"],
])("knows no identity from a token that is %s", (_form, token) => {
  expect(identityOfToken(token)).toBeNull();
});

it.each([
  [
    "a tenant's id",
    { tid: "c4d8f0b2-6a37-4e1c-b5a9-0f3e7d618b25" },
    "c4d8f0b2-6a37-4e1c-b5a9-0f3e7d618b25",
  ],
  ["something else", { tid: "/../x" }, null],
  ["nothing", {}, null],
])("reads the tenant out of an access token that holds %s", (_what, payload, tenant) => {
  expect(tenantOfToken(aToken(payload))).toBe(tenant);
});
