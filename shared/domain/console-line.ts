/** A serial console's line: what is typed goes out, what is printed comes in. */
export interface ConsoleLine {
  send(text: string): void;
  /** What was printed since the last call, as soon as there is something; null: closed, or the signal was aborted. */
  receive(signal: AbortSignal): Promise<string | null>;
  close(): void;
}

/** What asking for a VM's serial console gave. */
export type ConsoleOpening =
  | { readonly kind: "open"; readonly line: ConsoleLine }
  | { readonly kind: "unavailable"; readonly code: string; readonly message: string };
