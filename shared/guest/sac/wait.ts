import type { ConsoleLine } from "../../domain/console-line.ts";

/** Letters kept of what was printed meanwhile: a console that prints without end must not fill the memory. */
const LONGEST = 65_536;

/** How a wait for something on the console ended. */
export type Waited<Seen> =
  | { readonly kind: "seen"; readonly seen: Seen; readonly text: string }
  /** It did not come before the signal. */
  | { readonly kind: "late"; readonly text: string }
  | { readonly kind: "closed"; readonly text: string };

/**
 * Reads what the console prints until `look` sees in all of it what is waited for. With `quiet` in milliseconds the wait
 * is over too once nothing came for so long.
 */
export async function waitFor<Seen>(
  line: ConsoleLine,
  look: (text: string) => Seen | null,
  { signal, quiet }: { readonly signal: AbortSignal; readonly quiet?: number },
): Promise<Waited<Seen>> {
  let text = "";
  for (;;) {
    const pause =
      quiet === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(quiet)]);
    const printed = await line.receive(pause);
    if (printed === null) {
      return { kind: pause.aborted ? "late" : "closed", text };
    }
    text = (text + printed).slice(-LONGEST);
    const seen = look(text);
    if (seen !== null) {
      return { kind: "seen", seen, text };
    }
  }
}
