import { ConfigurationError } from "../../shared/domain/errors.ts";

/** When a timer trigger fires, in UTC; each set holds the values that match. */
export interface Schedule {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
}

const ranges = [
  { first: 0, last: 59 },
  { first: 0, last: 59 },
  { first: 0, last: 23 },
  { first: 1, last: 31 },
  { first: 1, last: 12 },
  { first: 0, last: 6 },
] as const;
const searchDays = 366 * 8;
const partPattern = /^(?:(\*)|(\d+)(?:-(\d+))?)(?:\/([1-9]\d*))?$/u;

/**
 * Reads an NCRONTAB expression of six fields, or of five without seconds: numbers, lists, ranges, `*` and steps.
 * @throws ConfigurationError `bad-schedule`; names of days and months, and app settings in `%`, are not known here.
 */
export function parseSchedule(expression: string): Schedule {
  const fields = expression.trim().split(/\s+/u);
  const complete = fields.length === 5 ? ["0", ...fields] : fields;
  if (complete.length !== ranges.length) {
    throw badSchedule(expression);
  }
  const read = ranges.map(({ first, last }, index) =>
    readField(complete[index] ?? "", { first, last }, expression),
  );
  const [seconds = [], minutes = [], hours, days, months, weekdays] = read;
  return {
    seconds,
    minutes,
    hours: new Set(hours),
    days: new Set(days),
    months: new Set(months),
    weekdays: new Set(weekdays),
  };
}

function readField(
  field: string,
  range: { readonly first: number; readonly last: number },
  expression: string,
): number[] {
  const values = new Set<number>();
  for (const text of field.split(",")) {
    const part = readPart(text, range);
    if (part === undefined) {
      throw badSchedule(expression);
    }
    for (let value = part.first; value <= part.last; value += part.step) {
      values.add(value);
    }
  }
  return [...values].toSorted((left, right) => left - right);
}

/** `*`, `a`, `a-b`, each with or without `/step`; `a/step` goes on to the end of the range. */
function readPart(
  text: string,
  range: { readonly first: number; readonly last: number },
): { readonly first: number; readonly last: number; readonly step: number } | undefined {
  const found = partPattern.exec(text);
  if (found === null) {
    return undefined;
  }
  const [, , from, to, every] = found;
  const first = Number(from ?? range.first);
  const isSingle = from !== undefined && every === undefined;
  const last = Number(to ?? (isSingle ? first : range.last));
  const step = Number(every ?? 1);
  const isOrdered = range.first <= first && first <= last && last <= range.last;
  return isOrdered ? { first, last, step } : undefined;
}

/** The first time after `now` at which a schedule fires; undefined if there is none within eight years. */
export function nextOccurrence(schedule: Schedule, now: Date): Date | undefined {
  const after = now.getTime();
  for (let day = 0; day < searchDays; day += 1) {
    const date = new Date(
      Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + day),
    );
    if (matchesDay(schedule, date)) {
      const found = firstOfDay(schedule, date.getTime(), after);
      if (found !== undefined) {
        return new Date(found);
      }
    }
  }
  return undefined;
}

function matchesDay(schedule: Schedule, date: Date): boolean {
  return (
    schedule.months.has(date.getUTCMonth() + 1) &&
    schedule.days.has(date.getUTCDate()) &&
    schedule.weekdays.has(date.getUTCDay())
  );
}

function firstOfDay(schedule: Schedule, midnight: number, after: number): number | undefined {
  for (const hour of schedule.hours) {
    for (const minute of schedule.minutes) {
      const start = midnight + hour * 3_600_000 + minute * 60_000;
      const second = schedule.seconds.find((value) => start + value * 1000 > after);
      if (second !== undefined) {
        return start + second * 1000;
      }
    }
  }
  return undefined;
}

function badSchedule(expression: string): ConfigurationError {
  return new ConfigurationError(`Cannot read the timer schedule '${expression}'.`, {
    code: "bad-schedule",
    nextStep: "Write six fields of numbers, lists, ranges, * and steps, such as '0 */5 * * * *'.",
  });
}
