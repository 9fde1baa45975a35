import type { OrchestrationContext, OrchestrationHandler } from "durable-functions";

import { cleanUp } from "./clean-up.ts";
import { probeUntilSure } from "./confirm-silence.ts";
import { healVm } from "./heal-vm.ts";
import { keepBoot } from "./keep-boot.ts";
import { makeBackup } from "./make-backup.ts";
import { probeMinute } from "./probe-minute.ts";
import { readGuestWithin } from "./read-guest.ts";
import { resolveTarget } from "./resolve-target.ts";
import { subStory } from "./sub-stories.ts";
import { tellClosed } from "./tell-closed.ts";
import { versionOf } from "./version-of.ts";

/** One version of every orchestration, by name. */
export type Stories = Readonly<Record<string, OrchestrationHandler>>;

/**
 * Every version of the orchestrations that a run may have, the oldest first. A run keeps to the one with which it was
 * started, so a version's code stays as it is until no run of it is left; `host.json` names the newest for new runs.
 */
export const VERSIONS: Readonly<Record<string, Stories>> = {
  "1.0": {
    healVm,
    resolveTarget,
    probeMinute,
    cleanUp,
    tellClosed,
    confirmSilence: subStory("confirmSilence", probeUntilSure),
    readGuest: subStory("readGuest", readGuestWithin),
    keepBoot: subStory("keepBoot", keepBoot),
    makeBackup: subStory("makeBackup", makeBackup),
  },
};

/** Makes one orchestration of all versions of a story: each run is told by the code of its own version. */
export function byVersion(
  name: string,
  versions: Readonly<Record<string, Stories>>,
): OrchestrationHandler {
  return function* told(context: OrchestrationContext) {
    const version = versionOf(context);
    const story = versions[version]?.[name];
    if (story === undefined) {
      // The engine keeps newer versions away; an older one is missing only if it was taken out too early.
      throw new Error(
        `This app has no version ${version} of ${name}. Deploy the one that began this run; it goes on there.`,
      );
    }
    return yield* story(context);
  };
}
