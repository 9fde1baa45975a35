import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { onTestFinished } from "vitest";

import { openSqliteStore } from "../../../shared/incidents/sqlite/sqlite-store.ts";
import type { IncidentStore } from "../../../shared/incidents/store.ts";

/** An empty store that is gone after the test. */
export async function aStore(): Promise<IncidentStore> {
  const folder = await mkdtemp(path.join(tmpdir(), "activities-"));
  const store = await openSqliteStore(path.join(folder, "incidents.db"));
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  return store;
}
