import { expect, it } from "vitest";

import { failureOf } from "../../../functions/activities/failure-of.ts";
import { ConfigurationError, DefectError } from "../../../shared/domain/errors.ts";

it("keeps the code and the next step of a defect, which is tried again", () => {
  const says = { code: "store-damaged", nextStep: "Put it back from a copy." };

  expect(failureOf(new DefectError("A row cannot be read.", says))).toMatchObject({
    ...says,
    retryable: true,
  });
});

it("tries nothing again that only an operator can correct", () => {
  const says = { code: "no-store", nextStep: "Set it." };

  expect(failureOf(new ConfigurationError("None.", says))).toMatchObject({
    ...says,
    retryable: false,
  });
});

it.each([new TypeError("x is undefined"), "boom"])("says what to do about %o", (error) => {
  expect(failureOf(error)).toMatchObject({
    code: "unexpected-error",
    nextStep: expect.stringContaining("its log") as unknown,
    retryable: true,
  });
});
