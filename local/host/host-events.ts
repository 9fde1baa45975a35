/** What a running host reports for logs and live views; never holds bodies, headers or tokens. Durations are in milliseconds. */
export type HostEvent =
  | {
      readonly kind: "request";
      readonly method: string;
      readonly path: string;
      readonly status: number;
      readonly durationMs: number;
    }
  | {
      readonly kind: "turn";
      readonly instanceId: string;
      readonly name: string;
      readonly status: InstanceStatusName;
      readonly durationMs: number;
    }
  | {
      readonly kind: "activity";
      readonly instanceId: string;
      readonly name: string;
      readonly outcome: "completed" | "failed";
      /** First line of the error's message, at most 300 characters. */
      readonly error: string | null;
      readonly durationMs: number;
    }
  | {
      readonly kind: "trigger";
      readonly name: string;
      readonly outcome: "completed" | "failed";
      readonly error: string | null;
      readonly durationMs: number;
    }
  | {
      readonly kind: "log";
      readonly level: string;
      readonly name: string;
      readonly message: string;
    }
  /** The host itself could not do its work, for example write its journal; it tries again. */
  | { readonly kind: "fault"; readonly error: string };

/** Runtime status of an orchestration, as the Durable HTTP API names it. */
export type InstanceStatusName = "Pending" | "Running" | "Completed" | "Failed" | "Terminated";

/** Takes what the host reports. */
export type Emit = (event: HostEvent) => void;

/** The first line of an error's message, cut to 300 characters: enough to understand, never a stack. */
export function shortError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split("\n", 1)[0] ?? "").slice(0, 300);
}
