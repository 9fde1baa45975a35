import type { OrchestrationContext } from "durable-functions";
import { expect, it } from "vitest";

import { Story } from "../../functions/orchestrations/story.ts";
import { runStatus } from "../../shared/incidents/run-status.ts";
import { VM_ID } from "../builders.ts";

const NOW = new Date("2026-03-02T08:04:10.000Z");

/** A story, and what the engine was last shown. */
function aStory(): { readonly story: Story; readonly shown: () => string } {
  let shown: unknown = null;
  const df = {
    currentUtcDateTime: NOW,
    setCustomStatus: (status: unknown) => {
      shown = status;
    },
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the two parts of the context that a story uses
  const context = { df } as unknown as OrchestrationContext;
  return { story: new Story(context, VM_ID, "heal"), shown: () => JSON.stringify(shown) };
}

const ADDRESSES = Array.from({ length: 2048 }, (_, n) => `10.1.${n >> 8}.${n & 255}`).join(", ");

it("shows a long run within what the engine takes, and keeps its steps whole", () => {
  const { story, shown } = aStory();

  for (let step = 0; step < 25; step++) {
    story.begin("guestRead");
    story.end("guestRead", `Azure gave it ${ADDRESSES}`);
  }
  const remarks = Array.from({ length: 40 }, () => ADDRESSES);
  story.close({ kind: "needsHuman", code: "x", message: ADDRESSES, nextStep: ADDRESSES, remarks });

  expect(Buffer.byteLength(shown(), "utf16le")).toBeLessThan(16 * 1024);
  expect(runStatus(JSON.parse(shown()))?.steps).toHaveLength(25);
  expect(story.steps[0]?.detail).toContain(ADDRESSES);
});

it("shows an ordinary one as it is", () => {
  const { story, shown } = aStory();

  story.begin("probe");
  story.end("probe", "10.1.0.4:3389: RDP negotiation answered with CredSSP");
  const outcome = { kind: "healthy", code: "healthy", message: "Well.", nextStep: "" } as const;
  story.close({ ...outcome, remarks: ["RDP answered."] });

  expect(runStatus(JSON.parse(shown()))).toMatchObject({
    steps: story.steps,
    outcome: { ...outcome, remarks: ["RDP answered."] },
  });
});
