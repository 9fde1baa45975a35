/** Letters of Chinese and Japanese, which take two columns of a terminal. */
const WIDE = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}]/gu;

/** The columns that a text takes in a terminal; meant for what Windows itself prints. */
export function columnsOf(text: string): number {
  return text.length + (text.match(WIDE)?.length ?? 0);
}

/** A text filled up to a number of columns, as `padEnd` does for letters of one column. */
export function padColumns(text: string, columns: number, fill = " "): string {
  return text.padEnd(text.length + Math.max(0, columns - columnsOf(text)), fill);
}
