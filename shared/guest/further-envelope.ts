import { z } from "zod";

import type { GhostAdapter, GhostList, RemoteDesktopFacts } from "../domain/other-causes.ts";
import { failure, lastEnvelope, unreadable } from "./envelope.ts";

/** What `look-further.ps1` printed. */
export type FurtherAnswer =
  | { readonly kind: "looked"; readonly facts: RemoteDesktopFacts }
  | { readonly kind: "unavailable"; readonly code: string; readonly message: string };

/** What became of a ghost that was to be removed. */
export interface GhostRemoval {
  readonly id: string;
  /** `left-alone`: it is none of the greyed devices that may be removed, or not there any more. */
  readonly end: "removed" | "stayed" | "left-alone";
}

/** What `remove-ghosts.ps1` printed: the ghosts that are there now, and what became of those that were to go. */
export type GhostsAnswer =
  | {
      readonly kind: "answer";
      /** `expired`: it ran after its not-after time, and removed nothing. */
      readonly exit: "listed" | "removed" | "expired";
      readonly left: GhostList;
      readonly removed: readonly GhostRemoval[];
    }
  | { readonly kind: "unavailable"; readonly code: string; readonly message: string };

const ghost = z
  .tuple([z.string(), z.string(), z.string()])
  .transform(([id, name, service]): GhostAdapter => ({ id, name, service }));

const profile = z
  .tuple([z.string(), z.enum(["off", "allows", "blocks", "blocks-all"]), z.string().nullable()])
  .transform(([name, verdict, rule]) => ({ profile: name, verdict, rule }));

const furtherEnvelope = z.object({
  sir: z.literal("look-further/1"),
  service: z.tuple([
    z.enum(["running", "stopped", "other", "missing"]),
    z.enum(["automatic", "manual", "disabled", "other"]),
  ]),
  denied: z.enum(["no", "setting", "policy"]).nullable(),
  port: z.number().int().nullable(),
  listening: z.boolean().nullable(),
  firewall: z.array(profile).nullable(),
  ghostCount: z.number().int().nullable(),
  ghosts: z.array(ghost),
  detail: z.string().nullable(),
});

const ghostsEnvelope = z.object({
  sir: z.literal("remove-ghosts/1"),
  exit: z.enum(["listed", "removed", "expired"]),
  ghostCount: z.number().int(),
  ghosts: z.array(ghost),
  removed: z.array(
    z
      .tuple([z.string(), z.enum(["removed", "stayed", "left-alone"])])
      .transform(([id, end]): GhostRemoval => ({ id, end })),
  ),
});

/** Reads what `look-further.ps1` printed; never throws. */
export function parseFurtherOutput(stdout: string): FurtherAnswer {
  const parsed = read(stdout, "look-further", furtherEnvelope);
  if (parsed.kind === "unavailable") {
    return parsed;
  }
  const { service, ghostCount, ghosts, denied, port, listening, firewall, detail } = parsed.data;
  const [state, startMode] = service;
  return {
    kind: "looked",
    facts: {
      service: { state, startMode },
      denied,
      port,
      listening,
      firewall,
      ghosts: ghostCount === null ? null : { count: ghostCount, ghosts },
      detail,
    },
  };
}

/** Reads what `remove-ghosts.ps1` printed; never throws. */
export function parseGhostsOutput(stdout: string): GhostsAnswer {
  const parsed = read(stdout, "remove-ghosts", ghostsEnvelope);
  if (parsed.kind === "unavailable") {
    return parsed;
  }
  const { exit, ghostCount, ghosts, removed } = parsed.data;
  return { kind: "answer", exit, left: { count: ghostCount, ghosts }, removed };
}

type Read<Data> =
  | { readonly kind: "data"; readonly data: Data }
  | { readonly kind: "unavailable"; readonly code: string; readonly message: string };

function read<Schema extends z.ZodType>(
  stdout: string,
  script: string,
  schema: Schema,
): Read<z.output<Schema>> {
  const found = lastEnvelope(stdout, `${script}/`);
  const failed = failure.safeParse(found);
  if (failed.success) {
    const { error, detail } = failed.data;
    const message = `The script ${script} could not report: ${detail ?? error}.`;
    return { kind: "unavailable", code: error, message };
  }
  const parsed = schema.safeParse(found);
  return parsed.success
    ? { kind: "data", data: parsed.data }
    : { ...unreadable(found, script, parsed.error), kind: "unavailable" };
}
