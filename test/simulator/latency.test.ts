import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";

import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";

import { LATENCY_PROFILES, makeLatency } from "../../local/simulator/latency.ts";
import type { DrawnDuration, LatencyProfile } from "../../local/simulator/latency.ts";
import { seededRandom } from "../../local/simulator/random.ts";
import type { Simulator } from "../../local/simulator/simulator.ts";
import { aClock, admin, aFleet, simulate, vmView } from "./harness.ts";

const DRAWS = 200;

const DURATIONS: readonly DrawnDuration[] = [
  "requestMs",
  "commandMs",
  "snapshotMs",
  "nicWriteMs",
  "flowVerifyMs",
  "powerMs",
  "agentMs",
  "noRouteMs",
  "eventMs",
  "alertMs",
];

const PROFILES: readonly LatencyProfile[] = ["instant", "demo", "azure"];

const EACH = PROFILES.flatMap((profile) =>
  DURATIONS.map((duration) => [profile, duration] as const),
);

function draw(profile: LatencyProfile, duration: DrawnDuration, seed: number): number[] {
  const latency = makeLatency(profile, seededRandom(seed));
  return Array.from({ length: DRAWS }, () => latency[duration](0));
}

/** An address that takes everything, as CloudEvents' handshake wants it. */
async function anEndpoint(): Promise<string> {
  const server = createServer((request, response) => {
    response.setHeader("WebHook-Allowed-Origin", "eventgrid.azure.net");
    request.resume().once("end", () => response.end());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return `http://127.0.0.1:${port}/`;
}

const told = z.object({ deliveries: z.array(z.object({ at: z.string() })) });

/** When each delivery happened, after letting happen what is due. */
async function deliveriesOf(simulator: Simulator): Promise<string[]> {
  await admin(simulator, "/state");
  const { body } = await admin(simulator, "/subscriptions");
  return told.parse(body).deliveries.map(({ at }) => at);
}

describe("a latency profile", () => {
  it.each(EACH)("%s draws %s within its range, and again so from the same seed", (...each) => {
    const [profile, duration] = each;
    const [low, high] = LATENCY_PROFILES[profile].ranges[duration];

    const drawn = draw(profile, duration, 7);

    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(low);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(high);
    expect(draw(profile, duration, 7)).toEqual(drawn);
    // Most of the range is used, from its first tenth to its last.
    expect(Math.min(...drawn)).toBeLessThanOrEqual(low + (high - low) / 10);
    expect(Math.max(...drawn)).toBeGreaterThanOrEqual(high - (high - low) / 10);
  });

  it.each(DURATIONS)("azure draws %s otherwise from another seed", (duration) => {
    expect(draw("azure", duration, 8)).not.toEqual(draw("azure", duration, 7));
  });

  it.each([
    ["instant", 0],
    ["demo", 4 * 250],
    ["azure", 300_000],
  ] as const)("%s adds %i ms for a script of 300 s", (profile, expected) => {
    const without = makeLatency(profile, seededRandom(5)).commandMs(0);

    expect(makeLatency(profile, seededRandom(5)).commandMs(300)).toBe(without + expected);
  });

  it("azure repeats events as Event Grid does, for less than a day", () => {
    const { eventRetryMs } = makeLatency("azure", seededRandom(1));

    expect(eventRetryMs.map((ms) => ms / 1000)).toEqual([
      10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200,
    ]);
    expect(eventRetryMs.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(24 * 3_600_000);
  });
});

describe("the profile azure", () => {
  it("has the ranges that the documentation shows, in its order", () => {
    const text = readFileSync(path.join(import.meta.dirname, "../../docs/simulator.md"), "utf8");
    const section = text.slice(text.indexOf("## How long things take")).split("\n## ")[0] ?? "";
    const shown = [...section.matchAll(/^\| [^|]+ \| (?<low>[\d.]+)–(?<high>[\d.]+) +\|/gmu)].map(
      ({ groups }) => [Number(groups?.["low"]) * 1000, Number(groups?.["high"]) * 1000],
    );

    expect(shown).toEqual(DURATIONS.map((duration) => LATENCY_PROFILES.azure.ranges[duration]));
  });

  it("lets a VM whose NIC got another address come back after minutes", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now, latency: "azure" });
    await admin(simulator, "/nics/nic-good-01", { body: { address: "next" } });

    clock.forward(39);
    const early = await vmView(simulator, "vm-good-01");
    clock.forward(120 + 60 - 39);
    const late = await vmView(simulator, "vm-good-01");

    expect([early.power, early.agent.ready]).toEqual(["starting", false]);
    expect([late.power, late.agent.ready, late.rdp.kind]).toEqual(["running", true, "open"]);
  });

  it("delivers an event and an alert some time after what they tell of", async () => {
    const clock = aClock();
    const seed = 11;
    const simulator = await simulate(aFleet({ seed, alerts: [{ vm: "vm-bad-01" }] }), {
      now: clock.now,
      latency: "azure",
    });
    const url = await anEndpoint();
    await admin(simulator, "/subscriptions", { body: { kind: "alerts", url } });
    await admin(simulator, "/subscriptions", {
      body: { kind: "eventGrid", url, schema: "cloudEvents" },
    });
    await admin(simulator, "/nics/nic-good-01", { body: {} });

    const latency = makeLatency("azure", seededRandom(seed));
    const [alertMs, writeMs, eventMs] = [
      latency.alertMs(),
      latency.nicWriteMs(),
      latency.eventMs(),
    ];
    const began = clock.now().getTime();
    const delivered: number[] = [];
    for (const due of [writeMs + eventMs, alertMs]) {
      clock.forward((began + due - 1 - clock.now().getTime()) / 1000);
      await deliveriesOf(simulator);
      await deliveriesOf(simulator);
      clock.forward(0.001);
      delivered.push(due);
      await expect.poll(async () => await deliveriesOf(simulator)).toHaveLength(delivered.length);
    }

    expect(await deliveriesOf(simulator)).toEqual(
      delivered.map((due) => new Date(began + due).toISOString()),
    );
  });
});
