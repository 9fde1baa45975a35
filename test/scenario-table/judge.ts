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
}

const PREFIX_LENGTH = 24;

/** Compares a VM before and after. */
export function judge(before: Moment, after: Moment): Judgement {
  const broken = [...nicsChanged(before, after), ...lost(before, after), ...leftovers(after)];
  if (broken.length > 0) {
    return { verdict: "left broken", broken };
  }
  if (isInOrder(before)) {
    return { verdict: "well", broken };
  }
  return { verdict: isInOrder(after) ? "healed" : "still ill", broken };
}

/** Whether Windows has what Azure gave each of the VM's NICs. */
export function isInOrder({ nics }: Moment): boolean {
  return nics.every((nic, index) => isNicInOrder(nic, index === 0));
}

/** DHCP brings the primary address only; what is static has to be all of Azure's, with the right prefix. */
function isNicInOrder({ adapter, addresses }: NicMoment, primary: boolean): boolean {
  const [first = ""] = addresses;
  if (adapter?.enabled !== true) {
    return false;
  }
  const wanted = adapter.dhcp ? [first] : addresses;
  const hasAddresses = wanted.every((address) =>
    adapter.addresses.some(
      ({ ip, prefixLength }) => ip === address && prefixLength === PREFIX_LENGTH,
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
    return now.kept === nic.kept ? [] : ["the NIC is not what it was"];
  });
}

/** Addresses of Azure's that Windows had and has no more, with the VM that was in order and is not. */
function lost(before: Moment, after: Moment): readonly string[] {
  const gone = before.nics.flatMap((nic, index) =>
    ownAddresses(nic).filter((ip) => !ownAddresses(after.nics[index]).includes(ip)),
  );
  if (gone.length > 0) {
    return ["Windows lost an address of Azure's"];
  }
  return isInOrder(before) && !isInOrder(after) ? ["it was in order"] : [];
}

function ownAddresses(nic: NicMoment | undefined): readonly string[] {
  const inForce = nic?.adapter?.addresses ?? [];
  return inForce.map(({ ip }) => ip).filter((ip) => nic?.addresses.includes(ip) === true);
}

function leftovers({ power, tasks }: Moment): readonly string[] {
  return [
    ...(power === "running" ? [] : [`the VM is ${power}`]),
    ...(tasks === 0 ? [] : ["a dead-man task is left"]),
  ];
}
