import { leadingQuad, startsWithIpv6 } from "./values.ts";

/** A line's label and value, split at its first colon or, where there is none, at a gap of spaces. */
export function splitLabel(text: string): readonly string[] {
  const { label, value } =
    /^(?<label>[^:：]*)[:：](?<value>.*)$/su.exec(text)?.groups ??
    /^(?<label>.*?)\s{2,}(?<value>.*)$/su.exec(text)?.groups ??
    {};
  return [label ?? text, (value ?? "").trim()].map((part) => part.normalize("NFKC"));
}

/** Whether a line has a label; one that is only an address continues another line. */
export function hasLabel(text: string): boolean {
  return !isAddress(text) && (/[:：]/u.test(text) || /\S\s{2,}\S/u.test(text));
}

/** Whether a line begins with an address. */
export function isAddress(text: string): boolean {
  return leadingQuad(text) !== null || startsWithIpv6(text);
}

/** Whether a line ends with a whole IPv4 address. */
export function endsWithAddress(text: string): boolean {
  const last = text.split(/\s+/u).at(-1) ?? "";
  return leadingQuad(last) === last;
}

/** Whether it is a command prompt with what was typed there, or the serial console's own. */
export function isPrompt(text: string): boolean {
  return /^(?:PS\s+)?[a-z]:\\[^"]*>|^(?:SAC|netsh[^>]*)>|^\S*>?\s*netsh\s/iu.test(text);
}
