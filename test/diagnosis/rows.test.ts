import { test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";

import { admits, diagnose, ROWS, verdictOn } from "../../shared/diagnosis/diagnose.ts";
import {
  situationOf,
  type AdapterState,
  type AddressRelation,
  type ConfigurationCount,
  type RouteState,
  type Situation,
} from "../../shared/diagnosis/situation.ts";
import { anyAzureFacts, anyGuest } from "./arbitraries.ts";

const STATES: readonly AdapterState[] = ["disabled", "missing", "unreadable", "dhcpOff", "dhcpOn"];
const COUNTS: readonly ConfigurationCount[] = ["one", "several"];
const RELATIONS: readonly AddressRelation[] = ["superset", "equal", "primaryOnly", "other", "none"];
const ROUTES: readonly RouteState[] = ["right", "wrong", "unknown"];

function everySituation(): readonly Situation[] {
  return STATES.flatMap((state) =>
    COUNTS.flatMap((configurations) =>
      RELATIONS.flatMap((relation) =>
        ROUTES.map((route) => ({
          state,
          configurations,
          relation,
          route,
          adapter: null,
          azureAddresses: [],
          guestAddresses: [],
        })),
      ),
    ),
  );
}

/** With one address of Azure's, having the primary one means having all. */
function cannotBe({ configurations, relation }: Situation): boolean {
  return configurations === "one" && relation === "primaryOnly";
}

describe("the diagnosis table", () => {
  it("has a row for every combination of its columns that facts can lead to", () => {
    const homeless = everySituation().filter(
      (situation) => !cannotBe(situation) && !ROWS.some((row) => admits(row, situation)),
    );

    expect(homeless).toEqual([]);
  });

  it("reaches every row", () => {
    const reached = new Set(everySituation().map((situation) => verdictOn(situation)));

    expect([...reached].toSorted()).toEqual(ROWS.map(({ kind }) => kind).toSorted());
  });

  it("names each verdict once", () => {
    expect(new Set(ROWS.map(({ kind }) => kind)).size).toBe(ROWS.length);
  });

  it("leaves a combination that cannot occur to people", () => {
    const impossible = everySituation().filter(
      (situation) => situation.state === "dhcpOff" && cannotBe(situation),
    );

    expect(impossible).not.toHaveLength(0);
    expect(new Set(impossible.map((situation) => verdictOn(situation)))).toEqual(
      new Set(["guest-unreadable"]),
    );
  });

  test.prop([anyAzureFacts, anyGuest])(
    "never gets a combination that has no row from facts",
    (azure, guest) => {
      const homeless = azure.nics
        .map((nic) => situationOf(nic, guest))
        .filter((situation) => !ROWS.some((row) => admits(row, situation)));

      expect(homeless).toEqual([]);
    },
  );

  test.prop([anyAzureFacts, anyGuest])("gives one verdict for each NIC", (azure, guest) => {
    const diagnoses = diagnose(azure, guest);

    expect(diagnoses.map(({ nicId }) => nicId)).toEqual(azure.nics.map(({ id }) => id));
  });

  test.prop([anyAzureFacts, anyGuest])(
    "calls a NIC with several IPv4 configurations by a name that allows no DHCP switch",
    (azure, guest) => {
      const several = diagnose(azure, guest).filter(({ nicId }) => {
        const nic = azure.nics.find(({ id }) => id === nicId);
        return (nic?.ipConfigurations.filter(({ version }) => version === "IPv4").length ?? 0) > 1;
      });

      for (const { kind } of several) {
        expect(["static-mismatch", "static-wrong-route", "static-matching"]).not.toContain(kind);
      }
    },
  );
});
