import { describe, expect, it } from "vitest";

import { actionsOf } from "./role.ts";

/** Whatever is not a plain read; some questions are asked by POST. */
const NOT_READS = /\/(?:write|delete|action)$/u;

describe("an identity in the wrong hands", () => {
  it("assigns no role, and reads no key or secret of another service", () => {
    const dangerous = actionsOf().filter((action) =>
      /^Microsoft\.Authorization\/(?!locks\/read$)|listKeys|listAccountSas|vaults/iu.test(action),
    );

    expect(dangerous).toEqual([]);
  });

  it("deletes snapshots and Run Commands, and nothing else", () => {
    const deletes = actionsOf().filter((action) => action.endsWith("/delete"));

    expect(deletes).toEqual([
      "Microsoft.Compute/snapshots/delete",
      "Microsoft.Compute/virtualMachines/runCommands/delete",
    ]);
  });

  it("writes nothing in Azure where a deployment only observes; a script in Windows it may run", () => {
    const changes = actionsOf(["read", "guest"]).filter((action) => NOT_READS.test(action));

    expect(changes).toEqual([
      "Microsoft.Network/networkWatchers/ipFlowVerify/action",
      "Microsoft.Compute/virtualMachines/retrieveBootDiagnosticsData/action",
      "Microsoft.Compute/virtualMachines/runCommand/action",
    ]);
  });
});
