import { describe, expect, it } from "vitest";

import { admin, aFleet, arm, errorCode, simulate } from "./harness.ts";

const EVENT = { specversion: "1.0", id: "1", source: "/me", type: "Tool.Said", data: { a: 1 } };
const PATH = "/topics/incidents/api/events?api-version=2018-01-01";

describe("a simulated custom topic", () => {
  it("takes CloudEvents from whoever has a token, and shows what it took", async () => {
    const simulator = await simulate();

    const answer = await arm(simulator, PATH, { method: "POST", body: [EVENT] });

    expect(answer).toMatchObject({ status: 200, body: null });
    expect((await admin(simulator, "/topics")).body).toMatchObject({
      topics: [
        {
          name: "incidents",
          endpoint: `${simulator.armEndpoint}/topics/incidents/api/events`,
          events: [{ event: EVENT }],
        },
      ],
    });
  });

  it.each([
    ["no token", PATH, { headers: { Authorization: "" } }, 401],
    ["an event without a source", PATH, { body: [{ ...EVENT, source: undefined }] }, 400],
    ["an event of Event Grid's own schema", PATH, { body: [{ id: "1", eventType: "x" }] }, 400],
    ["no array", PATH, { body: EVENT }, 400],
    ["another topic", PATH.replace("incidents", "others"), {}, 404],
  ])("refuses %s", async (_what, path, init, status) => {
    const simulator = await simulate();

    const answer = await arm(simulator, path, { method: "POST", body: [EVENT], ...init });

    expect(answer.status).toBe(status);
    expect((await admin(simulator, "/topics")).body).toMatchObject({ topics: [{ events: [] }] });
  });

  it("refuses a caller whose role does not let it publish", async () => {
    const role = { actions: ["*"], notActions: ["Microsoft.EventGrid/events/send/action"] };
    const simulator = await simulate(aFleet({ role }));

    const answer = await arm(simulator, PATH, { method: "POST", body: [EVENT] });

    expect(answer.status).toBe(403);
    expect(errorCode(answer)).toBe("AuthorizationFailed");
  });
});
