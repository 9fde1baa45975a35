import { Fleet } from "../end-to-end/fleet.ts";
import { noProcessMemory, processMemory } from "../end-to-end/host-memory.ts";
import {
  BROKEN,
  deliverAll,
  fiftyVms,
  inAnyOrder,
  PATIENT,
} from "../end-to-end/many-deliveries.ts";
import { startSimulatorProcess } from "../end-to-end/simulator-process.ts";
import { anAlert } from "../signals/payloads.ts";
import { quantile, type Figure } from "./figures.ts";

const DELIVERIES = 1000;
const AIM_MS = 50;
const AIM_MB = 300;

/**
 * 1,000 deliveries about 50 VMs, eight at the same time, while the six broken ones are healed. Simulated Azure takes its
 * time as in the demo, so that the heals last.
 */
export async function httpLoad(): Promise<readonly Figure[]> {
  const fleet = await Fleet.on(await startSimulatorProcess(fiftyVms(), "demo"), PATIENT);
  try {
    await beginHeals(fleet);
    const healing = new AbortController();
    const healed = whenHealed(fleet).finally(() => {
      healing.abort();
    });
    const whileHealing: number[] = [];
    const begun = performance.now();
    await deliverAll(fleet, inAnyOrder(fleet, DELIVERIES, 1), ({ route, title }, answer, took) => {
      if (answer.status !== 202) {
        throw new Error(`${title} was answered with ${answer.status}.`);
      }
      if (route === "/api/alerts" && !healing.signal.aborted) {
        whileHealing.push(took);
      }
    });
    const seconds = (performance.now() - begun) / 1000;
    await healed;
    return [
      {
        name: "deliveries over HTTP, 8 at once",
        value: Math.round(DELIVERIES / seconds),
        unit: "per second",
        aim: null,
      },
      ...answerTimes(whileHealing),
      ...peak(fleet.hostPid),
    ];
  } finally {
    await fleet.close();
  }
}

async function beginHeals(fleet: Fleet): Promise<void> {
  for (const vm of BROKEN) {
    const ids = { alertId: `/alerts/${vm}-first`, originAlertId: `${vm}-first` };
    await fleet.api("/api/alerts", anAlert({ ...ids, alertTargetIDs: [fleet.vmId(vm)] }));
  }
}

/** Waits until each broken VM has its outcome, with few questions, since each takes time from what is measured. */
async function whenHealed(fleet: Fleet): Promise<void> {
  for (const vm of BROKEN) {
    await fleet.outcomeOf(vm, 90);
  }
}

function answerTimes(milliseconds: readonly number[]): readonly Figure[] {
  const median = quantile(milliseconds, 0.5);
  const name = `/api/alerts while heals run (${milliseconds.length} answers)`;
  const aim = { text: `below ${AIM_MS} ms`, met: median < AIM_MS };
  return [
    { name: `${name}: median`, value: median, unit: "ms", aim },
    { name: `${name}: 95 %`, value: quantile(milliseconds, 0.95), unit: "ms", aim: null },
  ];
}

function peak(pid: number): readonly Figure[] {
  if (noProcessMemory() !== "") {
    return [];
  }
  const { peakMb } = processMemory(pid);
  const aim = { text: `below ${AIM_MB} MB`, met: peakMb < AIM_MB };
  return [{ name: "memory of the host under this load: peak", value: peakMb, unit: "MB", aim }];
}
