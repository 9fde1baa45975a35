import type { HostEvent } from "../../host/host-events.ts";
import { durationText, printable } from "../terminal/text.ts";

/** One line for people about what the local host did; null for what would only be noise. */
export function hostEventLine(event: HostEvent): string | null {
  const line = text(event);
  return line === null ? null : printable(line);
}

function text(event: HostEvent): string | null {
  switch (event.kind) {
    case "request":
      return requestText(event);
    case "activity":
      return `${event.name} ${event.outcome} (${took(event)})${because(event.error)}`;
    case "trigger":
      return event.outcome === "completed" ? null : `${event.name} failed${because(event.error)}`;
    case "turn":
      return event.status === "Running" ? null : `${event.name} ${event.status.toLowerCase()}`;
    case "log":
      return ["warning", "error", "critical"].includes(event.level)
        ? `${event.level} ${event.name}: ${event.message}`
        : null;
    case "fault":
      return `the host is in trouble${because(event.error)}`;
  }
}

/** The functions' own calls to their engine are left out. */
function requestText(event: Extract<HostEvent, { kind: "request" }>): string | null {
  return /^(?:\/runtime\/webhooks)?\/durabletask\//u.test(event.path)
    ? null
    : `${event.method} ${event.path} ${event.status} (${took(event)})`;
}

function took({ durationMs }: { readonly durationMs: number }): string {
  return durationText(durationMs / 1000);
}

function because(error: string | null): string {
  return error === null ? "" : `: ${error}`;
}
