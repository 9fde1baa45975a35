import { z } from "zod";

import { parseChangeOutput, type ChangeAnswer } from "./envelope.ts";

/** How the way back to a static configuration ended; each says whether anything is changed now. */
export type RestoreExit = z.output<typeof restoreExit>;

/** What that script reported, or that it reported nothing that can be read. */
export type RestoreAnswer = ChangeAnswer<RestoreExit>;

const restoreExit = z.enum([
  // The static configuration is in force.
  "static-restored",
  "already-static",
  // Nothing was changed.
  "not-elevated",
  "bad-parameters",
  "expired",
  "other-run",
  "adapter-missing",
  "adapter-disabled",
  "drifted",
  "no-dead-man",
  "error",
  // Changed, and DHCP is on again.
  "not-in-force-undone",
  "error-restored",
  // Changed, and not put back: the dead-man's task stays armed.
  "restore-failed",
]);

/** Reads what `restore-static.ps1` printed; never throws. */
export function parseRestoreOutput(stdout: string): RestoreAnswer {
  return parseChangeOutput(stdout, {
    name: "restore-static",
    called: "The way back",
    exits: restoreExit,
    messages: MESSAGES,
  });
}

const MESSAGES: Readonly<Record<RestoreExit, string>> = {
  "static-restored": "The adapter has its static configuration again.",
  "already-static": "The adapter had its static configuration already.",
  "not-elevated": "The script ran without administrator rights; nothing was changed.",
  "bad-parameters": "The script could not use its parameters; nothing was changed.",
  expired: "The script ran after its not-after time; nothing was changed.",
  "other-run": "Another run holds this guest; nothing was changed.",
  "adapter-missing": "No single adapter has the NIC's MAC address; nothing was changed.",
  "adapter-disabled": "The adapter is disabled; nothing was changed.",
  drifted: "The adapter is not as it was read a moment ago; nothing was changed.",
  "no-dead-man": "The dead-man's task could not be armed; nothing was changed.",
  error: "The script failed before it changed anything.",
  "not-in-force-undone":
    "The static configuration did not come into force in time; DHCP is on again.",
  "error-restored": "The script failed midway; DHCP is on again.",
  "restore-failed":
    "DHCP could not be put on again; the dead-man's task stays armed and tries again.",
};
