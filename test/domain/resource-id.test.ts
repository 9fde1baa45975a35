import { test } from "@fast-check/vitest";
import { constantFrom, string, stringMatching } from "fast-check";
import { describe, expect, it } from "vitest";

import { InvalidInputError } from "../../shared/domain/errors.ts";
import {
  NIC_TYPE,
  parseResourceId,
  requireResourceId,
  VM_TYPE,
} from "../../shared/domain/resource-id.ts";
import { NIC_ID, SUBNET_ID, SUBSCRIPTION, VM_ID } from "../builders.ts";

describe("a resource id", () => {
  it("is read into its parts, with the type in lower case", () => {
    expect(parseResourceId(VM_ID)).toEqual({
      subscriptionId: SUBSCRIPTION,
      resourceGroup: "rg-harbour",
      type: VM_TYPE,
      name: "vm-crane-01",
    });
    expect(parseResourceId(NIC_ID)?.type).toBe(NIC_TYPE);
  });

  it.each([VM_ID.toUpperCase(), VM_ID.toLowerCase(), ` ${VM_ID}\n`])("is read from %o", (id) => {
    expect(parseResourceId(id)?.type).toBe(VM_TYPE);
  });

  it.each([
    ["nothing", ""],
    ["a name", "vm-crane-01"],
    ["a subscription", `/subscriptions/${SUBSCRIPTION}`],
    ["a resource group", `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-harbour`],
    ["a child resource", SUBNET_ID],
    ["a child's child", `${SUBNET_ID}/ipConfigurations/one`],
    ["an id with a part missing at its end", `${VM_ID}/extensions`],
    ["an id with a slash at its end", `${VM_ID}/`],
    ["an id with an empty part", VM_ID.replace("rg-harbour", "")],
    ["an id behind a host", `https://management.azure.com${VM_ID}`],
  ])("is not %s", (_words, text) => {
    expect(parseResourceId(text)).toBeNull();
  });

  const names = stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,30}$/u);

  test.prop([names, names, constantFrom("resourceGroups", "resourcegroups", "RESOURCEGROUPS")])(
    "keeps the spelling of group and name",
    (group, name, word) => {
      const id = `/subscriptions/${SUBSCRIPTION}/${word}/${group}/providers/Microsoft.Compute/virtualMachines/${name}`;

      expect(parseResourceId(id)).toEqual({
        subscriptionId: SUBSCRIPTION,
        resourceGroup: group,
        type: VM_TYPE,
        name,
      });
    },
  );

  test.prop([string({ unit: "binary" })])("never makes the reader throw", (text) => {
    expect(parseResourceId(text)).toBeNull();
  });
});

describe("a required resource id", () => {
  it("is given back when it has the type", () => {
    expect(requireResourceId(VM_ID, VM_TYPE).name).toBe("vm-crane-01");
  });

  it.each([NIC_ID, "nonsense"])("is refused with the form to use: %s", (id) => {
    let thrown: unknown;

    try {
      requireResourceId(id, VM_TYPE);
    } catch (error) {
      thrown = error;
    }

    expect(thrown).toBeInstanceOf(InvalidInputError);
    expect(thrown).toMatchObject({
      code: "invalid-resource-id",
      problems: [`${id} is not the id of a ${VM_TYPE}`],
      nextStep: `Give an id of the form /subscriptions/…/resourceGroups/…/providers/${VM_TYPE}/NAME.`,
    });
  });
});
