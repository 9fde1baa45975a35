import { afterAll, beforeAll } from "vitest";

import { openStorage } from "../../shared/azure/storage.ts";
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
