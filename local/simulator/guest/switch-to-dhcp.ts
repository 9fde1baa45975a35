import { z } from "zod";

import { isIpv4, normalizeMac } from "../../../shared/domain/addresses.ts";
import { deadManScript } from "./dead-man.ts";
import { adapterViews, envelopeLine, maskedAddress, type AdapterView } from "./envelope.ts";
import {
  clockOf,
  evidenceOf,
  isNameable,
  netshDhcp,
  removeTask,
  restoreStatic,
  ScriptKilledError,
  SETTLE_SECONDS,
  TASK_PREFIX,
  type SavedConfiguration,
  type Session,
} from "./session.ts";
import {
  adapterOf,
  gatewaysInForce,
  removeDefaultRoute,
  startDhcpService,
  storedConfiguration,
} from "./windows.ts";

const parameters = z
  .object({
    incidentId: z.string().regex(/^[A-Za-z0-9._-]{1,128}$/u),
    mac: z.string().transform((mac) => normalizeMac(mac)),
    fingerprint: z.string(),
    notAfter: z.iso.datetime(),
    expectedAddress: z.string().refine((ip) => isIpv4(ip)),
    primaryNic: z.boolean(),
    leaseWaitSeconds: z.number().int().min(1),
    deadManSeconds: z.number().int(),
  })
  .refine((given) => given.mac !== null)
  .refine((given) => given.deadManSeconds >= given.leaseWaitSeconds + 3 * SETTLE_SECONDS);

interface Run {
  readonly session: Session;
  readonly given: z.output<typeof parameters>;
  readonly task: string;
  taskState: "gone" | "armed" | "never-armed";
  before: AdapterView | null;
  netsh: string | null;
  detail: string | null;
}

/** Emulates `switch-to-dhcp.ps1`: the line that it prints. */
export function switchToDhcp(session: Session, values: unknown): string {
  if (!session.state.elevated) {
    return refusal(session, "not-elevated", null);
  }
  const given = parameters.safeParse(values);
  if (!given.success) {
    return refusal(session, "bad-parameters", z.prettifyError(given.error));
  }
  const run: Run = {
    session,
    given: given.data,
    task: TASK_PREFIX + given.data.incidentId,
    taskState: "never-armed",
    before: null,
    netsh: null,
    detail: null,
  };
  return answer(run, transaction(run));
}

function refusal(session: Session, exit: string, detail: string | null): string {
  const nothing = { task: "never-armed", before: null, after: null };
  const at = clockOf(session);
  return envelopeLine({ sir: "switch-to-dhcp/1", at, exit, detail, ...nothing }, null);
}

function answer(run: Run, exit: string): string {
  const { session, before } = run;
  const after = before === null ? null : viewOf(run);
  const text = before === null ? null : evidenceOf(session, before.guid);
  const envelope = {
    sir: "switch-to-dhcp/1",
    at: clockOf(session),
    exit,
    detail: run.detail,
    task: run.taskState,
    before,
    after,
  };
  return envelopeLine(envelope, run.netsh === null ? text : `${run.netsh}\n${text}`);
}

function transaction(run: Run): string {
  const refused = guard(run);
  if (refused !== null || run.before === null) {
    return refused ?? "error";
  }
  const saved = save(run, run.before);
  run.netsh = evidenceOf(run.session, saved.guid);
  if (!arm(run, saved)) {
    return "no-dead-man";
  }
  return change(run, saved);
}

/** Why the adapter must not be touched; null if it may be. */
function guard(run: Run): string | null {
  const { session, given } = run;
  if (Date.parse(clockOf(session)) > Date.parse(given.notAfter)) {
    return "expired";
  }
  const tasks = session.state.tasks.filter((task) => task.name.startsWith(TASK_PREFIX));
  if (tasks.some((task) => task.name === run.task)) {
    run.taskState = "armed";
  }
  if (tasks.some((task) => task.name !== run.task)) {
    return "other-run";
  }
  const [view, ...others] = adapterViews(session.state).filter((shown) => shown.mac === given.mac);
  if (view === undefined || others.length > 0) {
    return "adapter-missing";
  }
  run.before = view;
  return guardView(run, view);
}

function guardView(run: Run, view: AdapterView): string | null {
  if (!view.on) {
    return "adapter-disabled";
  }
  if (isRight(run, view)) {
    if (run.taskState === "armed") {
      disarm(run);
    }
    return "already-dhcp";
  }
  if (view.fp !== run.given.fingerprint) {
    return "drifted";
  }
  if (view.dhcp) {
    return "lease-stale";
  }
  const adapter = adapterOf(run.session.state, view.guid);
  if (adapter !== undefined && !isNameable(run.session.state, adapter)) {
    run.detail = "Another adapter has this one's index as its name.";
    return "error";
  }
  return null;
}

