import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { rootPlace } from "../../functions/telemetry/trace-ids.ts";
import { Collector, type ReceivedSpan } from "../functions/telemetry/collector.ts";
import { Fleet, type ShownIncident } from "./fleet.ts";
import { alert } from "./kill-host.ts";
import { aBrokenVm, aScenario } from "./scenarios.ts";

/** An operator's own words. */
const WORDS = "ticket 4711, asked for by Kim";

const holdsSchema = z.object({ holds: z.array(z.object({ state: z.string() })) });

describe("a host that tells a collector of an alert's heal, a dry run, and a heal in the middle of which it is killed", () => {
  let collector: Collector;
  let fleet: Fleet;
  let healed: ShownIncident;
  let refused: ShownIncident;
  let killed: ShownIncident;

  beforeAll(async () => {
    collector = await Collector.start();
    const vms = [aBrokenVm("vm-heal", 10), aBrokenVm("vm-dry", 11), aBrokenVm("vm-kill", 12)];
    fleet = await Fleet.start(aScenario(vms), {
      REMEDIATOR_TELEMETRY: "otlp",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      REMEDIATOR_GUEST_SWITCH_SECONDS: "60",
    });
    await alert(fleet, "vm-heal");
    await fleet.heal("vm-dry", { dryRun: true, reason: WORDS });
    healed = await fleet.outcomeOf("vm-heal");
    refused = await fleet.outcomeOf("vm-dry");
    await killAtTheSwitch();
    killed = await fleet.outcomeOf("vm-kill");
    await stopInOrder();
  }, 120_000);

  afterAll(async () => {
    await fleet.close();
    await collector.close();
  });

  /** Kills the host while a switch is under way, once it has told of what it did before. */
  async function killAtTheSwitch(): Promise<void> {
    await fleet.admin("/holds", { vm: "vm-kill", script: "switch-to-dhcp", when: "after" });
    await alert(fleet, "vm-kill");
    await fleet.until("the switch, and spans of what was before", 30, async () => {
      const { holds } = holdsSchema.parse(await fleet.admin("/holds"));
      const [open] = await fleet.incidents("vm-kill");
      const told = open !== undefined && spansOf(open).length > 0;
      return told && holds.some(({ state }) => state === "reached") ? true : null;
    });
    await fleet.killHost();
    await fleet.clearHolds();
    await fleet.startHost();
  }

  async function stopInOrder(): Promise<void> {
    const pid = fleet.hostPid;
    process.kill(pid, "SIGTERM");
    await fleet.until("the host's end", 20, async () => await Promise.resolve(isGone(pid)));
  }

  function spansOf({ id }: { readonly id: string }): readonly ReceivedSpan[] {
    const { traceId } = rootPlace("incident", id);
    return collector.spans.filter((span) => span.traceId === traceId);
  }

  it("puts all that was done for an incident under its span, which names its signals", () => {
    const spans = spansOf(healed);
    const [root, ...others] = spans.filter(({ name }) => name === "incident");
    const names = spans.map(({ name }) => name);
    const [signalId = ""] = healed.signalIds;
    const signal = collector.spans.find(
      ({ attributes }) => attributes["remediator.signal.id"] === signalId,
    );

    expect(others).toEqual([]);
    expect(names).toEqual(
      expect.arrayContaining([
        "readAzureFacts",
        "probe",
        "openIncident",
        "startSnapshot",
        "startGuestRead",
        "pollGuestSwitch",
        "closeIncident",
      ]),
    );
    for (const span of spans.filter((each) => each !== root)) {
      expect(span).toMatchObject({ parentSpanId: root?.spanId });
    }
    expect(root?.links).toEqual([rootPlace("signal", signalId)]);
    expect(signal).toMatchObject({ name: "signal", ...rootPlace("signal", signalId) });
  });

  it("gives an incident one trace and one end, whichever process did what", () => {
    const spans = spansOf(killed);

    expect(killed.outcome).toMatchObject({ kind: "healed" });
    expect(new Set(spans.map((span) => span.process)).size).toBe(2);
    expect(spans.filter(({ name }) => name === "incident")).toHaveLength(1);
  });

  it("counts each incident once, and measures how long it took", () => {
    const healedBy = { outcome: "healed", code: "guest-dhcp", mode: "heal" };
    const dryRun = { outcome: "refused", code: "dry-run", mode: "dryRun" };

    expect(refused.outcome).toMatchObject({ kind: "refused", code: "dry-run" });
    expect(counts("remediator.incidents")).toHaveLength(2);
    expect(counts("remediator.incidents")).toEqual(
      expect.arrayContaining([
        [healedBy, 2],
        [dryRun, 1],
      ]),
    );
    expect(counts("remediator.time_to_heal")).toEqual([[{ remedy: "guest-dhcp" }, 2]]);
    expect(counts("remediator.remedies")).toEqual([[{ remedy: "guestDhcp", state: "done" }, 2]]);
    expect(counts("remediator.step.duration")).toContainEqual([
      { step: "guestSwitch", result: "done" },
      2,
    ]);
    expect(collector.points("remediator.time_to_heal")[0]?.sum).toBeGreaterThan(0);
  });

  it("counts a signal once as it comes and once as it is taken; those of a process that dies may be lost", () => {
    const source = "operator";
    const signals = counts("remediator.signals");

    expect(signals).toContainEqual([{ source, state: "pending", reason: "none" }, 1]);
    expect(signals).toContainEqual([{ source, state: "taken", reason: "none" }, 1]);
    for (const [, count] of signals) {
      expect(count).toBeLessThanOrEqual(2);
    }
  });

  it("tells neither the words of an operator nor a token", () => {
    const told = collector.bodies.join("\n");

    expect(told).not.toContain(WORDS);
    expect(told).not.toContain(fleet.simulator.token);
  });

  function counts(metric: string): readonly (readonly [unknown, number])[] {
    return collector.points(metric).map(({ attributes, value }) => [attributes, value]);
  }
});

/** Whether a process has ended; null: not yet. */
function isGone(pid: number): true | null {
  try {
    process.kill(pid, 0);
    return null;
  } catch {
    return true;
  }
}
