import { isIpv4, isOfOneMachine } from "../domain/addresses.ts";
import { NIC_TYPE, VM_TYPE, parseResourceId } from "../domain/resource-id.ts";
import type { SignalTarget, VmName } from "../domain/signal.ts";

/** Targets that are named by their id. */
export type ResourceTarget = Extract<SignalTarget, { readonly kind: "vm" | "nic" }>;

/** Targets that a run can be started for. */
export type HealableTarget = ResourceTarget | VmName;

/** Longest id read: subscription, resource group and name have 36, 90 and 80 characters at most. */
const LONGEST_ID = 400;

/** What names of resource groups, VMs and NICs are made of; anything else could change a URL or a terminal line. */
const ID = /^[\p{L}\p{Mn}\p{Nd}\p{Pc}.()/-]+$/u;

/** Longest name of a host in DNS. */
const LONGEST_NAME = 253;

/** A computer's name, or a full name of DNS; with a letter in its first part, since a cut address is no name. */
const COMPUTER = /^(?=[^.]*\p{L})[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*$/u;

/** An id of a VM or a NIC inside of a longer text, for example of one of its children. */
const INSIDE =
  /\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/microsoft\.(?:compute\/virtualmachines|network\/networkinterfaces)\/[^/\s"',;)\]}]+/giu;

/** The VM or NIC that the whole text is the id of, in lower case; null for anything else. */
export function readTarget(text: string): ResourceTarget | null {
  const id = text.trim().toLowerCase();
  if (id.length > LONGEST_ID || !ID.test(id) || /\/\.+(?:\/|$)/u.test(id)) {
    return null;
  }
  const type = parseResourceId(id)?.type;
  if (type === VM_TYPE) {
    return { kind: "vm", vmId: id };
  }
  return type === NIC_TYPE ? { kind: "nic", nicId: id } : null;
}

/** All VMs and NICs whose ids are found anywhere in the text, each as often as it is there. */
export function findTargets(text: string): readonly ResourceTarget[] {
  const found = text.match(INSIDE) ?? [];
  return found.map(readTarget).filter((target) => target !== null);
}

/**
 * The address or the computer that the whole text names, in lower case; null for anything else, and for addresses and
 * names that are no single machine's or every machine's own.
 */
export function readVmName(text: string): VmName | null {
  const name = text.trim().toLowerCase();
  if (isIpv4(name)) {
    return isOfOneMachine(name) ? { kind: "address", address: name } : null;
  }
  const isName = name.length <= LONGEST_NAME && COMPUTER.test(name) && name !== "localhost";
  return isName ? { kind: "computer", computer: name } : null;
}

/** What an ignored signal was about, in one short printable line. */
export function otherTarget(text: string): SignalTarget {
  const printable = text.slice(0, 300).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, " ");
  return { kind: "other", text: printable.trim() };
}
