import { beforeAll, describe, expect, it } from "vitest";

import { makeRights } from "../../local/simulator/arm/rights.ts";
import { Fleet } from "../end-to-end/fleet.ts";
import { FLOWS, PATIENT, type Flow } from "./flows.ts";
import { recordedRights, type Recorded } from "./recorded.ts";
import { actionsOf, GROUPS, ROLE } from "./role.ts";

const HOLDER = { oid: "oid-1", appid: "app-1" };

interface Played extends Recorded {
  readonly ends: readonly string[];
}

/** Plays a flow on a host and a simulated Azure that enforces the flow's groups. */
async function play(flow: Flow): Promise<Played> {
  const role = { actions: [...actionsOf(flow.groups)] };
  const fleet = await Fleet.start({ ...flow.scenario, role }, { ...PATIENT, ...flow.settings });
  try {
    const ends = await flow.play(fleet);
    const recorded = await recordedRights(fleet.simulator.armEndpoint);
    return { ...recorded, ends: ends.map(({ outcome }) => outcome?.kind ?? "none") };
  } finally {
    await fleet.close();
  }
}

describe("the role of the deployed identity", () => {
  const played = new Map<Flow, Played>();

  // Each waits more than it works.
  beforeAll(async () => {
    await Promise.all(FLOWS.map(async (flow) => played.set(flow, await play(flow))));
  }, 240_000);

  describe.each(FLOWS.map((flow) => [flow.name, flow] as const))("that %s", (_name, flow) => {
    it("has every right that is asked for, and all ends well with no other", () => {
      const { ends = [], rights = [], forbidden = [] } = played.get(flow) ?? {};

      expect(rights.filter((right) => !actionsOf(flow.groups).includes(right))).toEqual([]);
      expect(forbidden).toEqual([]);
      expect(ends).toEqual(flow.ends);
    });

    it("has no right that is not asked for", () => {
      const { rights = [] } = played.get(flow) ?? {};

      expect(actionsOf(flow.proves).filter((action) => !rights.includes(action))).toEqual([]);
    });
  });

  it.each(actionsOf())("cannot do without %s", (action) => {
    const without = actionsOf().filter((other) => other !== action);
    const allows = makeRights({ actions: [...without], notActions: [] }, HOLDER);

    const asked = [...played.values()].flatMap(({ rights }) => rights);

    expect(asked.filter((right) => !allows(HOLDER, right))).toContain(action);
  });

  it("has each right once, sorted, and each group is proven by one of the runs", () => {
    expect(new Set(actionsOf()).size).toBe(actionsOf().length);
    for (const group of GROUPS) {
      expect(ROLE[group]).toEqual(ROLE[group].toSorted());
    }
    expect(FLOWS.flatMap(({ proves }) => proves)).toEqual(GROUPS);
  });
});
