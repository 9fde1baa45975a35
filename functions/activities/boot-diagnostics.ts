import { readBootDiagnostics } from "../../shared/facts/boot-diagnostics.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue } from "./catalogue.ts";
import { keepEvidence } from "./keep-evidence.ts";

type In<Name extends keyof ActivityCatalogue> = ActivityCatalogue[Name]["input"];
type Out<Name extends keyof ActivityCatalogue> = Promise<ActivityCatalogue[Name]["output"]>;

/** Keeps screenshot and serial log with the incident. Key: the incident; a second look replaces the first one. */
export async function keepBootDiagnostics(
  { facts, incidentId }: In<"keepBootDiagnostics">,
  { azure, store }: Services,
): Out<"keepBootDiagnostics"> {
  const { files, remarks } = await readBootDiagnostics(await azure(), facts);
  const records = await store();
  for (const file of files) {
    await keepEvidence(records, incidentId, file);
  }
  return { kept: files.map(({ name }) => name), remarks };
}
