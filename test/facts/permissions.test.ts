import { describe, expect, it } from "vitest";

import { missingActions } from "../../shared/facts/permissions.ts";

const READ = "Microsoft.Compute/virtualMachines/read";
const RUN = "Microsoft.Compute/virtualMachines/runCommand/action";

describe("the rights that are missing", () => {
  it.each([
    ["no role", [], [READ, RUN]],
    [
      "the action itself, in other letters",
      [{ actions: [READ.toUpperCase()], notActions: [] }],
      [RUN],
    ],
    ["every read", [{ actions: ["*/read"], notActions: [] }], [RUN]],
    ["everything but actions", [{ actions: ["*"], notActions: ["*/action"] }], [RUN]],
    [
      "everything but actions, and one more role that has them",
      [
        { actions: ["*"], notActions: ["*/action"] },
        { actions: ["Microsoft.Compute/virtualMachines/runCommand/*"], notActions: [] },
      ],
      [],
    ],
    [
      "a dot that stands for itself",
      [{ actions: ["MicrosoftxCompute/*"], notActions: [] }],
      [READ, RUN],
    ],
  ])("are told apart: %s", (_what, permissions, missing) => {
    expect(missingActions(permissions, [READ, RUN])).toEqual(missing);
  });
});