function save(run: Run, before: AdapterView): SavedConfiguration {
  const { state } = run.session;
  const adapter = adapterOf(state, before.guid);
  const stored = adapter === undefined ? null : storedConfiguration(adapter);
  const inForce = keptOf(before).map((address) => maskedAddress(address));
  const known = stored !== null && stored.addresses.length > 0 ? stored.addresses : inForce;
  const gateways =
    stored !== null && stored.addresses.length > 0
      ? stored.gateways
      : before.gw.map((gateway) => `${gateway}/0`);
  const modes = { automatic: "Auto", manual: "Manual", disabled: "Disabled" } as const;
  return {
    guid: before.guid,
    expected: run.given.expectedAddress,
    task: run.task,
    addresses: [...known],
    gateways: known.length === 0 ? [] : [...gateways],
    dhcpMode: modes[state.dhcpService.startMode],
    dhcpRan: state.dhcpService.state === "running",
  };
}

function arm(run: Run, saved: SavedConfiguration): boolean {
  const { session } = run;
  if (!session.state.taskRegistration) {
    run.detail = "The task could not be registered.";
    return false;
  }
  const task = {
    name: run.task,
    fireAt: clockOf(session, run.given.deadManSeconds),
    script: deadManScript(saved),
  };
  const others = session.state.tasks.filter((other) => other.name !== run.task);
  session.state = { ...session.state, tasks: [...others, task] };
  run.taskState = "armed";
  if (session.world.killAfter === "armed") {
    throw new ScriptKilledError();
  }
  return true;
}

/** Everything that changes the guest; the task is armed when it begins. */
function change(run: Run, saved: SavedConfiguration): string {
  if (!startService(run, saved)) {
    run.detail = "The service could not be started.";
    return undo(run, saved, "dhcp-unusable");
  }
  netshDhcp(run.session, saved.guid);
  if (viewOf(run)?.dhcp !== true) {
    run.session.seconds += SETTLE_SECONDS;
    return undo(run, saved, "netsh-failed");
  }
  return waitForLease(run, saved);
}

function startService(run: Run, saved: SavedConfiguration): boolean {
  const { session } = run;
  if (saved.dhcpMode === "Disabled") {
    const dhcpService = { ...session.state.dhcpService, startMode: "automatic" } as const;
    session.state = { ...session.state, dhcpService };
  }
  const started = startDhcpService(session.state, session.world);
  session.state = started ?? session.state;
  return started !== null;
}

function waitForLease(run: Run, saved: SavedConfiguration): string {
  const { session } = run;
  const view = viewOf(run);
  const kept = view === null ? [] : keptOf(view);
  if (kept.length > 0 && session.world.killAfter === "leased") {
    throw new ScriptKilledError();
  }
  if (view !== null && isRight(run, view)) {
    session.seconds += 1;
    disarm(run);
    return clearRoutes(run, saved) || !run.given.primaryNic ? "switched" : "no-default-route";
  }
  session.seconds += run.given.leaseWaitSeconds;
  return undo(run, saved, kept.length === 0 ? "lease-missing-restored" : "lease-wrong-restored");
}

/** Removes old default routes where the lease has another; says whether an active one leads through the lease's gateway. */
function clearRoutes(run: Run, saved: SavedConfiguration): boolean {
  const adapter = adapterOf(run.session.state, saved.guid);
  const [leased] = adapter?.gateways ?? [];
  if (adapter === undefined || leased === undefined) {
    return false;
  }
  for (const gateway of saved.gateways) {
    const hop = gateway.split("/")[0] ?? "";
    if (hop !== leased && gatewaysInForce(run.session.state, adapter).includes(hop)) {
      run.session.state = removeDefaultRoute(run.session.state, adapter.index, hop);
    }
  }
  return true;
}

function undo(run: Run, saved: SavedConfiguration, exit: string): string {
  if (!restoreStatic(run.session, saved)) {
    return "restore-failed";
  }
  if (viewOf(run)?.ip.join(",") !== run.before?.ip.join(",")) {
    run.session.seconds += SETTLE_SECONDS;
  }
  disarm(run);
  return exit;
}

function disarm(run: Run): void {
  if (removeTask(run.session, run.task)) {
    run.taskState = "gone";
  } else {
    run.detail = "The task could not be removed.";
  }
}

function viewOf(run: Run): AdapterView | null {
  return adapterViews(run.session.state).find((view) => view.guid === run.before?.guid) ?? null;
}

function keptOf(view: AdapterView): readonly string[] {
  return view.ip.filter((address) => !address.startsWith("169.254."));
}

function isRight(run: Run, view: AdapterView): boolean {
  const kept = keptOf(view).map((address) => address.split("/")[0]);
  return view.dhcp && kept.join(",") === run.given.expectedAddress;
}
