import { describe, expect, it } from "vitest";

import { armedTasks, recentVms } from "../../shared/incidents/cleaning.ts";
import { anIncident } from "../builders.ts";
import { anEntry } from "./ledger-entry.ts";

const SINCE = "2026-03-02T08:00:00.000Z";

describe("the VMs of recent incidents", () => {
  it("are those with an open incident, or one that closed since; each once, with all its incidents", () => {
    const incidents = [
      anIncident({ id: "open", vmId: "a" }),
      anIncident({ id: "old", vmId: "a", closedAt: "2026-03-01T08:00:00.000Z" }),
      anIncident({ id: "recent", vmId: "b", closedAt: SINCE }),
      anIncident({ id: "past", vmId: "c", closedAt: "2026-03-02T07:59:59.999Z" }),
    ];

    expect(recentVms(incidents, SINCE)).toEqual([
      { vmId: "a", ended: ["old"], open: ["open"] },
      { vmId: "b", ended: ["recent"], open: [] },
    ]);
  });
});

describe("incidents after which a task may still be armed", () => {
  it("are ended ones with a switch of which nobody knows the end", () => {
    const unknown = [anEntry({ state: "unknown" })];
    const incidents = [
      anIncident({ id: "armed", closedAt: SINCE, ledger: unknown }),
      anIncident({ id: "open", ledger: unknown }),
      anIncident({ id: "done", closedAt: SINCE, ledger: [anEntry({ state: "done" })] }),
      anIncident({
        id: "nic",
        closedAt: SINCE,
        ledger: [anEntry({ remedy: "nicReset", state: "unknown" })],
      }),
    ];

    expect(armedTasks(incidents).map(({ id }) => id)).toEqual(["armed"]);
  });
});
