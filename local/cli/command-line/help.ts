/** What `remediator --help` says after the list of verbs. */
export const MAIN_HELP = `
A Windows VM in Azure goes silent when someone sets a static IPv4 address inside Windows that
is not the one Azure gave its NIC. This program finds that fault, keeps a way back, sets
Windows back to DHCP and proves over RDP that the VM is back.

Start here:
  $ remediator demo                    see a heal from alert to proof, on simulated Azure
  $ remediator diagnose VM_ID          look at a VM of yours; changes nothing
  $ remediator heal VM_ID --dry-run    see what a heal would do; changes nothing
  $ remediator heal VM_ID              heal it
  $ remediator rollback INCIDENT       take a heal back, while that is safe
  $ remediator doctor                  look at what a heal needs; changes nothing
  $ remediator clean                   delete what is no longer needed of ended incidents
  $ remediator explain FILE            read what netsh or ipconfig printed in a serial console
  $ remediator watch URL               follow what a running host does

VM_ID is the VM's resource id:
  /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Compute/virtualMachines/NAME

Exit codes:
  0  done as hoped for     2  bad input: nothing was started
  1  not so                130  stopped with Ctrl-C
  Each verb's --help says what "as hoped for" means for it.

Settings come from environment variables that begin with REMEDIATOR_. NO_COLOR is honoured.`;

/** What `remediator demo --help` says after the options. */
export const DEMO_HELP = `
Starts simulated Azure as a process of its own and the local host in this one, both on free
loopback ports. A failed-connection alert arrives as Azure would send it; each step is shown
while it happens; before and after are read from simulated Azure. Needs no Azure account.
The settings shorten the waits and allow console and restarts; the demo says which.

Examples:
  $ remediator demo                         agent silent: healed over the serial console
  $ remediator demo --scenario nic-reset    no console either: healed by a NIC reset
  $ remediator demo --scenario switch       agent alive: healed by a script inside Windows
  $ remediator demo --scenario my-fleet.json
  $ remediator demo --package dist/app    what is deployed, after "npm run package"
  $ remediator demo --json | tail -n 1

Exit codes:
  0  the VM was healed, and simulated Azure confirms it
  1  it was not: the last lines name the step that failed and what was undone
  2  bad input

With --json each line is an object; the last one is {"type":"result","outcome":...}.`;

/** What `remediator simulate --help` says after the options. */
export const SIMULATE_HELP = `
An HTTP server on 127.0.0.1 that answers as Azure Resource Manager does, with Windows guests
that have networks, services and tasks. /_simulator shows and changes its state.

Examples:
  $ remediator simulate
  $ remediator simulate --port 8080 --scenario my-fleet.json
  $ remediator simulate --scenario switch              a fleet of the demo
  $ remediator simulate --latency azure                as slow as the real one
  $ remediator simulate --json | head -n 1
  $ remediator simulate --seed 7

--seed draws faults, and events and alerts that come late or several times, and says first what
it drew, in the form of a scenario file's keys "faults" and "deliveries". The same seed and
fleet draw the same.

With --json the first line is {"armEndpoint":...,"subscriptionId":...,"token":...}.
Runs until Ctrl-C. Exit codes: 0 stopped, 2 bad input.`;

/** What `remediator serve --help` says after the options. */
export const SERVE_HELP = `
Runs the same functions as in Azure, on this machine, until Ctrl-C. The first Ctrl-C lets the
running step finish; what is left goes on at the next start. The second one quits at once.

Examples:
  $ remediator serve                                   against the demo's fleet, in this process;
                                                       its records go when the fleet goes,
                                                       unless you name a folder with --data
  $ remediator serve --seed 7                          the same, with faults drawn from the seed
  $ remediator serve --simulator http://127.0.0.1:8080 against "remediator simulate"
  $ remediator serve --azure                           against Azure, as "az login" lets you

Then, from another terminal:
  $ curl -X POST http://127.0.0.1:7071/api/heal -H 'content-type: application/json' \\
         -d '{"vmId":"VM_ID","dryRun":true}'

With --json the first line is {"url":...}. Exit codes: 0 stopped, 2 bad input.`;

