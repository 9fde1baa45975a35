import { NIC_TYPE, VM_TYPE, parseResourceId } from "../domain/resource-id.ts";
import type { SignalTarget } from "../domain/signal.ts";

/** Targets that a run can be started for. */
export type ResourceTarget = Exclude<SignalTarget, { readonly kind: "other" }>;

/** Longest id read: subscription, resource group and name have 36, 90 and 80 characters at most. */
const LONGEST_ID = 400;

/** What names of resource groups, VMs and NICs are made of; anything else could change a URL or a terminal line. */
const ID = /^[\p{L}\p{Mn}\p{Nd}\p{Pc}.()/-]+$/u;

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

/** What an ignored signal was about, in one short printable line. */
export function otherTarget(text: string): SignalTarget {
  const printable = text.slice(0, 300).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, " ");
  return { kind: "other", text: printable.trim() };
}
