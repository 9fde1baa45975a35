/**
 * The adapter's alias in double quotes for Windows' command prompt; null if no quoting is safe there. Inside quotes the
 * prompt still expands `%NAME%`, a `"` ends them, a last `\` escapes the closing one, and netsh takes a bare number for an index.
 */
export function quotedForCommandPrompt(alias: string): string | null {
  const safe =
    alias !== "" &&
    printable(alias) === alias &&
    !/["%]|\\$/u.test(alias) &&
    !/^\s*\d+\s*$/u.test(alias);
  return safe ? `"${alias}"` : null;
}

/** The text with control and formatting characters shown as `?`, so that it cannot steer a terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
}
