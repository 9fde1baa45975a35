import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";

import type { ScriptRun } from "../../local/simulator/guest/state.ts";
import { runOnEmulation } from "./emulate.ts";
import { engine, noEngine, runOnEngine } from "./engine.ts";
import { repairCase } from "./guest-arbitraries.ts";
import { withoutGzip } from "./with-envelope.ts";

const SEED = 20_260_302;
const examples = fc.sample(repairCase, { seed: SEED, numRuns: 200 });

describe.skipIf(engine === null)(
  `emulation and engine on 200 repairs of one seed${noEngine}`,
  () => {
    let real: readonly (readonly ScriptRun[])[] = [];

    beforeAll(() => {
      real = runOnEngine(examples);
    }, 240_000);

    it.each(examples.map((example, index) => ({ example, index })))(
      "repair $index: equal answers, and equal states afterwards",
      ({ example, index }) => {
        const emulated = runOnEmulation(example);

        expect(emulated.map((run) => withoutGzip(run))).toEqual(
          (real[index] ?? []).map((run) => withoutGzip(run)),
        );
      },
    );

    it("meets every way in which a repair can end that a state and a world decide", () => {
      const exits = new Set(real.flat().map((run) => /"exit":"([a-z-]+)"/u.exec(run.stdout)?.[1]));

      expect([...exits].filter((exit) => exit !== undefined).toSorted()).toEqual([
        "adapter-disabled",
        "addresses-set",
        "already-right",
        "dhcp-unusable",
        "drifted",
        "enable-failed",
        "enabled-static",
        "error-restored",
        "expired",
        "lease-missing",
        "lease-missing-restored",
        "lease-wrong-restored",
        "no-dead-man",
        "no-default-route",
        "not-elevated",
        "not-set-restored",
        "other-run",
        "repaired",
        "restore-failed",
        "sources-not-set",
        "task-armed",
      ]);
    });
  },
);
