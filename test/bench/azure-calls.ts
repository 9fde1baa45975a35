import { Fleet } from "../end-to-end/fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario } from "../end-to-end/scenarios.ts";
import type { Figure } from "./figures.ts";

type Requests = readonly { readonly method: string; readonly operation: string }[];

/** What a healthy VM and a heal ask of Azure. */
export async function azureCalls(): Promise<readonly Figure[]> {
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
      atMost("healthy VM: reads", healthy.get("reads") ?? 0, 4),
      atMost("heal: Run Commands", heal.get("runCommand.post") ?? 0, 2),
      atMost("heal: snapshots", heal.get("snapshot.put") ?? 0, 1),
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

function atMost(name: string, value: number, most: number): Figure {
  return { name, value, unit: "calls", aim: { text: `at most ${most}`, met: value <= most } };
}

/** Requests to Resource Manager by operation; probes through the proxy are none, and `reads` sums the GETs. */
function counted(requests: Requests): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { method, operation } of requests) {
    const names = method === "GET" ? [operation, "reads"] : [operation];
    for (const name of names) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}
