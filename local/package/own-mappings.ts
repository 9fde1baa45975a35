import { z } from "zod";

const mapSchema = z.object({ sources: z.array(z.string()), mappings: z.string() });

/** Where a piece of the generated code came from. */
interface Origin {
  readonly source: number;
  readonly line: number;
  readonly column: number;
}

/** A piece of generated code, from its column to the next piece; without an origin it came from no source. */
interface Piece {
  readonly column: number;
  readonly origin: Origin | null;
}

/**
 * A source map that knows only the sources that `name` names, and their lines: with packages and columns, the maps would be larger than
 * the code. Null if it would know none.
 */
export function keepOwnMappings(
  text: string,
  name: (source: string) => string | null,
): string | null {
  const { sources, mappings } = mapSchema.parse(JSON.parse(text));
  const names = sources.map((source) => name(source));
  const kept = names.filter((own) => own !== null);
  if (kept.length === 0) {
    return null;
  }
  const places = names.map((own) => (own === null ? -1 : kept.indexOf(own)));
  const lines = readLines(mappings).map((line) => ownLines(line, places));
  return JSON.stringify({ version: 3, sources: kept, names: [], mappings: writeLines(lines) });
}

function ownLines(pieces: readonly Piece[], places: readonly number[]): readonly Piece[] {
  const own = pieces.map(({ column, origin }) => {
    const source = places[origin?.source ?? -1] ?? -1;
    return { column, origin: origin === null || source < 0 ? null : { ...origin, source } };
  });
  return own.filter(({ origin }, index) => !isSameLine(origin, own[index - 1]?.origin ?? null));
}

function isSameLine(one: Origin | null, other: Origin | null): boolean {
  return one?.source === other?.source && one?.line === other?.line;
}

/** Source of the format: ECMA-426, "Mappings structure". Columns count from the line's start, origins from the last one. */
function readLines(mappings: string): readonly (readonly Piece[])[] {
  let last: Origin = { source: 0, line: 0, column: 0 };
  return mappings.split(";").map((line) => {
    let column = 0;
    return line
      .split(",")
      .filter((text) => text !== "")
      .map((text) => {
        const [step = 0, source, originLine = 0, originColumn = 0] = decode(text);
        column += step;
        if (source === undefined) {
          return { column, origin: null };
        }
        last = {
          source: last.source + source,
          line: last.line + originLine,
          column: last.column + originColumn,
        };
        return { column, origin: last };
      });
  });
}

function writeLines(lines: readonly (readonly Piece[])[]): string {
  let last: Origin = { source: 0, line: 0, column: 0 };
  return lines
    .map((pieces) => {
      let lastColumn = 0;
      return pieces
        .map(({ column, origin }) => {
          const fields = [column - lastColumn];
          lastColumn = column;
          if (origin !== null) {
            const { source, line, column: from } = origin;
            fields.push(source - last.source, line - last.line, from - last.column);
            last = origin;
          }
          return fields.map((field) => encode(field)).join("");
        })
        .join(",");
    })
    .join(";");
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base64 VLQ: five bits a digit, the lowest ones first, the sign in the lowest bit, the sixth bit says that more follow. */
function decode(text: string): readonly number[] {
  const values: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of text) {
    const bits = DIGITS.indexOf(digit);
    value += (bits & 31) << shift;
    shift += 5;
    if ((bits & 32) === 0) {
      values.push((value & 1) === 0 ? value >> 1 : -(value >> 1));
      value = 0;
      shift = 0;
    }
  }
  return values;
}

function encode(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = "";
  do {
    const more = rest > 31;
    text += DIGITS[(rest & 31) | (more ? 32 : 0)] ?? "";
    rest >>= 5;
  } while (rest > 0);
  return text;
}
