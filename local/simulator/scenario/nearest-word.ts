/** The word which takes the fewest single-letter edits to become the wanted one; letter case does not count. */
export function nearestWord(wanted: string, words: readonly string[]): string | null {
  let best: { readonly word: string; readonly edits: number } | null = null;
  for (const word of words) {
    const edits = editDistance(wanted.toLowerCase(), word.toLowerCase());
    if (best === null || edits < best.edits) {
      best = { word, edits };
    }
  }
  return best?.word ?? null;
}

/** How many letters must be put in, taken out or replaced (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_entry, index) => index);
  for (const [y, letter] of Array.from(from).entries()) {
    const next = [y + 1];
    for (const [x, other] of Array.from(to).entries()) {
      const replaced = (row[x] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[x + 1] ?? 0) + 1, (next[x] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
