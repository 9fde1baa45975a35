import {
  AzureRequestError,
  ConfigurationError,
  DefectError,
  InvalidInputError,
} from "../../shared/domain/errors.ts";
import type { ActivityFailure } from "./catalogue.ts";

/** What is said of an error that says nothing of itself. */
const UNEXPECTED = {
  code: "unexpected-error",
  nextStep: "This is a defect of the program, or its store cannot be written: see its log.",
};

/** What a failed activity answers. A defect is tried again too: what looks like one may pass, such as a store that cannot be written. */
export function failureOf(error: unknown): ActivityFailure {
  if (error instanceof AzureRequestError) {
    const { code, message, nextStep, retryable, retryAfterSeconds } = error;
    return { code, message, nextStep, retryable, retryAfterSeconds };
  }
  if (error instanceof ConfigurationError || error instanceof InvalidInputError) {
    const { code, message, nextStep } = error;
    return { code, message, nextStep, retryable: false, retryAfterSeconds: null };
  }
  const message =
    error instanceof Error ? error.message : "An activity threw something that is no error.";
  const { code, nextStep } = error instanceof DefectError ? error : UNEXPECTED;
  return { code, message, nextStep, retryable: true, retryAfterSeconds: null };
}
