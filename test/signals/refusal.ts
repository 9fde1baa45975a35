import { InvalidInputError } from "../../shared/domain/errors.ts";

/** The refusal that the work ends with; null if it ends well. Any other error is thrown on. */
export function refusalOf(work: () => unknown): InvalidInputError | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return error;
    }
    throw error;
  }
}
