import { RestError, createHttpHeaders, createPipelineRequest } from "@azure/core-rest-pipeline";
import { AggregateAuthenticationError, CredentialUnavailableError } from "@azure/identity";
import { describe, expect, it } from "vitest";

import { toAzureRequestError } from "../../shared/azure/errors.ts";
import { AzureRequestError, ConfigurationError } from "../../shared/domain/errors.ts";

function anAnswer(
  status: number,
  code: string | undefined,
  message = "Azure's own words.",
  headers: Record<string, string> = {},
): RestError {
  const request = createPipelineRequest({ url: "https://management.azure.com/x" });
  return new RestError(message, {
    statusCode: status,
    ...(code === undefined ? {} : { code }),
    request,
    response: { status, request, headers: createHttpHeaders(headers) },
  });
}

describe("what Azure answered", () => {
  it.each([
    [400, "InvalidParameter", "rejected", false],
    [401, "InvalidAuthenticationToken", "unauthenticated", false],
    [403, "AuthorizationFailed", "forbidden", false],
    [404, "ResourceNotFound", "not-found", false],
    [408, "RequestTimeout", "azure-unavailable", true],
    [409, "OperationNotAllowed", "conflict", false],
    [409, "ScopeLocked", "locked", false],
    [409, "AnotherOperationInProgress", "conflict", true],
    [412, "PreconditionFailed", "changed-meanwhile", false],
    [429, "TooManyRequests", "throttled", true],
    [500, "InternalServerError", "azure-unavailable", true],
    [501, "NotImplemented", "rejected", false],
    [503, "ServerTimeout", "azure-unavailable", true],
    [505, "HttpVersionNotSupported", "rejected", false],
  ])("turns %i %s into %s, retryable: %s", (status, azureCode, code, retryable) => {
    const error = toAzureRequestError(anAnswer(status, azureCode), "read VM vm-web-01");

    expect(error).toMatchObject({ status, azureCode, code, retryable });
    expect(error.message).toContain(`Cannot read VM vm-web-01 (${status} ${azureCode})`);
    expect(error.nextStep).not.toBe("");
  });

  it("hands on Azure's wait and its request id", () => {
    const headers = { "retry-after": "42", "x-ms-request-id": "request-7" };

    const error = toAzureRequestError(anAnswer(429, "TooManyRequests", "Wait.", headers), "x");

    expect(error).toMatchObject({ retryAfterSeconds: 42, requestId: "request-7" });
  });

  it("names the right to grant, the linked scope's where that one is missing", () => {
    const message =
      "The client '11111111-2222' with object id '33333333-4444' has permission to perform action 'Microsoft.Compute/snapshots/write' on scope '/subscriptions/s/resourceGroups/rg-a'; however, it does not have permission to perform action(s) 'Microsoft.Compute/disks/beginGetAccess/action' on the linked scope(s) '/subscriptions/s/resourceGroups/rg-b/providers/Microsoft.Compute/disks/d' (respectively).";

    const error = toAzureRequestError(anAnswer(403, "LinkedAuthorizationFailed", message), "x");

    expect(error.nextStep).toBe(
      "Grant the identity of this program 'Microsoft.Compute/disks/beginGetAccess/action' on /subscriptions/s/resourceGroups/rg-b/providers/Microsoft.Compute/disks/d.",
    );
  });

  it("says that a lock has to go", () => {
    expect(toAzureRequestError(anAnswer(409, "ScopeLocked"), "x").nextStep).toContain(
      "Remove the lock",
    );
  });

  it("says that a policy, not a right, is in the way", () => {
    const message = "Resource 'x' was disallowed by policy.";

    const error = toAzureRequestError(anAnswer(403, "RequestDisallowedByPolicy", message), "x");

    expect(error.nextStep).toContain("Azure Policy");
  });

  it("keeps identities, tokens and queries out of its message", () => {
    const message =
      "The client 'someone@example.com' with object id 'abc-def' sent Bearer eyJhbGciOi.eyJvaWQiOi.sig to https://host/path?sig=secret";

    const error = toAzureRequestError(anAnswer(403, "AuthorizationFailed", message), "x");

    expect(error.message).not.toMatch(/someone|abc-def|eyJ|secret/u);
  });

  it("cuts a message without end", () => {
    const error = toAzureRequestError(anAnswer(400, "Bad", "long ".repeat(1000)), "x");

    expect(error.message.length).toBeLessThan(700);
  });
});

describe("what was no answer", () => {
  it.each([
    ["a broken connection", new RestError("read ECONNRESET", { code: "ECONNRESET" })],
    ["a timeout", Object.assign(new Error("aborted"), { name: "AbortError" })],
  ])("takes %s for something that may pass", (_what, thrown) => {
    const error = toAzureRequestError(thrown, "read VM vm-web-01");

    expect(error).toMatchObject({ code: "no-answer", status: null, retryable: true });
    expect(error.message).toContain("Cannot read VM vm-web-01 (no answer");
  });

  it("tells a missing credential from a silent Azure", () => {
    const thrown = Object.assign(new Error("secret detail"), {
      name: "CredentialUnavailableError",
    });

    const error = toAzureRequestError(thrown, "x");

    expect(error).toMatchObject({ code: "no-credential", retryable: false });
    expect(error.message).not.toContain("secret detail");
  });

  it("tries again where the token service itself was in trouble", () => {
    const thrown = Object.assign(new Error("x"), { name: "AuthenticationError", statusCode: 503 });

    expect(toAzureRequestError(thrown, "x").retryable).toBe(true);
  });

  it.each([
    ["Authentication failed. Message The managed identity endpoint answered 500", true],
    ["Network unreachable. Message: network_error: Network request failed", true],
    [
      "Authentication failed. Message Attempted to use the IMDS endpoint, but it is not available.",
      false,
    ],
  ])("asks a managed identity's endpoint again, where there is one: %s", (came, retryable) => {
    const thrown = new AggregateAuthenticationError(
      [
        new CredentialUnavailableError("EnvironmentCredential is unavailable."),
        new CredentialUnavailableError(`ManagedIdentityCredential: ${came}`),
        new CredentialUnavailableError("Azure CLI could not be found."),
      ],
      "ChainedTokenCredential authentication failed.",
    );

    const error = toAzureRequestError(thrown, "x");

    expect(error).toMatchObject({ code: "no-credential", status: null, retryable });
    expect(error.nextStep).toContain(retryable ? "made again" : "az login");
  });

  it.each([
    [
      "a refused host",
      new ConfigurationError("No.", { code: "foreign-host", nextStep: "" }),
      "foreign-host",
    ],
    ["a defect", new TypeError("x is undefined"), "unexpected-error"],
    ["something that is no error", "boom", "unexpected-error"],
  ])("never tries %s again", (_what, thrown, code) => {
    expect(toAzureRequestError(thrown, "x")).toMatchObject({ code, retryable: false });
  });
});

it("leaves an error alone that is in words already", () => {
  const known = toAzureRequestError(anAnswer(500, "Internal"), "read VM vm-web-01");

  const again = toAzureRequestError(known, "do something else");

  expect(again).toBe(known);
  expect(again).toBeInstanceOf(AzureRequestError);
});
