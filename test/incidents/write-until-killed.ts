import { z } from "zod";

import { openStorage } from "../../shared/azure/storage/storage.ts";
import { openCloudStore } from "../../shared/incidents/cloud/cloud-store.ts";
import { openSqliteStore } from "../../shared/incidents/sqlite/sqlite-store.ts";
import type { IncidentStore } from "../../shared/incidents/store.ts";
import { aSignal, anIncident } from "../builders.ts";
import { anEntry } from "./ledger-entry.ts";

// A process of its own: `PLACE PREFIX ROUNDS`, where the place is a SQLite file, or a storage account as JSON. Each round stores a signal and an incident with 40 ledger entries, changes
// the incident `shared`, which all such processes do, and then confirms the round by the signal's id, one line each.
const accountSchema = z.object({
  tableEndpoint: z.string(),
  blobEndpoint: z.string(),
  prefix: z.string(),
});
const [place = "", prefix = "", rounds = "0"] = process.argv.slice(2);
const store = await open();
await store.openIncident(anIncident({ id: "shared" }));
for (let round = 0; round < Number(rounds); round += 1) {
  const id = `${prefix}-${round}`;
  await store.addSignal(aSignal({ id }));
  const ledger = Array.from({ length: 40 }, (_, index) => anEntry({ id: `entry-${index}` }));
  await store.openIncident(anIncident({ id, ledger }));
  await store.updateIncident("shared", { vmName: id });
  process.stdout.write(`${id}\n`);
}
await store.close();

async function open(): Promise<IncidentStore> {
  if (!place.startsWith("{")) {
    return await openSqliteStore(place);
  }
  const { prefix: names, ...endpoints } = accountSchema.parse(JSON.parse(place));
  return openCloudStore(openStorage(endpoints), { prefix: names });
}
