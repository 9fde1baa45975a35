import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";

import { nextWrite } from "../../../shared/remedies/nic-reset/next-write.ts";
import { standingOf } from "../../../shared/remedies/nic-reset/nic-standing.ts";
import {
  withWrite,
  type ResetRecord,
  type ResetTarget,
} from "../../../shared/remedies/nic-reset/reset-record.ts";
import { aNicWith, aRecord } from "./nic-body.ts";

const DYNAMIC: ResetTarget = { address: "10.0.0.10", allocation: "Dynamic" };
const STATIC: ResetTarget = { address: "10.0.0.10", allocation: "Static" };
const SWAP: ResetTarget = { address: "10.0.0.4", allocation: "Static" };
const ELSEWHERE: ResetTarget = { address: "10.0.0.77", allocation: "Static" };
const MOVED: ResetTarget = { address: "10.0.0.5", allocation: "Dynamic" };

describe("where a NIC stands in its reset", () => {
  it.each<[string, readonly ResetTarget[], ResetTarget, string]>([
    ["before any write", [], DYNAMIC, "original"],
    ["with its swap address", [SWAP], SWAP, "swap"],
    ["with an earlier swap address", [SWAP, { ...SWAP, address: "10.0.0.6" }], SWAP, "swap"],
    ["with its own address, Static", [SWAP, STATIC], STATIC, "kept"],
    ["Dynamic again", [SWAP, STATIC, DYNAMIC], DYNAMIC, "original"],
    ["Dynamic again with another address", [SWAP, STATIC, DYNAMIC], MOVED, "moved"],
    ["with somebody's address", [SWAP], ELSEWHERE, "foreign"],
    ["Dynamic with another address, which we never wrote", [SWAP], MOVED, "foreign"],
    ["made Static by somebody", [SWAP], STATIC, "foreign"],
    ["with a swap address that we never wrote", [], SWAP, "foreign"],
  ])("is told by the ledger: %s", (_what, written, now, place) => {
    expect(standingOf(aRecord({ written }), aNicWith(now))).toMatchObject({ place, changes: [] });
  });

  it.each([
    ["Succeeded", "settled"],
    ["Updating", "updating"],
    ["Failed", "failed"],
    ["Canceled", "failed"],
  ])("says of Azure's %s: %s", (provisioningState, state) => {
    const nic = aNicWith(DYNAMIC, { provisioningState });

    expect(standingOf(aRecord(), nic).state).toBe(state);
  });

  it("names what somebody else changed beside the address", () => {
    const nic = aNicWith(SWAP, { tags: { owner: "till", by: "policy" } });

    expect(standingOf(aRecord({ written: [SWAP] }), nic)).toMatchObject({
      place: "swap",
      changes: ["tags.by"],
    });
  });

  it("is somebody's doing where the IP configuration is gone", () => {
    const nic = { ...aNicWith(DYNAMIC), ipConfigurations: [] };

    expect(standingOf(aRecord(), nic)).toMatchObject({ place: "foreign", address: null });
  });
});

describe("the next write on the way back", () => {
  it.each<[string, readonly ResetTarget[], ResetTarget, unknown]>([
    ["from a swap address: the own one, Static", [SWAP], SWAP, { kind: "write", target: STATIC }],
    ["from there: Dynamic again", [SWAP, STATIC], STATIC, { kind: "write", target: DYNAMIC }],
    [
      "from another one of Azure's: Static again",
      [SWAP, STATIC, DYNAMIC],
      MOVED,
      { kind: "write", target: STATIC },
    ],
    [
      "and then no more",
      [SWAP, STATIC, DYNAMIC, STATIC],
      STATIC,
      { kind: "finished", keptStatic: true },
    ],
    ["none at the end", [SWAP, STATIC, DYNAMIC], DYNAMIC, { kind: "finished", keptStatic: false }],
    ["none over somebody's", [SWAP], ELSEWHERE, { kind: "foreign" }],
  ])("%s", (_what, written, now, next) => {
    const record = aRecord({ written });

    expect(nextWrite(record, standingOf(record, aNicWith(now)))).toEqual(next);
  });

  it("is the same once more where the last one failed", () => {
    const record = aRecord({ written: [SWAP, STATIC, DYNAMIC] });
    const failed = aNicWith(DYNAMIC, { provisioningState: "Failed" });

    expect(nextWrite(record, standingOf(record, failed))).toEqual({
      kind: "write",
      target: DYNAMIC,
    });
  });

  test.prop([
    fc.constantFrom<"Static" | "Dynamic">("Static", "Dynamic"),
    fc.boolean(),
    fc.array(fc.boolean(), { maxLength: 3 }),
  ])(
    "ends with the own address after four writes at most, wherever it begins",
    (allocation, keeps, lost) => {
      const original: ResetTarget = { address: "10.0.0.10", allocation };
      let record = aRecord({ original, written: [SWAP] });
      let now = SWAP;
      let writes = 0;

      for (
        let next = nextOf(record, now);
        next.kind === "write" && writes < 20;
        next = nextOf(record, now)
      ) {
        record = withWrite(record, next.target);
        writes += 1;
        // A write that is lost has no effect, and is made again.
        if (lost.shift() !== true) {
          now = effectOf(next.target, keeps);
        }
      }

      expect(now.address).toBe("10.0.0.10");
      expect(now.allocation).toBe(keeps || allocation === "Static" ? allocation : "Static");
      expect(writes).toBeLessThanOrEqual(4 + 3);
    },
  );
});

function nextOf(record: ResetRecord, now: ResetTarget): ReturnType<typeof nextWrite> {
  return nextWrite(record, standingOf(record, aNicWith(now)));
}

function effectOf(target: ResetTarget, dynamicKeepsAddress: boolean): ResetTarget {
  return target.allocation === "Dynamic" && !dynamicKeepsAddress ? MOVED : target;
}
