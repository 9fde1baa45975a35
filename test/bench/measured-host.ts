// Runs a host in a process of its own and counts what it does: fork it with `--expose-gc`. Sends its address, and answers
// each message with what it counted since the last one.
import { getHeapStatistics } from "node:v8";

import { startEmbeddedHost } from "../../local/cli/host/embedded-host.ts";
import { keepHeapSmall } from "../../local/cli/host/small-heap.ts";
import { findSimulator } from "../../local/cli/simulator/simulator-client.ts";

let turns = 0;
let lastTurnAt = Date.now();
let opened = 0;

const [, , dataFolder = "", simulatorUrl = ""] = process.argv;
const host = await startEmbeddedHost({
  dataFolder,
  port: 0,
  azure: await findSimulator(simulatorUrl),
  onEvent: (event) => {
    if (event.kind === "turn") {
      turns += 1;
      lastTurnAt = Date.now();
    } else if (event.kind === "activity" && event.name === "openIncident") {
      opened += 1;
    }
  },
});
keepHeapSmall();

process.on("message", (wanted) => {
  if (wanted === "collect") {
    globalThis.gc?.();
  }
  process.send?.({
    turns,
    lastTurnAt,
    opened,
    cpuMs: (process.cpuUsage().user + process.cpuUsage().system) / 1000,
    heapMb: getHeapStatistics().used_heap_size / 1_000_000,
    residentMb: process.memoryUsage.rss() / 1_000_000,
    peakMb: (process.resourceUsage().maxRSS * 1024) / 1_000_000,
  });
});
process.send?.({ url: host.url });
