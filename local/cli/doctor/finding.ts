import {
  AzureRequestError,
  ConfigurationError,
  InvalidInputError,
} from "../../../shared/domain/errors.ts";

/** What one check found. */
export type Finding =
  | { readonly state: "ok" | "skipped"; readonly message: string }
  | {
      /** `unknown`: it could not be told. */
      readonly state: "failed" | "unknown";
      /** Stable, for programs. */
      readonly code: string;
      readonly message: string;
      readonly nextStep: string;
    };

/** One thing to look at. It changes nothing. */
export interface Check {
  /** For example `rights`. */
  readonly name: string;
  /** What of several: a scope, a subscription; null: there is only one. */
  readonly of: string | null;
  readonly run: () => Promise<Finding>;
}

/** All is well. */
export function ok(message: string): Finding {
  return { state: "ok", message };
}

/** There is nothing to look at. */
export function skipped(message: string): Finding {
  return { state: "skipped", message };
}

/** Something is wrong. */
export function failed(code: string, message: string, nextStep: string): Finding {
  return { state: "failed", code, message, nextStep };
}

/** What an error says: transient trouble, and what nobody foresaw, tells nothing about the thing itself. */
export function findingOf(error: unknown): Finding {
  if (error instanceof AzureRequestError) {
    const { code, message, nextStep } = error;
    return { state: error.retryable ? "unknown" : "failed", code, message, nextStep };
  }
  if (error instanceof ConfigurationError || error instanceof InvalidInputError) {
    const { code, message, nextStep } = error;
    return failed(code, message, nextStep);
  }
  return {
    state: "unknown",
    code: "unexpected-error",
    message: error instanceof Error ? error.message : String(error),
    nextStep: "Run it again; if it stays so, please report it.",
  };
}

/** Runs a check to its end, at most so long, in milliseconds. Never throws. */
export async function settled(check: Check, longestMs: number): Promise<Finding> {
  const late = new AbortController();
  const timeout = new Promise<Finding>((resolve) => {
    const timer = setTimeout(() => {
      resolve({
        state: "unknown",
        code: "no-answer",
        message: `There was no answer within ${longestMs / 1000} s.`,
        nextStep: "Check the network between this machine and what was asked, and run it again.",
      });
    }, longestMs);
    late.signal.addEventListener("abort", () => {
      clearTimeout(timer);
    });
  });
  try {
    return await Promise.race([check.run(), timeout]);
  } catch (error) {
    return findingOf(error);
  } finally {
    late.abort();
  }
}
