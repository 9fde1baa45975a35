import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { isEvidenceName } from "../../../shared/incidents/evidence-name.ts";
import { LARGEST_EVIDENCE } from "../../../shared/incidents/store.ts";
import type { RunResult } from "./report-run.ts";

const TIMEOUT_MS = 10_000;

/**
 * Saves the evidence of a run as files, since its host ends with the command. Gives their folder; null if there are none,
 * or if they cannot be saved: a run's end is told all the same.
 */
export async function saveEvidence(
  url: string,
  { incidentId, evidence }: Pick<RunResult, "incidentId" | "evidence">,
  dataFolder: string,
): Promise<string | null> {
  const names = evidence.map(({ name }) => name).filter((name) => isEvidenceName(name));
  if (incidentId === null || !/^[\w-]+$/u.test(incidentId) || names.length === 0) {
    return null;
  }
  const folder = join(dataFolder, "evidence", incidentId);
  try {
    await mkdir(folder, { recursive: true });
    for (const name of names) {
      await writeFile(join(folder, name), await contentOf(url, incidentId, name));
    }
    return folder;
  } catch {
    return null;
  }
}

async function contentOf(url: string, incidentId: string, name: string): Promise<Uint8Array> {
  const response = await fetch(new URL(`/api/incidents/${incidentId}/evidence/${name}`, url), {
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (!response.ok || bytes.length > LARGEST_EVIDENCE) {
    throw new Error(`The host answered ${response.status} with ${bytes.length} bytes.`);
  }
  return bytes;
}
