import { quotedForCommandPrompt } from "../../shared/diagnosis/command-line.ts";
import { readConsole as read } from "../../shared/facts/console-facts.ts";
import { readLogin, type LoginReading } from "../../shared/remedies/serial-console/credentials.ts";
import { putOnDhcp } from "../../shared/remedies/serial-console/put-on-dhcp.ts";
import { setConsoleAddress as set } from "../../shared/remedies/serial-console/set-address.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue, Tell } from "./catalogue.ts";
import { withTranscript } from "./console-transcript.ts";
import { ProgressNote } from "./progress-note.ts";

type In<Name extends keyof ActivityCatalogue> = ActivityCatalogue[Name]["input"];
type Out<Name extends keyof ActivityCatalogue> = Promise<ActivityCatalogue[Name]["output"]>;

/** What Windows' serial console lists. Reads only, but may throw out whoever is connected there. */
export async function readConsole(
  { incidentId, facts }: In<"readConsole">,
  services: Services,
  tell: Tell,
): Out<"readConsole"> {
  return await withTranscript({ incidentId, vmId: facts.vm.id }, services, {
    tell,
    work: async (open) => await read(open, facts),
  });
}

/** Sets Azure's address at the serial console. Key: the order; one that the console shows already is not typed again. */
export async function setConsoleAddress(
  { incidentId, vmId, order }: In<"setConsoleAddress">,
  services: Services,
  tell: Tell,
): Out<"setConsoleAddress"> {
  return await withTranscript({ incidentId, vmId }, services, {
    tell,
    work: async (open) => await set(open, order),
  });
}

/**
 * Puts an adapter on DHCP at a command prompt, with the configured login, which never leaves this function. Key: the
 * ledger entry: it holds which channels are ours, and from just before the switch the state that was.
 */
export async function putConsoleOnDhcp(
  { incidentId, ledgerEntryId, order }: In<"putConsoleOnDhcp">,
  services: Services,
  tell: Tell,
): Out<"putConsoleOnDhcp"> {
  const records = await services.store();
  const note = new ProgressNote(records, incidentId, ledgerEntryId);
  const earlier = await note.read();
  const reading = await configuredLogin(services);
  if (reading.kind === "unavailable") {
    const kind = earlier.before === null ? "untouched" : "unknown";
    return { ...reading, kind, remarks: [], before: earlier.before };
  }
  const { login } = reading;
  const secrets = [login.password, login.username];
  return await withTranscript({ incidentId, vmId: order.vmId, secrets }, services, {
    tell,
    work: async (open) =>
      await putOnDhcp(order, {
        open,
        login,
        earlier,
        quoted: quotedForCommandPrompt,
        opened: async (channel) => {
          await note.add((progress) => ({
            ...progress,
            channels: [...new Set([...progress.channels, channel])],
          }));
        },
        switching: async (before) => {
          await note.add((progress) => ({ ...progress, before }));
        },
      }),
  });
}

async function configuredLogin({ settings, azure }: Services): Promise<LoginReading> {
  const { consoleSecret } = settings;
  return consoleSecret === null
    ? { kind: "unavailable", code: "console-no-secret", message: "No login is configured." }
    : await readLogin(await azure(), consoleSecret);
}
