/** Gives a header's value by its name in any letter case. */
export interface HeadersLike {
  get(name: string): string | null | undefined;
}

const IN_MILLISECONDS = ["retry-after-ms", "x-ms-retry-after-ms"];

/** Azure asks for minutes at most. Whoever asks for more is asked again after an hour, so that no run waits for ever. */
const LONGEST_SECONDS = 3600;

/**
 * Seconds that a response asks to wait before the next request, rounded up, an hour at most; null if it does not say.
 * `Retry-After` comes as seconds or as a date (RFC 9110, 10.2.3); Azure also sends milliseconds.
 */
export function retryAfterSeconds(headers: HeadersLike, now: number): number | null {
  const asked = askedSeconds(headers, now);
  return asked === null ? null : Math.min(asked, LONGEST_SECONDS);
}

function askedSeconds(headers: HeadersLike, now: number): number | null {
  for (const name of IN_MILLISECONDS) {
    const milliseconds = wholeNumber(headers.get(name));
    if (milliseconds !== null) {
      return Math.ceil(milliseconds / 1000);
    }
  }
  const text = headers.get("retry-after")?.trim() ?? "";
  return wholeNumber(text) ?? secondsUntil(text, now);
}

function wholeNumber(text: string | null | undefined): number | null {
  return /^\d+$/u.test(text ?? "") ? Number(text) : null;
}

function secondsUntil(date: string, now: number): number | null {
  const instant = Date.parse(date);
  return Number.isNaN(instant) ? null : Math.max(0, Math.ceil((instant - now) / 1000));
}
