import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import { expect, it } from "vitest";

import { findVmOfNic } from "../../../functions/activities/azure-facts.ts";
import { createAzure } from "../../../shared/azure/clients.ts";
import { NIC_ID } from "../../builders.ts";
import { someServices } from "./services.ts";

const AZURE = { simulator: { armEndpoint: "http://127.0.0.1:1", token: "t" } };

function answering(status: number, code: string): HttpClient {
  const body = JSON.stringify({ error: { code, message: "The action 'read' is refused." } });
  return {
    sendRequest: async (request) =>
      await Promise.resolve({
        request,
        status,
        headers: createHttpHeaders({ "content-type": "application/json" }),
        bodyAsText: body,
      }),
  };
}

it("gives a NIC up that Azure will never let it read, so that no sweep asks again", async () => {
  const azure = createAzure(AZURE, { httpClient: answering(403, "AuthorizationFailed") });

  const owner = await findVmOfNic({ nicId: NIC_ID }, someServices({ azure }));

  expect(owner.vmId).toBeNull();
  expect(owner.refusal).toContain("403");
});

it.each([
  ["a sign-in that does not hold", 401, "InvalidAuthenticationToken"],
  ["a service that is away", 503, "ServiceUnavailable"],
])("asks again after %s", async (_title, status, code) => {
  const azure = createAzure(AZURE, { httpClient: answering(status, code) });

  await expect(findVmOfNic({ nicId: NIC_ID }, someServices({ azure }))).rejects.toMatchObject({
    status,
  });
});
