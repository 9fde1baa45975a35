import { z } from "zod";

import { isLinkLocal } from "../../../shared/domain/addresses.ts";
import { asciiJson } from "./envelope.ts";
import {
  removeTask,
  restoreDhcp,
  restoreStatic,
  savedConfiguration,
  type SavedConfiguration,
  type Session,
} from "./session.ts";
import { adapterOf } from "./windows.ts";

const SCRIPT =
  /^# static-ip-remediator:dead-man\/1\n\$EncodedValues = '(?<values>[A-Za-z0-9+/=]+)'/u;

/** What a task holds that puts DHCP on again. */
const savedDhcp = z.object({
  guid: z.string(),
  expected: z.string(),
  task: z.string(),
  dhcp: z.literal(true),
});

export type SavedDhcp = z.output<typeof savedDhcp>;

const savedSchema = z.union([savedDhcp, savedConfiguration]);

/** The two lines that tell the task's script apart: what it is, and its values. */
export function deadManScript(saved: SavedConfiguration | SavedDhcp): string {
  const values = Buffer.from(asciiJson({ ...saved }), "utf8").toString("base64");
  return `# static-ip-remediator:dead-man/1\n$EncodedValues = '${values}'`;
}

/** Emulates the dead-man's task: it looks first, restores what is not right, and removes itself. Other tasks do nothing. */
export function runDeadMan(session: Session, script: string): void {
  const values = SCRIPT.exec(script)?.groups?.["values"];
  if (values === undefined) {
    return;
  }
  const saved = savedSchema.parse(JSON.parse(Buffer.from(values, "base64").toString("utf8")));
  const adapter = adapterOf(session.state, saved.guid);
  const kept = (adapter?.enabled === true ? adapter.addresses : [])
    .map((address) => address.ip)
    .filter((ip) => !isLinkLocal(ip));
  let done = adapter === undefined || sorted(kept) === sorted(saved.expected.split(","));
  for (let attempt = 0; attempt < 3 && !done; attempt += 1) {
    done = putBack(session, saved);
  }
  if (done) {
    removeTask(session, saved.task);
  }
}

function putBack(session: Session, saved: SavedConfiguration | SavedDhcp): boolean {
  return "dhcp" in saved ? restoreDhcp(session, saved.guid) : restoreStatic(session, saved);
}

function sorted(ips: readonly string[]): string {
  return ips.toSorted().join(",");
}
