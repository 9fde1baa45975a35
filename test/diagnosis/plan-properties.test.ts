import { test } from "@fast-check/vitest";
import { constantFrom, subarray } from "fast-check";
import { describe, expect } from "vitest";

import { diagnose } from "../../shared/diagnosis/diagnose.ts";
import { planFor } from "../../shared/diagnosis/plan.ts";
import { wouldHeal } from "../../shared/diagnosis/would-heal.ts";
import type { Plan, PlannedRemedy } from "../../shared/domain/diagnosis.ts";
import {
  anAnsweringProbe,
  anUnknownProbe,
  aSilentProbe,
  aVm,
  azureFacts,
  guestRead,
} from "../builders.ts";
import { anyPlanInput, EVERY_REMEDY } from "./arbitraries.ts";

// Enough that each of the rarer combinations, such as a healed NIC beside one with several addresses, is met.
const RUNS = { numRuns: 1000 };

function plannedIn(plan: Plan): readonly PlannedRemedy[] {
  return plan.kind === "remedies" || plan.kind === "refuse" ? plan.remedies : [];
}

describe("every plan", () => {
  test.prop([anyPlanInput], RUNS)(
    "sets at most its own addresses where a NIC has several",
    (input) => {
      const several = new Set(
        input.azure.nics
          .filter(
            (nic) => nic.ipConfigurations.filter(({ version }) => version === "IPv4").length > 1,
          )
          .map(({ id }) => id),
      );

      for (const { kind, nicId } of plannedIn(planFor(input))) {
        expect(kind === "setAddresses").toBe(several.has(nicId));
      }
    },
  );

  test.prop([anyPlanInput], RUNS)(
    "changes a secondary NIC by scripts inside Windows only",
    (input) => {
      const primary = new Set(input.azure.nics.filter((nic) => nic.primary).map(({ id }) => id));

      for (const { kind, nicId } of plannedIn(planFor(input))) {
        expect(primary.has(nicId) || !["nicReset", "serialConsole"].includes(kind)).toBe(true);
      }
    },
  );

  test.prop([anyPlanInput], RUNS)("is the same for the same facts", (input) => {
    const before = structuredClone(input);

    const first = planFor(input);
    const second = planFor(structuredClone(before));

    expect(second).toEqual(first);
    expect(input).toEqual(before);
  });

  test.prop([anyPlanInput], RUNS)("holds remedies only for a VM that opted in", (input) => {
    const tag = input.azure.vm.tags["static-ip-remediator"];
    const optedIn = tag === "on" || (tag !== "OFF" && (input.operator || input.scope.length > 0));

    expect(optedIn || plannedIn(planFor(input)).length === 0).toBe(true);
  });

  test.prop([anyPlanInput], RUNS)("holds only remedies that are available", (input) => {
    for (const { kind } of plannedIn(planFor(input))) {
      expect(input.available).toContain(kind);
    }
  });

  test.prop([anyPlanInput], RUNS)("changes nothing in observe mode or in a dry run", (input) => {
    const held = input.runMode === "dryRun" || input.mode === "observe";

    expect(held && planFor(input).kind === "remedies").toBe(false);
  });

  test.prop([anyPlanInput], RUNS)(
    "changes nothing where a role or another run's task forbids it",
    (input) => {
      const facts = input.guest.kind === "read" ? input.guest.facts : null;
      const forbidden =
        (facts?.roles ?? []).length > 0 || (facts?.deadManTasks ?? []).includes("incident-0999");

      expect(forbidden && wouldHeal(planFor(input))).toBe(false);
    },
  );

  test.prop([anyPlanInput], RUNS)("tells a person what to do next", (input) => {
    const plan = planFor(input);

    expect(plan.kind !== "human" || plan.nextStep.startsWith("1. ")).toBe(true);
  });

  test.prop([anyPlanInput], RUNS)(
    "takes one NIC after the other, the primary one first",
    (input) => {
      const order = plannedIn(planFor(input)).map(({ nicId }) => nicId);
      const positions = order.map((nicId) => input.azure.nics.findIndex(({ id }) => id === nicId));

      expect(positions).toEqual(positions.toSorted((one, other) => one - other));
    },
  );

  test.prop([
    subarray([...EVERY_REMEDY]),
    constantFrom(aSilentProbe(), anAnsweringProbe(), anUnknownProbe(), anUnknownProbe("nsg")),
    constantFrom("on", "off", ""),
  ])("plans nothing for a healthy pair", (available, probe, tag) => {
    const azure = azureFacts({ vm: aVm({ tags: { "static-ip-remediator": tag } }) });

    const plan = planFor({
      azure,
      guest: guestRead(),
      probe,
      diagnoses: diagnose(azure, guestRead()),
      incidentId: "incident-0001",
      operator: false,
      runMode: "heal",
      mode: "heal",
      scope: [],
      available,
      setByUs: [azure.nics[0]?.id ?? ""],
      resets: { unread: true, pooled: true },
    });

    expect(wouldHeal(plan)).toBe(false);
  });
});
