import { azureCalls } from "./azure-calls.ts";
import { decisionsPerSecond } from "./decide.ts";
import { figureTable, type Figure } from "./figures.ts";
import { growthSentence, growthTable } from "./growth.ts";
import { httpLoad } from "./http-load.ts";
import { openIncidents } from "./open-incidents.ts";
import { packageFigures } from "./package.ts";
import { demoTime } from "./process-times.ts";

const DECISIONS = 100_000;

function decisions(): Figure {
  const value = decisionsPerSecond();
  return {
    name: "decisions on irrelevant Event Grid events",
    value,
    unit: "per second",
    aim: { text: `${DECISIONS.toLocaleString("en-US")} on one core`, met: value >= DECISIONS },
  };
}

const figures: readonly Figure[] = [
  decisions(),
  ...(await azureCalls()),
  ...(await packageFigures()),
  await demoTime(),
  ...(await httpLoad()),
];
process.stdout.write(`${figureTable(figures)}\n\n`);
const levels = await openIncidents();
process.stdout.write(`${growthTable(levels)}\n${growthSentence(levels)}\n\n`);
process.stdout.write(`${JSON.stringify({ figures, levels })}\n`);