/** What `remediator diagnose --help` says after the options. */
export const DIAGNOSE_HELP = `
Reads Azure, probes RDP and reads Windows with one read-only script through Run Command.
Changes nothing and makes no snapshot. --no-guest sends no Run Command at all.
--console looks at the serial console where the VM and its agent are silent. It types nothing
that changes anything, but connecting throws out whoever works there.

Examples:
  $ remediator diagnose VM_ID
  $ remediator diagnose VM_ID --no-guest
  $ remediator diagnose VM_ID --console
  $ remediator diagnose VM_ID --json | tail -n 1

Exit codes:
  0  nothing wrong         2  bad input, or no such VM
  1  a fault was found     3  could not tell

Signs in with DefaultAzureCredential: "az login" is enough. Needs Reader and, to read Windows,
Microsoft.Compute/virtualMachines/runCommand/action.`;

/** What `remediator heal --help` says after the options. */
export const HEAL_HELP = `
Snapshot first, then the least disruptive remedy, then proof; undoes what did not help.
Takes minutes: the probe is repeated two minutes after the heal.
Killed midway, the same call goes on with the same incident.
--dry-run changes nothing and makes no snapshot: it shows the plan.
--console lets it heal over the serial console where the agent is silent, without a restart;
connecting throws out whoever works there. With --dry-run it only looks there.
--pin-address makes the address of the primary NIC Static in Azure once the VM is proven well.
Nobody has confirmed whether that restarts the VM or changes its MAC address: expect a restart.

Examples:
  $ remediator heal VM_ID --dry-run
  $ remediator heal VM_ID
  $ remediator heal VM_ID --console
  $ remediator heal VM_ID --pin-address
  $ remediator heal VM_ID --simulator http://127.0.0.1:8080

Exit codes:
  0  healed, or nothing was wrong (--dry-run: a heal would be tried, or nothing is wrong)
  1  not healed: the last lines say what to do next
  2  bad input, or no such VM`;

/** What `remediator watch --help` says after the options. */
export const WATCH_HELP = `
Follows the open incidents of the local host ("remediator serve") or of a deployed one: the
steps that run now, newest incident first, and one line for each incident that ended. It only
looks. A VM that was well leaves no incident, so it is not shown.

A deployed host wants a function key: set the environment variable REMEDIATOR_HOST_KEY. Where it
wants tokens, set REMEDIATOR_ENTRA_AUDIENCE to its application's identifier URI, and sign in with
"az login". Either goes to that host only, over https or on this machine.

Examples:
  $ remediator watch
  $ remediator watch https://APP.azurewebsites.net
  $ remediator watch --once --json | jq '.open[].vmName'

Exit codes:
  0  stopped with Ctrl-C, or --once is done
  1  the host was in trouble when asked first
  2  bad input: no such host, a key that it does not take, something else at that address

A host that goes away later is asked again until it is back. With --json each line is an object
of type "watching", "opened", "step", "closed", "away" or "back"; with --once it is one "state".`;

/** What `remediator explain --help` says after the options. */
export const EXPLAIN_HELP = `
Reads what a person pastes out of a serial console: the output of "netsh interface ip show
config", "netsh interface ip show addresses" or "ipconfig /all", in any display language of
Windows. Says per adapter what is set, what is wrong against Azure's address, and the next
command. Calls nothing and changes nothing. Without FILE it reads standard input.

--azure-address takes all private IPv4 addresses of the VM's NIC, the primary one first.
Without it, the text is only shown, with the way to find that address.

Examples:
  $ remediator explain --azure-address 10.30.1.4 netsh.txt
  $ remediator explain --azure-address 10.30.1.4,10.30.1.5 < ipconfig.txt
  $ remediator explain --json netsh.txt

Exit codes:
  0  nothing wrong         2  bad input: no text, no adapter in it, a bad address, no such file
  1  a fault was found     3  could not tell; so also without --azure-address

With --json it is one object: {"adapters":[...],"diagnosis":{"kind","fault","adapter",
"azureAddresses","message","nextSteps"}}; dhcpEnabled, prefixLength and fault are null where
the text does not tell.`;
