import { test } from "@fast-check/vitest";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { drawFaults, withDraw } from "../../local/simulator/faults/draw-faults.ts";
import { fault } from "../../local/simulator/scenario/fault-schema.ts";
import { parseScenario } from "../../local/simulator/scenario/scenario.ts";
import { aFleet } from "./harness.ts";

const FLEET = parseScenario(aFleet());
const SEEDS = Array.from({ length: 400 }, (_none, seed) => seed);
const BAD = "vm-bad-01";

describe("a draw", () => {
  test.prop([fc.nat()])("is the same for the same seed, bounded, and a valid scenario", (seed) => {
    const draw = drawFaults(seed, FLEET);

    const written = { ...aFleet(), seed, faults: draw.faults, deliveries: draw.deliveries };
    expect(drawFaults(seed, parseScenario(aFleet()))).toEqual(draw);
    expect(parseScenario(written)).toEqual(withDraw(FLEET, seed, draw));
    expect(draw.faults.length).toBeGreaterThanOrEqual(1);
    expect(draw.faults.length).toBeLessThanOrEqual(4);
    expect(draw.faults.filter(({ count }) => count === "always" || count > 2)).toEqual([]);
    expect(draw.faults.filter(({ vm }) => vm !== BAD)).toEqual([]);
  });

  it("holds every kind of fault there is, over many seeds", () => {
    const drawn = SEEDS.flatMap((seed) => drawFaults(seed, FLEET).faults.map(({ kind }) => kind));

    const kinds = fault.options.map((option) => option.shape.kind.value);
    expect([...new Set(drawn)].toSorted()).toEqual(kinds.toSorted());
  });

  it("holds late, repeated and overtaken deliveries, over many seeds", () => {
    const deliveries = SEEDS.flatMap((seed) => drawFaults(seed, FLEET).deliveries);

    expect(deliveries.some(({ delaySeconds, count }) => delaySeconds > 0 && count === 1)).toBe(
      true,
    );
    expect(deliveries.some(({ copies, apartSeconds }) => copies > 1 && apartSeconds > 0)).toBe(
      true,
    );
  });

  it("differs from seed to seed", () => {
    const draws = SEEDS.map((seed) => JSON.stringify(drawFaults(seed, FLEET)));

    expect(new Set(draws).size).toBeGreaterThan(SEEDS.length - 5);
  });
});
