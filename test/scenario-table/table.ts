import type { Recorded } from "../rights/recorded.ts";
import { nameOf, type Combination } from "./combinations.ts";
import { DISTURBANCES, type Disturbance } from "./disturbances.ts";
import type { Doing } from "./doing.ts";
import { groupsOf, stageOf, tableRows } from "./rows.ts";
import { runBaseline } from "./run-baseline.ts";
import { runOurs } from "./run-ours.ts";
import type { Stage } from "./stage.ts";

/** A scenario with what the program and the baseline did in it. */
export interface Row {
  readonly part: "combination" | "disturbance";
  readonly name: string;
  readonly ours: Doing;
  readonly baseline: Doing;
}

/** Named VMs of a stage, in its order. */
interface Job {
  readonly part: Row["part"];
  readonly names: readonly string[];
  readonly stage: Stage;
}

/** Hosts at a time: each waits more than it works, and more on two cores would be late. */
const AT_ONCE = 5;

/** Scenarios to play. */
export interface Choice {
  readonly combinations: readonly Combination[];
  readonly disturbances: readonly Disturbance[];
}

/** Every scenario. */
export function everything(): Choice {
  return { combinations: tableRows(), disturbances: DISTURBANCES };
}

/** Keys of the rows of these scenarios. */
export function keysOf(choice: Choice): readonly string[] {
  return jobs(choice).flatMap(({ part, names }) => names.map((name) => keyOf({ part, name })));
}

/** The rows in their names' order, and all the rights that they took. */
export interface Table extends Recorded {
  readonly rows: readonly Row[];
}

/** Runs these scenarios with both. */
export async function runTable(choice: Choice): Promise<Table> {
  const waiting = [...jobs(choice)];
  const played: Table[] = [];
  async function work(): Promise<void> {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      played.push(await runJob(job));
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const rows = played.flatMap((each) => each.rows);
  return {
    rows: rows.toSorted((one, other) => keyOf(one).localeCompare(keyOf(other))),
    rights: [...new Set(played.flatMap(({ rights }) => rights))].toSorted(),
    forbidden: played.flatMap(({ forbidden }) => forbidden),
  };
}

/** A row's name over both parts. */
export function keyOf({ part, name }: Pick<Row, "part" | "name">): string {
  return `${part}: ${name}`;
}

function jobs({ combinations, disturbances }: Choice): readonly Job[] {
  return [
    ...disturbances.map(({ name, stage }) => ({
      part: "disturbance" as const,
      names: [name],
      stage,
    })),
    ...groupsOf(combinations).map((group) => ({
      part: "combination" as const,
      names: group.map(nameOf),
      stage: stageOf(group),
    })),
  ];
}

/** Says with trouble in which scenarios it was. */
async function named<Result>(names: readonly string[], run: Promise<Result>): Promise<Result> {
  try {
    return await run;
  } catch (error) {
    throw new Error(`In one of these: ${names.join("; ")}`, { cause: error });
  }
}

async function runJob({ part, names, stage }: Job): Promise<Table> {
  const { doings: ours, ...recorded } = await named(names, runOurs(stage));
  const baseline = await runBaseline(stage);
  const rows = names.map((name, index) => {
    const [our, their] = [ours[index], baseline[index]];
    if (our === undefined || their === undefined) {
      throw new Error(`Nothing is known of ${name}.`);
    }
    return { part, name, ours: our, baseline: their };
  });
  return { rows, ...recorded };
}
