/** Common part of this program's errors: a stable code, and what to do next. */
abstract class RemediatorError extends Error {
  override readonly name: string = "RemediatorError";
  readonly code: string;
  readonly nextStep: string;

  constructor(message: string, details: { code: string; nextStep: string; cause?: unknown }) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.nextStep = details.nextStep;
  }
}

/** A setting is missing or wrong; nothing was started. */
export class ConfigurationError extends RemediatorError {
  override readonly name = "ConfigurationError";
}

/** Somebody sent something that can never be understood; `problems` names every fault found in it. */
export class InvalidInputError extends RemediatorError {
  override readonly name = "InvalidInputError";
  readonly problems: readonly string[];

  constructor(
    message: string,
    details: { code: string; nextStep: string; problems: readonly string[]; cause?: unknown },
  ) {
    super(message, details);
    this.problems = details.problems;
  }
}

/** Azure answered with an error, or not at all. */
export class AzureRequestError extends RemediatorError {
  override readonly name = "AzureRequestError";
  /** HTTP status; null if no answer came. */
  readonly status: number | null;
  /** Azure's own error code, for example `OperationNotAllowed`; null if it gave none. */
  readonly azureCode: string | null;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** Seconds that Azure asked to wait; null if it did not. */
  readonly retryAfterSeconds: number | null;
  /** Azure's `x-ms-request-id`, for a support case. */
  readonly requestId: string | null;

  constructor(
    message: string,
    details: {
      code: string;
      nextStep: string;
      status: number | null;
      azureCode: string | null;
      retryable: boolean;
      retryAfterSeconds: number | null;
      requestId: string | null;
      cause?: unknown;
    },
  ) {
    super(message, details);
    this.status = details.status;
    this.azureCode = details.azureCode;
    this.retryable = details.retryable;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.requestId = details.requestId;
  }
}

/** A fault of this program: something that its own code rules out happened. */
export class DefectError extends RemediatorError {
  override readonly name = "DefectError";
}
