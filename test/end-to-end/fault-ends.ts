import { z } from "zod";

import type { Count, FaultRow, Left, RowEnd } from "./fault-row.ts";
import type { Fleet, ShownIncident, SimulatorLog } from "./fleet.ts";

const adapter = z.object({
  mac: z.string(),
  dhcp: z.boolean(),
  addresses: z.array(z.object({ ip: z.string() })),
});
const faultsSchema = z.array(
  z.object({
    fault: z.object({ kind: z.string(), vm: z.string().optional() }),
    struck: z.number(),
  }),
);
const stateSchema = z.object({
  vms: z.array(
    z.object({
      name: z.string(),
      azureAddresses: z.array(z.string()),
      runCommand: z.object({ script: z.string().nullable() }).nullable(),
      managedCommands: z.array(z.object({ script: z.string().nullable() })),
      guest: z.object({ adapters: z.array(adapter), tasks: z.array(z.unknown()) }).nullable(),
    }),
  ),
  nics: z.array(z.object({ vm: z.string().nullable(), mac: z.string() })),
  snapshots: z.array(z.object({ name: z.string(), tags: z.record(z.string(), z.string()) })),
  faults: faultsSchema,
});
type State = z.output<typeof stateSchema>;

/** How often a fault struck a VM's run. */
export interface Strike {
  readonly kind: string;
  readonly vm: string | undefined;
  readonly struck: number;
}

/** How often each fault that is in force has struck. */
export async function strikes(fleet: Fleet): Promise<readonly Strike[]> {
  const { faults } = stateSchema.parse(await fleet.admin("/state"));
  return faults.map(({ fault: { kind, vm }, struck }) => ({ kind, vm, struck }));
}

/** What the host says of each row's run, and what simulated Azure shows of its VM; `nameOf` gives that by the row's index. */
export async function endsOf(
  fleet: Fleet,
  rows: readonly FaultRow[],
  { struck, nameOf }: { struck: readonly Strike[]; nameOf: (index: number) => string },
): Promise<readonly RowEnd[]> {
  const [state, log, incidents] = await Promise.all([
    fleet.admin("/state").then((shown) => stateSchema.parse(shown)),
    fleet.log(),
    fleet.incidents(),
  ]);
  return rows.map((row, index) => {
    const name = nameOf(index);
    const [incident, second] = incidents.filter(({ vmName }) => vmName === name);
    if (incident === undefined || second !== undefined) {
      throw new Error(`${row.title}: not exactly one incident`);
    }
    const shown = {
      requests: log.requests.filter(({ vm }) => vm === name),
      effects: log.effects.filter(({ vm }) => vm === name),
    };
    const missed = struck.filter((entry) => entry.vm === name && entry.struck === 0);
    return {
      row,
      left: leftOf({ row, incident, log: shown, state }),
      words: wordsOf(incident),
      missed: missed.map(({ kind }) => kind),
      log: shown,
    };
  });
}

interface Seen {
  readonly row: FaultRow;
  readonly incident: ShownIncident;
  readonly log: SimulatorLog;
  readonly state: State;
}

function wordsOf({ outcome }: ShownIncident): string {
  const { message = "", nextStep = "", remarks = [] } = outcome ?? {};
  return [message, nextStep, ...remarks].join("\n");
}

function leftOf({ row, incident, log, state }: Seen): Left {
  const { outcome, ledger, vmName } = incident;
  const vm = state.vms.find(({ name }) => name === vmName);
  return {
    outcome: `${outcome?.kind} ${outcome?.code}`,
    ledger: ledger.map((entry) => entry.state),
    guest: addressing(state, vmName),
    snapshot: snapshotOf(state, incident.id),
    tasks: (vm?.guest?.tasks.length ?? 0) + removedLater(incident, log),
    slot: vm?.runCommand?.script ?? leftBeside(vm) ?? "free",
    writes: {
      put: sent(log, "snapshot.put", null),
      read: like(row.left.writes.read, sent(log, "runCommand.post", "read-guest")),
      switch: like(row.left.writes.switch, sent(log, "runCommand.post", "switch-to-dhcp")),
      patch: sent(log, "snapshot.patch", null),
      delete: sent(log, "snapshot.delete", null),
    },
    // Routes follow from the addressing.
    effects: log.effects
      .map(({ kind }) => kind)
      .filter((kind) => kind !== "routesChanged")
      .toSorted(),
  };
}

/** Tasks which were still armed when the run said that it had ended. */
function removedLater({ closedAt }: ShownIncident, { effects }: SimulatorLog): number {
  return effects.filter(({ kind, at }) => kind === "deadManRemoved" && at > (closedAt ?? ""))
    .length;
}

/** Managed Run Commands that are still there. */
function leftBeside(vm: State["vms"][number] | undefined): string | null {
  const scripts = (vm?.managedCommands ?? []).map(({ script }) => script ?? "unknown");
  return scripts.length === 0 ? null : `managed ${scripts.toSorted().join(", ")}`;
}

function sent(log: SimulatorLog, operation: string, script: string | null): number {
  return log.requests.filter(
    (request) => request.operation === operation && (request.script ?? null) === script,
  ).length;
}

function like(wanted: Count, seen: number): Count {
  return wanted === "several" && seen > 1 ? "several" : seen;
}

function addressing(state: State, vmName: string): string {
  const vm = state.vms.find(({ name }) => name === vmName);
  const mac = state.nics.find((nic) => nic.vm === vmName)?.mac;
  const found = vm?.guest?.adapters.find((candidate) => candidate.mac === mac);
  if (vm === undefined || found === undefined) {
    return "gone";
  }
  const addresses = found.addresses.map(({ ip }) => ip).join(",");
  if (found.dhcp) {
    return addresses === vm.azureAddresses.join(",") ? "Azure's by DHCP" : `DHCP ${addresses}`;
  }
  const before = `10.40.1.${20 + Number(vmName.replace("row-", ""))}`;
  return addresses === before ? "static as before" : `static ${addresses}`;
}

function snapshotOf(state: State, incidentId: string): Left["snapshot"] {
  const own = state.snapshots.find(({ tags }) => tags["incidentId"] === incidentId);
  if (own === undefined) {
    return "none";
  }
  return own.tags["closed"] === undefined ? "open" : "closed";
}
