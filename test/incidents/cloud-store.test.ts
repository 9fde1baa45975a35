import { afterAll, beforeAll, expect, it } from "vitest";

import { missingStorage } from "../../shared/azure/missing-storage.ts";
import { openStorage } from "../../shared/azure/storage.ts";
import { CLOUD_CONTAINER, CLOUD_TABLES } from "../../shared/incidents/cloud-names.ts";
import { openCloudStore } from "../../shared/incidents/cloud-store.ts";
import { startAzurite, type Azurite } from "./azurite.ts";
import { storeContract } from "./store-contract.ts";

let azurite: Azurite;
let places = 0;

beforeAll(async () => {
  azurite = await startAzurite();
});

afterAll(async () => {
  await azurite.close();
});

storeContract(
  "Azure Table and Blob storage",
  async () => {
    places += 1;
    const prefix = `p${places}`;
    return await Promise.resolve({
      open: async () => await Promise.resolve(openCloudStore(openStorage(azurite), { prefix })),
      remove: async () => await Promise.resolve(),
    });
  },
  // Enough for several transactions; each signal takes Azurite 10 ms.
  { many: 150 },
);

it("a look at what an account does not have makes nothing", async () => {
  const account = openStorage(azurite);
  const names = { tables: CLOUD_TABLES, container: CLOUD_CONTAINER };

  const before = await missingStorage(account, names);
  const again = await missingStorage(account, names);
  await openCloudStore(account).count("healthy");
  const after = await missingStorage(account, names);

  expect([before, again]).toEqual([
    [...CLOUD_TABLES, CLOUD_CONTAINER],
    [...CLOUD_TABLES, CLOUD_CONTAINER],
  ]);
  expect(after).not.toContain("counters");
  expect(after).toContain("signals");
});
