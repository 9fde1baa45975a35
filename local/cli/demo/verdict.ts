import type { RunResult } from "../run/report-run.ts";
import type { SimulatedVm } from "../simulator/simulator-schema.ts";
import { addressesAgree, rdpText, usesDhcp, windowsAddresses } from "./fleet.ts";
import type { SnapshotFinding } from "./fleet.ts";

/** One thing that has to hold at the end of the demo. */
export interface Check {
  readonly what: string;
  readonly holds: boolean;
  /** What was seen instead, or as proof. */
  readonly seen: string;
}

/** What was left alone, and why. */
export interface LeftAlone {
  readonly vm: string;
  readonly asExpected: boolean;
  readonly why: string;
  /** Changes that simulated Azure saw there. */
  readonly changes: number;
}

/** Everything that the verdict looks at; `after` and `snapshots` as simulated Azure tells them. */
export interface Ending {
  readonly result: Pick<RunResult, "outcome" | "code">;
  readonly after: SimulatedVm;
  readonly snapshots: readonly SnapshotFinding[];
  readonly switches: number;
  readonly restarts: number;
  /** Whether the VM's NICs are what they were. */
  readonly nicsKept: boolean;
  readonly leftAlone: readonly LeftAlone[];
}

/** What has to hold for exit code 0, each from simulated Azure where it can say it. */
export function checksOf(ending: Ending): readonly Check[] {
  const { result, after, snapshots, nicsKept, leftAlone } = ending;
  const tasks = after.guest?.tasks.map(({ name }) => name) ?? [];
  const [snapshot] = snapshots;
  return [
    check("the outcome is healed", result.outcome === "healed", result.outcome),
    check("RDP answers", after.rdp.kind === "open", rdpText(after)),
    check(
      "Windows has Azure's address, by DHCP",
      addressesAgree(after) && usesDhcp(after),
      listed(windowsAddresses(after)),
    ),
    check(
      "one snapshot, complete",
      snapshots.length === 1 && snapshot?.complete === true,
      listed(snapshots.map(({ name }) => name)),
    ),
    ...(result.code === "nic-reset" ? checksOfReset(ending) : checksOfSwitch(ending)),
    check("the NIC is what it was", nicsKept, "it differs"),
    check("no dead-man task is left in Windows", tasks.length === 0, listed(tasks)),
    ...leftAlone.map(({ vm, asExpected, changes, why }) =>
      check(`${vm} was left alone`, asExpected && changes === 0, why),
    ),
  ];
}

/** Inside Windows a switch is enough. */
function checksOfSwitch({ switches, restarts }: Ending): readonly Check[] {
  return [
    check("one switch to DHCP", switches === 1, `${switches}`),
    check("no restart", restarts === 0, `${restarts}`),
  ];
}

/** There and back are two writes of the NIC, and two more where Azure gives the address dynamically. */
function checksOfReset({ restarts }: Ending): readonly Check[] {
  return [
    check(`${restarts} restarts, two to four`, restarts >= 2 && restarts <= 4, `${restarts}`),
  ];
}

function check(what: string, holds: boolean, seen: string): Check {
  return { what, holds, seen };
}

function listed(items: readonly string[]): string {
  return items.length === 0 ? "none" : items.join(", ");
}
