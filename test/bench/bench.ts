import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

import { Fleet } from "../end-to-end/fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario } from "../end-to-end/scenarios.ts";
import { decisionsPerSecond } from "./decide.ts";

/** One figure of the bench. */
interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the project aims at; null: nothing yet. */
  readonly aim: string | null;
}

const LOAD = path.join(import.meta.dirname, "load-app.ts");

async function azureCalls(): Promise<readonly Figure[]> {
  const fleet = await Fleet.start(aScenario([aHealthyVm("vm-well", 10), aBrokenVm("vm-ill", 11)]));
  try {
    await fleet.admin("/subscriptions", { kind: "alerts", url: `${fleet.url}/api/alerts` });
    await fleet.admin("/alerts", { vm: "vm-well" });
    await fleet.until("the healthy VM's probe", 30, async () => {
      const { requests } = await fleet.log();
      return requests.some(({ operation }) => operation === "proxy.connect") ? true : null;
    });
    const before = (await fleet.log()).requests.length;
    const healthy = counted((await fleet.log()).requests);
    await fleet.admin("/alerts", { vm: "vm-ill" });
    await fleet.outcomeOf("vm-ill");
    const heal = counted((await fleet.log()).requests.slice(before));
    return [
      {
        name: "healthy VM: reads",
        value: healthy.get("reads") ?? 0,
        unit: "calls",
        aim: "at most 4",
      },
      {
        name: "heal: Run Commands",
        value: heal.get("runCommand.post") ?? 0,
        unit: "calls",
        aim: "at most 2",
      },
      { name: "heal: snapshots", value: heal.get("snapshot.put") ?? 0, unit: "calls", aim: "1" },
      ...[...heal]
        .filter(
          ([operation]) =>
            !["runCommand.post", "snapshot.put", "proxy.connect"].includes(operation),
        )
        .map(([operation, value]) => ({
          name: `heal: ${operation}`,
          value,
          unit: "calls",
          aim: null,
        })),
    ];
  } finally {
    await fleet.close();
  }
}

/** Requests to Resource Manager by operation; probes through the proxy are none, and `reads` sums the GETs. */
function counted(
  requests: readonly { readonly method: string; readonly operation: string }[],
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { method, operation } of requests) {
    const names = method === "GET" ? [operation, "reads"] : [operation];
    for (const name of names) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

/** Median of five fresh processes. */
async function loadTime(): Promise<Figure> {
  const times: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    const { stdout } = await promisify(execFile)(process.execPath, [LOAD]);
    times.push(Number(stdout));
  }
  const median = times.toSorted((a, b) => a - b)[2] ?? Number.NaN;
  return {
    name: "load until all functions are registered",
    value: Math.round(median),
    unit: "ms",
    aim: null,
  };
}

function table(figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  return figures
    .map(({ name, value, unit, aim }) => {
      const wanted = aim === null ? "" : `  (aim: ${aim})`;
      return `${name.padEnd(width)}  ${value.toLocaleString("en-US").padStart(10)} ${unit}${wanted}`;
    })
    .join("\n");
}

const figures: readonly Figure[] = [
  {
    name: "decisions on irrelevant Event Grid events",
    value: Math.round(decisionsPerSecond()),
    unit: "per second",
    aim: "100,000 on one core",
  },
  ...(await azureCalls()),
  await loadTime(),
];
process.stdout.write(`${table(figures)}\n${JSON.stringify({ figures })}\n`);
