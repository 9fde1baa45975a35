import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import { expect, it, onTestFinished } from "vitest";

import { startGuestSwitch } from "../../../functions/activities/guest.ts";
import { createAzure } from "../../../shared/azure/clients.ts";
import { openSqliteStore } from "../../../shared/incidents/sqlite/sqlite-store.ts";
import type { IncidentStore } from "../../../shared/incidents/store.ts";
import { guestDhcpLedgerEntry } from "../../../shared/remedies/guest-dhcp/ledger-entry.ts";
import { aMismatchedAdapter, aNic, anIncident, VM_ID } from "../../builders.ts";
import { someServices } from "./services.ts";

const INCIDENT = anIncident();
const ADAPTER = aMismatchedAdapter();
const ENTRY = guestDhcpLedgerEntry({
  incidentId: INCIDENT.id,
  nic: aNic(),
  adapter: ADAPTER,
  openedAt: INCIDENT.openedAt,
});
const REQUEST = {
  vmId: VM_ID,
  incidentId: INCIDENT.id,
  ledgerEntryId: ENTRY.id,
  nic: aNic(),
  adapter: ADAPTER,
  notAfter: "2026-03-02T08:09:00.000Z",
};

async function aStore(result: string | null): Promise<IncidentStore> {
  const folder = await mkdtemp(path.join(tmpdir(), "activities-"));
  const store = await openSqliteStore(path.join(folder, "incidents.db"));
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  await store.openIncident(INCIDENT);
  await store.writeLedger(INCIDENT.id, { ...ENTRY, result });
  return store;
}

function throttled(): HttpClient {
  return {
    sendRequest: async (request) =>
      await Promise.resolve({
        request,
        status: 429,
        headers: createHttpHeaders({ "content-type": "application/json", "retry-after": "7" }),
        bodyAsText: JSON.stringify({ error: { code: "TooManyRequests", message: "Later." } }),
      }),
  };
}

const azure = createAzure(
  { simulator: { armEndpoint: "http://127.0.0.1:1", token: "t" } },
  { httpClient: throttled() },
);

it("says of a throttled switch that it was never sent, and when to ask again", async () => {
  const store = await aStore(null);

  await expect(startGuestSwitch(REQUEST, someServices({ azure, store }))).rejects.toMatchObject({
    code: "throttled",
    retryAfterSeconds: 7,
  });

  expect((await store.getIncident(INCIDENT.id))?.ledger).toMatchObject([{ result: null }]);
});

it("never says that of one which an earlier try may have handed over", async () => {
  const store = await aStore("handed to Run Command");

  const start = await startGuestSwitch(REQUEST, someServices({ azure, store }));

  expect(start).toMatchObject({ kind: "busy", maybeSent: true });
  expect((await store.getIncident(INCIDENT.id))?.ledger).toMatchObject([
    { result: "handed to Run Command" },
  ]);
});
