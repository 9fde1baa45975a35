import { fc, test } from "@fast-check/vitest";
import pc from "picocolors";
import { describe, expect, it } from "vitest";

import { displayWidth } from "../../../local/cli/terminal/text.ts";
import { closedLine, fitBlocks, openBlock } from "../../../local/cli/watch/incident-lines.ts";
import type { Step } from "../../../shared/domain/incident.ts";
import { anIncidentView } from "../builders.ts";

const NOW = { now: "2026-05-04T10:00:30.000Z", frame: 0 };
const plain = pc.createColors(false);
const style = { columns: 80, colors: plain };

function aStep(change: Partial<Step>): Step {
  const startedAt = "2026-05-04T10:00:00.000Z";
  return {
    name: "azureFacts",
    startedAt,
    endedAt: null,
    state: "running",
    detail: null,
    ...change,
  };
}

const read = aStep({ endedAt: "2026-05-04T10:00:02.000Z", state: "done", detail: "it runs" });

describe("an open incident's block", () => {
  it("shows the VM, the mode, its age, and the steps that run", () => {
    const steps = [read, aStep({ name: "backup", startedAt: "2026-05-04T10:00:18.000Z" })];

    const lines = openBlock(anIncidentView({ mode: "dryRun", steps }), NOW, style);

    expect(lines).toEqual([
      "vm-web  dry run since 10:00:00 UTC (30 s)",
      "  ⠋ Snapshot the OS disk           12 s",
    ]);
  });

  it("shows the step that ended last where none runs", () => {
    const lines = openBlock(anIncidentView({ steps: [read] }), NOW, style);

    expect(lines.slice(1)).toEqual(["  ✔ Read Azure                    2.0 s  it runs"]);
  });

  it("lets no name move the cursor", () => {
    const lines = openBlock(anIncidentView({ vmName: "vm\u001B[2J\nx" }), NOW, style);

    expect(lines).toEqual(["vm x  heal since 10:00:00 UTC (30 s)"]);
  });

  it.each([12, 20, 40, 80])("fits %d columns and leaves the last one free", (columns) => {
    const incident = anIncidentView({ vmName: "vm-日本-with-a-long-name", steps: [aStep({})] });

    const lines = openBlock(incident, NOW, { columns, colors: plain });

    expect(lines).toHaveLength(2);
    expect(lines.map(displayWidth).filter((width) => width >= columns)).toEqual([]);
  });
});

describe("the blocks", () => {
  it("end with the number of those that had no place", () => {
    const blocks = [["a", "a1"], ["b", "b1"], ["c"], ["d"]];

    expect(fitBlocks(blocks, 6)).toEqual(["a", "a1", "b", "b1", "c", "d"]);
    expect(fitBlocks(blocks, 5)).toEqual(["a", "a1", "b", "b1", "and 2 more"]);
    expect(fitBlocks(blocks, 4)).toEqual(["a", "a1", "and 3 more"]);
    expect(fitBlocks(blocks, 2)).toEqual(["4 open"]);
  });

  const anyBlocks = fc.array(fc.array(fc.constant("x"), { minLength: 1, maxLength: 5 }), {
    maxLength: 20,
  });

  test.prop([anyBlocks, fc.integer({ min: 1, max: 30 })])(
    "never take more rows than there are",
    (blocks, rows) => {
      expect(fitBlocks(blocks, rows).length).toBeLessThanOrEqual(rows);
    },
  );
});

describe("a closed incident's line", () => {
  it("says outcome, code and time to heal", () => {
    const line = closedLine(
      anIncidentView({
        provenAt: "2026-05-04T10:01:32.000Z",
        outcome: { kind: "healed", code: "guest-dhcp", message: "m", nextStep: "", remarks: [] },
      }),
      style,
    );

    expect(line).toBe(
      "vm-web: 10:02:00 healed (guest-dhcp), time to heal 92 s; incident inc-20260504-ab12cd34",
    );
  });

  it("has no time to heal where nothing was proven", () => {
    const line = closedLine(
      anIncidentView({
        outcome: { kind: "refused", code: "nsg", message: "m", nextStep: "n", remarks: [] },
      }),
      style,
    );

    expect(line).toBe("vm-web: 10:02:00 left alone (nsg); incident inc-20260504-ab12cd34");
  });

  it("leads a person who is called to the VM's serial console", () => {
    const handOff = {
      found: [],
      tried: [],
      now: [],
      nextSteps: [],
      links: {
        serialConsole: "https://portal.azure.com/a",
        networking: "https://portal.azure.com/b",
      },
      restore: [],
    };
    const line = closedLine(
      anIncidentView({
        outcome: {
          kind: "needsHuman",
          code: "guest-unreadable",
          message: "m",
          nextStep: "n",
          remarks: [],
          handOff,
        },
      }),
      style,
    );

    expect(line).toMatch(/; serial console https:\/\/portal\.azure\.com\/a$/u);
  });
});
