import { describe, expect, it } from "vitest";

import { rollbackEntries } from "../../shared/incidents/rollback.ts";
import { anIncident } from "../builders.ts";
import { anEntry } from "./ledger-entry.ts";

const CLOSED = { closedAt: "2026-03-02T08:09:00.000Z" };
const LATER = { openedAt: "2026-03-02T09:00:00.000Z" };
const healed = anIncident({
  ...CLOSED,
  ledger: [anEntry({ id: "1", state: "done" }), anEntry({ id: "2", state: "done" })],
});

describe("what of an incident may be taken back", () => {
  it("is what it left changed, newest first", () => {
    const incident = {
      ...healed,
      ledger: [anEntry({ id: "0", state: "undone" }), ...healed.ledger],
    };

    expect(rollbackEntries(incident, [incident])).toMatchObject({
      kind: "entries",
      entries: [{ id: "2" }, { id: "1" }],
    });
  });

  it("is not held up by older changes, nor by later runs that changed nothing", () => {
    const older = anIncident({ ...healed, id: "old", openedAt: "2026-03-01T09:00:00.000Z" });
    const looked = anIncident({
      ...LATER,
      id: "look",
      ledger: [anEntry({ state: "untouched" }), anEntry({ state: "undone" })],
    });

    expect(rollbackEntries(healed, [looked, healed, older]).kind).toBe("entries");
  });

  it.each(["done", "open", "unknown"] as const)("waits for a later change that is %s", (state) => {
    const later = anIncident({ ...LATER, id: "later", ledger: [anEntry({ state })] });

    expect(rollbackEntries(healed, [later, healed])).toMatchObject({
      code: "newer-change",
      nextStep: "Take the newest one back first: remediator rollback later",
    });
  });

  it.each([
    ["unknown incident", undefined, "incident-not-found"],
    ["open incident", { ...healed, closedAt: null }, "incident-open"],
    ["incident without a change", anIncident(CLOSED), "nothing-to-roll-back"],
    [
      "incident whose change is undone",
      anIncident({ ...CLOSED, ledger: [anEntry({ state: "undone" })] }),
      "nothing-to-roll-back",
    ],
    [
      "incident whose change is not known",
      anIncident({ ...CLOSED, ledger: [anEntry({ state: "unknown" })] }),
      "rollback-unclear",
    ],
    [
      "incident whose change was never closed",
      anIncident({ ...CLOSED, ledger: [anEntry({ state: "open" })] }),
      "rollback-unclear",
    ],
  ])("is nothing of an %s", (_title, incident, code) => {
    expect(rollbackEntries(incident, [])).toMatchObject({
      kind: "refused",
      code,
      nextStep: expect.stringMatching(/./u) as unknown,
    });
  });
});
