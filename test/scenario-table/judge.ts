import type { Moment, NicMoment } from "./moment.ts";

/** What became of a VM, by what simulated Azure shows, whatever anybody says of it. */
export type Verdict =
  /** It was ill and is in order, and its NICs are what they were. */
  | "healed"
  /** It was ill, is ill, and nothing was lost: a person finds it as it was. */
  | "still ill"
  /** It was in order and is. */
  | "well"
  /** Something is worse than before. */
  | "left broken";

/** A verdict and, of what is left broken, what is wrong. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly broken: readonly string[];
  /** What is another way than before and no harm; null: nothing. */
  readonly note: string | null;
  /** Whether it was ill before. */
  readonly wasIll: boolean;
  /** Whether Windows has what Azure gives it now, be it another address than before. */
  readonly isInOrder: boolean;
}

/** Of the subnets in which a row's Windows is static. */
const PREFIX_LENGTH = 24;

/** Compares a VM before and after. */
export function judge(before: Moment, after: Moment): Judgement {
  const broken = [...nicsChanged(before, after), ...lost(before, after), ...leftovers(after)];
  const note = isPinned(before, after) ? "its address is Static now" : null;
  const seen = { broken, note, wasIll: !isInOrder(before), isInOrder: isInOrder(after) };
  return { verdict: verdictOn(seen), ...seen };
}

function verdictOn({ broken, wasIll, isInOrder: isWell }: Omit<Judgement, "verdict">): Verdict {
  if (broken.length > 0) {
    return "left broken";
  }
  if (!wasIll) {
    return "well";
  }
  return isWell ? "healed" : "still ill";
}

/** Whether Windows has what Azure gave each of the VM's NICs. */
function isInOrder({ nics }: Moment): boolean {
  return nics.every((nic, index) => isNicInOrder(nic, index === 0));
}

/** DHCP brings the primary address only, with its prefix; what is static has to be all of Azure's, with the right one. */
function isNicInOrder({ adapter, addresses }: NicMoment, primary: boolean): boolean {
  const [first = ""] = addresses;
  if (adapter?.enabled !== true) {
    return false;
  }
  const wanted = adapter.dhcp ? [first] : addresses;
  const hasAddresses = wanted.every((address) =>
    adapter.addresses.some(
      ({ ip, prefixLength }) => ip === address && (adapter.dhcp || prefixLength === PREFIX_LENGTH),
    ),
  );
  return hasAddresses && (!primary || adapter.gateways.includes(gatewayOf(first)));
}

/** Azure keeps the first address of each subnet for it; the subnets here have 24 bits. */
function gatewayOf(address: string): string {
  return address.replace(/\d+$/u, "1");
}

function nicsChanged(before: Moment, after: Moment): readonly string[] {
  return before.nics.flatMap((nic) => {
    const now = after.nics.find(({ name }) => name === nic.name);
    if (now === undefined) {
      return ["a NIC is gone"];
    }
    if (now.addresses.join(" ") !== nic.addresses.join(" ")) {
      return ["the NIC has another address"];
    }
    return pinned(now.kept) === pinned(nic.kept) ? [] : ["the NIC is not what it was"];
  });
}

/** An address that Azure gave dynamically, and gives Static now: what keeps it where Azure would have taken another one. */
function isPinned(before: Moment, after: Moment): boolean {
  return before.nics.some(({ kept, name }) => {
    const now = after.nics.find((nic) => nic.name === name)?.kept ?? "";
    return now !== kept && now === pinned(kept);
  });
}

function pinned(kept: string): string {
  return kept.replaceAll(
    '"privateIPAllocationMethod":"Dynamic"',
    '"privateIPAllocationMethod":"Static"',
  );
}

/** Addresses that Azure still gives and Windows had, but has no more; and a VM that was in order and is not. */
function lost(before: Moment, after: Moment): readonly string[] {
  const gone = before.nics.flatMap((nic, index) => {
    const now = after.nics[index];
    return nic.addresses.filter(
      (ip) => now?.addresses.includes(ip) === true && has(nic, ip) && !has(now, ip),
    );
  });
  if (gone.length > 0) {
    return ["Windows lost an address of Azure's"];
  }
  if (!isInOrder(before)) {
    return [];
  }
  return isInOrder(after) ? lostBesides(before, after) : ["it was in order"];
}

/** Addresses beside Azure's of a Windows that was in order: a cluster's or a load balancer's, which somebody set there. */
function lostBesides(before: Moment, after: Moment): readonly string[] {
  const gone = before.nics.flatMap((nic, index) => {
    const now = after.nics[index];
    const own = (nic.adapter?.addresses ?? []).map(({ ip }) => ip);
    return own.filter((ip) => !nic.addresses.includes(ip) && (now === undefined || !has(now, ip)));
  });
  return gone.length === 0 ? [] : ["Windows lost an address that it had beside Azure's"];
}

function has({ adapter }: NicMoment, address: string): boolean {
  return adapter?.addresses.some(({ ip }) => ip === address) === true;
}

function leftovers({ power, tasks }: Moment): readonly string[] {
  return [
    ...(power === "running" ? [] : [`the VM is ${power}`]),
    ...(tasks === 0 ? [] : ["a dead-man task is left"]),
  ];
}
