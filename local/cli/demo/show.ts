import { ALLOW, SHORT_WAITS } from "../host/embedded-settings.ts";
import type { SimulatedVm, SimulatorLogView } from "../simulator/simulator-schema.ts";
import type { Screen } from "../terminal/screen.ts";
import { printable } from "../terminal/text.ts";
import { addressesAgree, rdpText, usesDhcp, windowsAddresses } from "./fleet.ts";
import type { SnapshotFinding } from "./fleet.ts";
import type { Check, LeftAlone } from "./verdict.ts";

/** Writes a heading. */
export function heading(screen: Screen, text: string): void {
  screen.line("");
  screen.line(screen.colors.bold(text));
}

/** Shows every VM from both sides. */
export function showFleet(screen: Screen, vms: readonly SimulatedVm[]): void {
  heading(screen, "The fleet");
  for (const vm of vms) {
    const agree = addressesAgree(vm) && vm.rdp.kind === "open";
    const mark = agree ? screen.colors.green("●") : screen.colors.red("●");
    screen.line(`${mark} ${screen.colors.bold(vm.name)}  RDP ${rdpText(vm)}`);
    screen.say(`Azure ${vm.azureAddresses.join(", ")}; Windows ${windowsText(vm)}`, "  ");
    screen.say(vm.note, "  ");
  }
  screen.record({ type: "fleet", vms: vms.map(bothSides) });
}

/** Says what differs from real use. */
export function showDifferences(
  screen: Screen,
  vm: SimulatedVm,
  variables: Readonly<Record<string, string | undefined>>,
): void {
  const waits = SHORT_WAITS.map(({ variable, seconds, usualSeconds }) => ({
    variable,
    seconds: Number(variables[variable] ?? seconds),
    usualSeconds,
  }));
  const allowed = variables[ALLOW.variable] ?? ALLOW.allowed;
  const survives = vm.agent.survivesWrongAddress;
  heading(screen, "What differs from real use");
  screen.say("Waits are shortened through the settings, in seconds (usual ones in brackets):");
  const texts = waits.map((wait) => `${wait.variable}=${wait.seconds} (${wait.usualSeconds})`);
  screen.say(texts.join(", "), "  ");
  screen.say(
    allowed === ""
      ? `${ALLOW.variable} is empty: the settings allow nothing but scripts inside Windows.`
      : `The settings allow what is off by default, the serial console and restarts: ${ALLOW.variable}=${allowed}`,
  );
  if (survives) {
    screen.say(
      `The scenario sets agentSurvivesWrongAddress for ${vm.name}: its guest agent is taken to reach Azure although Windows has a wrong address. Nobody has confirmed that a real agent does.`,
    );
  }
  screen.record({ type: "differences", waits, allowed, agentSurvivesWrongAddress: survives });
}

/** One moment of the alerted VM. */
export interface Moment {
  readonly vm: SimulatedVm;
  readonly snapshots: readonly SnapshotFinding[];
  /** Its NICs, each as `lastingPart` has it. */
  readonly nics: readonly string[];
}

/** Shows the VM before and after, as simulated Azure tells it. */
export function showBeforeAndAfter(screen: Screen, before: Moment, after: Moment): void {
  heading(screen, `${after.vm.name} before and after, read from simulated Azure`);
  for (const [title, moment] of [
    ["Before", before],
    ["After", after],
  ] as const) {
    screen.line(screen.colors.bold(title));
    screen.say(`Azure's address: ${moment.vm.azureAddresses.join(", ")}`, "  ");
    screen.say(`RDP: ${rdpText(moment.vm)}`, "  ");
    screen.say(`Snapshot: ${snapshotText(moment.snapshots)}`, "  ");
    screen.line("  In Windows, netsh interface ip show config:");
    for (const line of (moment.vm.netsh ?? "").split(/\r?\n/u).filter((each) => each !== "")) {
      screen.line(`  │ ${printable(line.replace(/^ {4}/u, "· "))}`);
    }
    const { snapshots } = moment;
    screen.record({ type: title.toLowerCase(), ...bothSides(moment.vm), snapshots });
  }
}

/** Shows what was not touched, and why. */
export function showLeftAlone(screen: Screen, leftAlone: readonly LeftAlone[]): void {
  heading(screen, leftAlone.length > 0 ? "Left alone" : "There was nothing else to look at");
  for (const each of leftAlone) {
    screen.say(`${each.vm}: ${each.why}`);
    screen.record({ type: "leftAlone", ...each });
  }
}

/** Shows how much was asked of Azure, from simulated Azure's log. */
export function showCounts(screen: Screen, log: SimulatorLogView): void {
  const requests = countBy(
    log.requests.map(({ operation, script }) =>
      script === undefined ? operation : `${operation} ${script}`,
    ),
  );
  const effects = countBy(log.effects.map(({ kind }) => kind));
  heading(screen, "Simulated Azure's log");
  screen.say(`${log.requests.length} requests: ${countText(requests)}`);
  screen.say(`${log.effects.length} effects: ${countText(effects)}`);
  screen.record({ type: "counts", requests, effects });
}

/** Shows what had to hold. */
export function showChecks(screen: Screen, checks: readonly Check[]): void {
  heading(screen, "Checked against simulated Azure");
  for (const { what, holds, seen } of checks) {
    const mark = holds ? screen.colors.green("✔") : screen.colors.red("✖");
    screen.line(`${mark} ${what}${holds ? "" : `: ${seen}`}`);
  }
}

function bothSides(vm: SimulatedVm): object {
  return {
    vm: vm.name,
    azureAddresses: vm.azureAddresses,
    windowsAddresses: windowsAddresses(vm),
    rdp: rdpText(vm),
    netsh: vm.netsh,
  };
}

function windowsText(vm: SimulatedVm): string {
  const addresses = windowsAddresses(vm).join(", ");
  const how = usesDhcp(vm) ? "by DHCP" : "static";
  return `${addresses === "" ? "no address" : addresses} (${how})`;
}

function snapshotText(snapshots: readonly SnapshotFinding[]): string {
  const texts = snapshots.map(
    ({ name, expiresAt }) => `${name}, expires at ${expiresAt ?? "no known time"}`,
  );
  return texts.length === 0 ? "none" : texts.join("; ");
}

function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) {
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function countText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}
