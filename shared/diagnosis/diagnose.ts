import type { Diagnosis, DiagnosisKind } from "../domain/diagnosis.ts";
import type { AzureFacts, GuestReading, NicFacts } from "../domain/facts.ts";
import { describeSituation } from "./describe-situation.ts";
import {
  situationOf,
  type AdapterState,
  type AddressRelation,
  type ConfigurationCount,
  type RouteState,
  type Situation,
} from "./situation.ts";

/** One row of the diagnosis table; a column that is left out admits everything. */
export interface Row {
  readonly kind: DiagnosisKind;
  readonly state: AdapterState;
  readonly configurations?: ConfigurationCount;
  readonly relations?: readonly AddressRelation[];
  readonly routes?: readonly RouteState[];
}

/** The diagnosis table: the first row that admits a situation names it. */
export const ROWS: readonly Row[] = [
  { kind: "adapter-disabled", state: "disabled" },
  { kind: "adapter-missing", state: "missing" },
  { kind: "guest-unreadable", state: "unreadable" },
  { kind: "extra-addresses", state: "dhcpOff", relations: ["superset"] },
  {
    kind: "static-multi-address",
    state: "dhcpOff",
    configurations: "several",
    relations: ["equal"],
  },
  { kind: "static-multi-mismatch", state: "dhcpOff", configurations: "several" },
  {
    kind: "static-matching",
    state: "dhcpOff",
    configurations: "one",
    relations: ["equal"],
    routes: ["right", "unknown"],
  },
  {
    kind: "static-wrong-route",
    state: "dhcpOff",
    configurations: "one",
    relations: ["equal"],
    routes: ["wrong"],
  },
  {
    kind: "static-mismatch",
    state: "dhcpOff",
    configurations: "one",
    relations: ["other", "none"],
  },
  { kind: "healthy", state: "dhcpOn", relations: ["equal", "superset", "primaryOnly"] },
  { kind: "lease-stale", state: "dhcpOn", relations: ["other"] },
  { kind: "dhcp-failed", state: "dhcpOn", relations: ["none"] },
];

/** The verdict on each NIC of the VM, primary first. */
export function diagnose(azure: AzureFacts, guest: GuestReading): readonly Diagnosis[] {
  const primaryFirst = [
    ...azure.nics.filter(({ primary }) => primary),
    ...azure.nics.filter(({ primary }) => !primary),
  ];
  return primaryFirst.map((nic) => diagnoseNic(nic, guest));
}

/** The first row that fits. A situation that no facts lead to fits none: then a person decides. */
export function verdictOn(situation: Situation): DiagnosisKind {
  return ROWS.find((row) => admits(row, situation))?.kind ?? "guest-unreadable";
}

/** Whether a row of the diagnosis table admits a situation. */
export function admits(row: Row, situation: Situation): boolean {
  return (
    row.state === situation.state &&
    (row.configurations === undefined || row.configurations === situation.configurations) &&
    (row.relations === undefined || row.relations.includes(situation.relation)) &&
    (row.routes === undefined || row.routes.includes(situation.route))
  );
}

function diagnoseNic(nic: NicFacts, guest: GuestReading): Diagnosis {
  const situation = situationOf(nic, guest);
  const kind = verdictOn(situation);
  return {
    kind,
    nicId: nic.id,
    primaryNic: nic.primary,
    adapterName: situation.adapter?.name ?? null,
    azureAddresses: situation.azureAddresses,
    guestAddresses: situation.guestAddresses,
    message: describeSituation(kind, nic, situation, guest),
  };
}
