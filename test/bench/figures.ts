/** One figure of the bench. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the project aims at, and whether the value meets it; null: nothing yet. */
  readonly aim: { readonly text: string; readonly met: boolean } | null;
}

/** The figures, aligned, one a line. */
export function figureTable(figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  return figures
    .map(({ name, value, unit, aim }) => {
      const wanted = aim === null ? "" : `  (aim: ${aim.text}; ${aim.met ? "met" : "not met"})`;
      return `${name.padEnd(width)}  ${grouped(value).padStart(10)} ${unit}${wanted}`;
    })
    .join("\n");
}

/** A number with a comma before each group of three digits, and at most one digit after the point. */
export function grouped(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 1 });
}

/** The value below which this share of the values lies, from 0 to 1; NaN without any. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}
