import type { GuestAdapterState, GuestState } from "../guest/state.ts";
import type { EffectKind } from "../log.ts";

/** What changed in a guest, in words. */
export interface GuestEffect {
  readonly kind: EffectKind;
  readonly detail: string;
}

/** The effects which lie between two states of a guest; none where they are equal. */
export function guestEffects(before: GuestState, after: GuestState): readonly GuestEffect[] {
  return [
    ...taskEffects(before, after),
    ...adapterEffects(before, after),
    ...routeEffects(before, after),
    ...serviceEffects(before, after),
    ...ghostEffects(before, after),
  ];
}

function taskEffects(before: GuestState, after: GuestState): GuestEffect[] {
  const earlier = new Set(before.tasks.map((task) => task.name));
  const later = new Set(after.tasks.map((task) => task.name));
  return [
    ...[...later].filter((name) => !earlier.has(name)).map((name) => effect("deadManArmed", name)),
    ...[...earlier]
      .filter((name) => !later.has(name))
      .map((name) => effect("deadManRemoved", name)),
  ];
}

function adapterEffects(before: GuestState, after: GuestState): GuestEffect[] {
  const effects: GuestEffect[] = [];
  for (const adapter of after.adapters) {
    const earlier = before.adapters.find((candidate) => candidate.guid === adapter.guid);
    if (earlier === undefined) {
      effects.push(effect("adaptersChanged", `${adapter.name} appeared`));
      continue;
    }
    effects.push(...oneAdapter(earlier, adapter));
  }
  const left = before.adapters.filter(
    (earlier) => !after.adapters.some((adapter) => adapter.guid === earlier.guid),
  );
  return [
    ...effects,
    ...left.map((adapter) => {
      const isGhost = after.ghosts.some((ghost) => ghost.guid === adapter.guid);
      return effect("adaptersChanged", `${adapter.name} is ${isGhost ? "a ghost" : "gone"}`);
    }),
  ];
}

function oneAdapter(before: GuestAdapterState, after: GuestAdapterState): GuestEffect[] {
  const effects: GuestEffect[] = [];
  if (before.enabled !== after.enabled) {
    effects.push(effect(after.enabled ? "adapterEnabled" : "adapterDisabled", after.name));
  }
  const addressing = addressingKind(before, after);
  if (addressing !== null) {
    effects.push(effect(addressing, `${after.name}: ${text(before)} -> ${text(after)}`));
  }
  if (before.staticDnsServers.join(" ") !== after.staticDnsServers.join(" ")) {
    effects.push(effect("dnsChanged", `${after.name}: ${after.staticDnsServers.join(" ")}`));
  }
  return effects;
}

function addressingKind(before: GuestAdapterState, after: GuestAdapterState): EffectKind | null {
  if (before.dhcp !== after.dhcp) {
    return after.dhcp ? "dhcpSwitched" : "staticRestored";
  }
  if (text(before) === text(after)) {
    return null;
  }
  return after.dhcp ? "leaseChanged" : "staticChanged";
}

function routeEffects(before: GuestState, after: GuestState): GuestEffect[] {
  const earlier = routeText(before);
  const later = routeText(after);
  return earlier === later ? [] : [effect("routesChanged", `${earlier} -> ${later}`)];
}

function serviceEffects(before: GuestState, after: GuestState): GuestEffect[] {
  const earlier = `${before.dhcpService.state}, ${before.dhcpService.startMode}`;
  const later = `${after.dhcpService.state}, ${after.dhcpService.startMode}`;
  return earlier === later ? [] : [effect("dhcpServiceChanged", `${earlier} -> ${later}`)];
}

/** A ghost that comes is told with the adapter that it was. */
function ghostEffects(before: GuestState, after: GuestState): GuestEffect[] {
  return before.ghosts
    .filter((ghost) => !after.ghosts.some(({ guid }) => guid === ghost.guid))
    .map(({ name, description }) => effect("ghostRemoved", `${name} (${description})`));
}

function routeText(state: GuestState): string {
  const routes = state.persistentRoutes.map((route) => `${route.nextHop}@${route.interfaceIndex}`);
  return routes.length === 0 ? "none" : routes.join(" ");
}

function text(adapter: GuestAdapterState): string {
  const addresses = adapter.addresses.map((entry) => `${entry.ip}/${entry.prefixLength}`);
  const mode = adapter.dhcp ? "DHCP" : "static";
  const gateways = adapter.gateways.length === 0 ? "nothing" : adapter.gateways.join(" ");
  return `${mode} ${addresses.join(" ")} via ${gateways}`;
}

function effect(kind: EffectKind, detail: string): GuestEffect {
  return { kind, detail };
}
