import type { Command } from "commander";

import { readScopes, readTarget } from "./arguments.ts";
import type { Call } from "./calls.ts";
import { simulatorOption, verb } from "./verb.ts";

interface Options {
  readonly json?: boolean;
  readonly azure?: boolean;
  readonly vm?: string;
  readonly scope?: readonly string[];
  readonly simulator?: string;
  readonly data?: string;
}

/** What `remediator doctor --help` says after the options. */
const DOCTOR_HELP = `
Looks at what a heal needs, and changes nothing: Node.js, the settings, the data folder, the
port of "serve", the probe's proxy and control target, the topic. With --vm also whether RDP
answers from here, and which locks and what platform health Azure tells of. With --azure also
who is signed in, the subscriptions that it sees, its rights against infra/role-actions.json,
the event subscription of NIC writes, the records, and the login for the serial console. Rights
and events are looked at for --scope, else for REMEDIATOR_SCOPE, else for each subscription.
Each thing is told as it ends.

It speaks of who runs it. To know what a deployed function app may do, run it with the
settings of the app and as its identity.

Examples:
  $ remediator doctor
  $ remediator doctor --azure
  $ remediator doctor --azure --scope /subscriptions/ID/resourceGroups/GROUP
  $ remediator doctor --vm VM_ID
  $ remediator doctor --vm 10.20.1.4
  $ remediator doctor --azure --json | jq 'select(.state == "failed")'

Exit codes:
  0  all is well           2  bad input
  1  something fails       3  nothing fails, but something could not be told

With --json each line is {"type":"check","check":...,"of":...,"state":"ok","message":...}, with
"code" and "nextStep" where the state is "failed" or "unknown"; the last one is
{"type":"result","ok":...,"failed":...,"unknown":...,"skipped":...,"exitCode":...}.`;

/** Adds `doctor`. */
export function addDoctor(program: Command, take: (call: Call) => void): void {
  verb(program, "doctor", "look at what a heal needs; changes nothing")
    .addHelpText("after", DOCTOR_HELP)
    .option("--azure", "look at identity, rights, events and records too")
    .option("--vm <target>", "resource id of a VM, or an IPv4 address", readTarget)
    .option("--scope <ID[,ID...]>", "where to look at rights and events", readScopes)
    .addOption(simulatorOption())
    .option("--data <folder>", "where incidents are kept (default: the user's state folder)")
    .action(({ json, azure, vm, scope, simulator, data }: Options) => {
      take({
        verb: "doctor",
        json: json === true,
        azure: azure === true,
        target: vm ?? null,
        scopes: scope ?? [],
        simulatorUrl: simulator ?? null,
        dataFolder: data ?? null,
      });
    });
}
