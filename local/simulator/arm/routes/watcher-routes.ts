import type { ArmRoute } from "../arm-call.ts";
import { getWatcher, listWatchers, verifyIpFlow, vmOfFlow } from "../resources/network-watchers.ts";
import { GROUP, SUBSCRIPTION } from "./paths.ts";

const WATCHERS = "providers/microsoft.network/networkwatchers";

/** What is answered about Network Watcher. */
export const WATCHER_ROUTES: readonly ArmRoute[] = [
  ...[SUBSCRIPTION, GROUP].map((scope): ArmRoute => ({
    operation: "networkWatcher.list",
    action: "Microsoft.Network/networkWatchers/read",
    method: "GET",
    path: `${scope}/${WATCHERS}`,
    handle: listWatchers,
  })),
  {
    operation: "networkWatcher.get",
    action: "Microsoft.Network/networkWatchers/read",
    method: "GET",
    path: `${GROUP}/${WATCHERS}/:name`,
    handle: getWatcher,
  },
  {
    operation: "networkWatcher.verifyIpFlow",
    action: "Microsoft.Network/networkWatchers/ipFlowVerify/action",
    method: "POST",
    path: `${GROUP}/${WATCHERS}/:name/ipflowverify`,
    vm: (simulation, _name, body) => vmOfFlow(simulation.world, body),
    handle: verifyIpFlow,
  },
];
