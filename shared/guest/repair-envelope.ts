import { z } from "zod";

import { parseChangeOutput, type ChangeAnswer } from "./envelope.ts";

/** How a script that repairs one adapter ended; each says whether anything is changed now. */
export type RepairExit = z.output<typeof repairExit>;

/** The scripts that repair one adapter. */
export type RepairScriptName = "repair-adapter" | "set-addresses";

/** What such a script reported, or that it reported nothing that can be read. */
export type RepairAnswer = ChangeAnswer<RepairExit>;

const repairExit = z.enum([
  // The adapter has the lease that Azure has for it.
  "repaired",
  "already-right",
  // It has Azure's own addresses.
  "addresses-set",
  "already-set",
  // As these, but the primary NIC has no active default route through the right gateway.
  "no-default-route",
  // As `addresses-set`, but Windows may choose another one than the primary as a source.
  "sources-not-set",
  // It is enabled, and static: another diagnosis has to say whether its addresses are right.
  "enabled-static",
  // Nothing was changed.
  "not-elevated",
  "bad-parameters",
  "expired",
  "other-run",
  "task-armed",
  "adapter-missing",
  "adapter-disabled",
  "drifted",
  "dhcp-unusable",
  "no-dead-man",
  "enable-failed",
  "error",
  // A lease was asked for; no configuration was changed.
  "lease-missing",
  "lease-wrong",
  // Changed, and put back.
  "lease-missing-restored",
  "lease-wrong-restored",
  "not-set-restored",
  "error-restored",
  // Changed, and not put back.
  "restore-failed",
]);

/** Reads what that script printed; never throws. */
export function parseRepairOutput(script: RepairScriptName, stdout: string): RepairAnswer {
  return parseChangeOutput(stdout, {
    name: script,
    called: "The repair",
    exits: repairExit,
    messages: MESSAGES,
  });
}

const MESSAGES: Readonly<Record<RepairExit, string>> = {
  repaired: "The adapter has Azure's address by DHCP.",
  "already-right": "The adapter had Azure's address by DHCP already.",
  "addresses-set": "The adapter has Azure's own addresses.",
  "already-set": "The adapter had Azure's own addresses already.",
  "no-default-route":
    "The adapter has Azure's address, but no active default route leads through the right gateway.",
  "sources-not-set":
    "The adapter has Azure's own addresses, but Windows may send from another one than the primary.",
  "enabled-static": "The adapter is enabled, and has static addresses.",
  "not-elevated": "The script ran without administrator rights; nothing was changed.",
  "bad-parameters": "The script could not use its parameters; nothing was changed.",
  expired: "The script ran after its not-after time; nothing was changed.",
  "other-run": "Another run holds this guest; nothing was changed.",
  "task-armed": "This run's own dead-man's task is still at work there; nothing was changed.",
  "adapter-missing": "No single adapter has the NIC's MAC address; nothing was changed.",
  "adapter-disabled": "The adapter is disabled; nothing was changed.",
  drifted: "The adapter's configuration is no longer the diagnosed one; nothing was changed.",
  "dhcp-unusable": "The DHCP client service cannot be used; nothing is changed.",
  "no-dead-man": "The dead-man's task could not be armed; nothing was changed.",
  "enable-failed": "The adapter did not come up; it is disabled as before.",
  error: "The script failed before it changed anything.",
  "lease-missing": "The lease was renewed, and none came in time.",
  "lease-wrong": "The lease was renewed, and has another address than Azure's.",
  "lease-missing-restored": "No lease came in time; what was changed for it is put back.",
  "lease-wrong-restored":
    "The lease has another address than Azure's; what was changed for it is put back.",
  "not-set-restored":
    "The addresses did not come into force in time; the static configuration is back.",
  "error-restored": "The script failed midway; what it changed is put back.",
  "restore-failed":
    "What was changed could not be put back; a dead-man's task, if one is armed, tries again.",
};
