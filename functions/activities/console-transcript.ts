import { openSerialConsole } from "../../shared/azure/serial-console.ts";
import type { ConsoleOpening } from "../../shared/domain/console-line.ts";
import { Transcript } from "../../shared/guest/sac/transcript.ts";
import type { Services } from "../services.ts";
import type { Tell } from "./catalogue.ts";
import { keepEvidence } from "./keep-evidence.ts";

/** A visit at a VM's serial console. */
export interface ConsoleVisit {
  readonly incidentId: string;
  readonly vmId: string;
  /** What must not stand in the transcript, beside the token. @default none */
  readonly secrets?: readonly string[];
}

const NAME = /^console-(?<number>\d+)\.txt$/u;

/**
 * Works at a VM's serial console, and keeps with the incident what was printed and typed there, as `console-N.txt`. That
 * it cannot be kept does not stop a heal.
 */
export async function withTranscript<Result>(
  visit: ConsoleVisit,
  { azure, store }: Pick<Services, "azure" | "store">,
  { tell, work }: { readonly tell: Tell; readonly work: Work<Result> },
): Promise<Result> {
  const client = await azure();
  const transcript = new Transcript();
  try {
    return await work(async () => transcript.recorded(await openSerialConsole(client, visit.vmId)));
  } finally {
    try {
      const secrets = [...(visit.secrets ?? []), (await client.token()) ?? ""];
      await keep(visit, store, transcript.text(secrets));
    } catch (error) {
      const message = error instanceof Error ? error.message : "unknown";
      tell("transcriptNotKept", { incidentId: visit.incidentId, message });
    }
  }
}

type Work<Result> = (open: () => Promise<ConsoleOpening>) => Promise<Result>;

async function keep(
  { incidentId }: ConsoleVisit,
  store: Services["store"],
  text: string,
): Promise<void> {
  if (text.trim() === "") {
    return;
  }
  const records = await store();
  const kept = (await records.listEvidence(incidentId)).map(({ name }) =>
    Number(NAME.exec(name)?.groups?.["number"] ?? 0),
  );
  await keepEvidence(records, incidentId, {
    name: `console-${Math.max(0, ...kept) + 1}.txt`,
    contentType: "text/plain; charset=utf-8",
    bytes: new TextEncoder().encode(text),
  });
}
