/** What `remediator rollback --help` says after the options. */
export const ROLLBACK_HELP = `
Puts back what a heal changed: the static configuration inside Windows, the NIC's allocation in
Azure. It is a run of its own, with a snapshot first and proof over RDP. Everything has to be as
the heal left it, and what would cut the VM off is refused: Windows gets only addresses that
Azure's NIC has now. Nothing forces it; the incident's ledger holds the commands for people.

INCIDENT is the id that "heal" printed, for example inc-20260304-1a2b3c4d. It is looked for in
the folder where "heal" keeps its incidents. On a deployed host, or on "serve" while it runs,
call POST /api/incidents/INCIDENT/rollback instead.

Examples:
  $ remediator rollback inc-20260304-1a2b3c4d --dry-run
  $ remediator rollback inc-20260304-1a2b3c4d
  $ remediator rollback inc-20260304-1a2b3c4d --data .remediator

Exit codes:
  0  taken back (--dry-run: it would be tried)
  1  not so: the last lines say why, and what to do
  2  bad input: no such incident, or it has not ended`;

/** What `remediator clean --help` says after the options. */
export const CLEAN_HELP = `
Deletes snapshots that are past their time or were never needed, managed Run Commands that
lost runs left on VMs, and old records. It touches only what carries this program's tag and is
on record in the folder of "heal" (or the one named with --data); everything else with the tag
is listed as foreign and left alone. A running host cleans by itself, each quarter of an hour.

It starts no run: where an incident has no end, or a NIC is left in the middle of a reset, it
names the command that goes on.

Examples:
  $ remediator clean --dry-run
  $ remediator clean
  $ remediator clean --data .remediator --json | jq 'select(.what == "foreign")'

Exit codes:
  0  done; what nobody needs is gone
  1  something is left that needs a look: Azure refused, or an incident has no end
  2  bad input

With --json each line is an object of type "snapshot", "command" or "incident"; the last one is
{"type":"result","deleted":...,"failed":...,"left":...,"forgotten":{...},"exitCode":...}.`;
