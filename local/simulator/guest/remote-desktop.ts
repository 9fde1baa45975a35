import type { GuestFirewallRule, GuestFirewallState, GuestRdpState, GuestState } from "./state.ts";

/** Windows with Remote Desktop switched on. */
const RDP_ON: GuestRdpState = {
  service: { state: "running", startMode: "manual" },
  denied: "no",
  port: 3389,
  listener: true,
};

/** The rule with which Windows lets Remote Desktop in. */
export const RDP_RULE: GuestFirewallRule = {
  name: "Remote Desktop - User Mode (TCP-In)",
  action: "Allow",
  enabled: true,
  port: "3389",
};

const FIREWALL_ON: GuestFirewallState = {
  profile: "Public",
  enabled: true,
  blocksAll: false,
  rules: [RDP_RULE],
};

/** What the firewall does with a port in the profile in force; the rule that decides, if one does. */
export interface FirewallVerdict {
  readonly profile: GuestFirewallState["profile"];
  readonly verdict: "off" | "allows" | "blocks" | "blocks-all";
  readonly rule: string | null;
}

/** Windows' side of Remote Desktop. */
export function rdpOf({ rdp }: GuestState): GuestRdpState {
  return rdp ?? RDP_ON;
}

/** Windows' firewall. */
export function firewallOf({ firewall }: GuestState): GuestFirewallState {
  return firewall ?? FIREWALL_ON;
}

/** Whether Remote Desktop listens on the port. */
export function listensForRdp(state: GuestState, port: number): boolean {
  const { service, denied, listener, port: own } = rdpOf(state);
  return service.state === "running" && denied === "no" && listener && port === own;
}

/** What the firewall does with an incoming TCP connection; a rule that blocks wins. */
export function firewallVerdict(state: GuestState, port: number): FirewallVerdict {
  const { profile, enabled, blocksAll, rules } = firewallOf(state);
  if (!enabled || blocksAll) {
    return { profile, verdict: enabled ? "blocks-all" : "off", rule: null };
  }
  const fitting = rules.filter((rule) => rule.enabled && isForPort(rule, port));
  const deciding =
    fitting.find(({ action }) => action === "Block") ??
    fitting.find(({ action }) => action === "Allow");
  const verdict = deciding?.action === "Allow" ? "allows" : "blocks";
  return { profile, verdict, rule: deciding?.name ?? null };
}

/** Remote Desktop after a start of Windows, which starts the service with the first who connects. */
export function restartedRdp(rdp: GuestRdpState): GuestRdpState {
  const state = rdp.service.startMode === "disabled" ? "stopped" : "running";
  return { ...rdp, service: { ...rdp.service, state } };
}

/** A rule for any port that is a single program's says nothing of Remote Desktop. */
function isForPort({ port: shown, program }: GuestFirewallRule, port: number): boolean {
  if (shown === "Any") {
    return program === undefined;
  }
  const [low = "", high = low] = shown.split("-");
  return Number(low) <= port && port <= Number(high);
}
