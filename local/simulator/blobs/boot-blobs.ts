import type { Simulation } from "../simulation.ts";
import { everySubscription } from "../world/subscriptions.ts";
import type { VmState } from "../world/world.ts";
import { screenshotOf } from "./screenshot.ts";
import { signedQuery } from "./signature.ts";

/** What boot diagnostics keep of a VM. */
export type BootBlob = "screenshot" | "serialLog";

const ENDINGS: Readonly<Record<BootBlob, string>> = {
  screenshot: "screenshot.bmp",
  serialLog: "serialconsole.log",
};

/** Begin of the paths of all these blobs. */
export const BOOT_BLOBS = "/bootdiagnostics-";

/** A blob's content. */
export interface Blob {
  readonly contentType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The address of a VM's blob, good for reading for so long. */
export function blobAddress(
  simulation: Simulation,
  {
    vm,
    blob,
    minutes,
  }: { readonly vm: VmState; readonly blob: BootBlob; readonly minutes: number },
): string {
  const path = pathOf(vm, blob);
  const until = new Date(simulation.now().getTime() + minutes * 60_000);
  const expiresAt = `${until.toISOString().slice(0, 19)}Z`;
  return `${simulation.endpoint()}${path}?${signedQuery(simulation.blobKey, { path, expiresAt })}`;
}

/** The VM whose blob has that path; null if there is none. */
export function vmOfBlob(simulation: Simulation, path: string): VmState | null {
  for (const { world } of everySubscription(simulation)) {
    for (const vm of world.vms.values()) {
      if ([pathOf(vm, "screenshot"), pathOf(vm, "serialLog")].includes(path)) {
        return vm;
      }
    }
  }
  return null;
}

/** What a VM's blob holds now. */
export function blobAt(vm: VmState, path: string): Blob {
  return path === pathOf(vm, "screenshot")
    ? { contentType: "image/bmp", bytes: screenshotOf(vm.power === "running") }
    : { contentType: "text/plain", bytes: new Uint8Array(Buffer.from(vm.serialLog, "utf8")) };
}

/** Container and name of a blob are made of the VM's name and id. Source: "Azure boot diagnostics". */
function pathOf(vm: VmState, blob: BootBlob): string {
  const short = vm.name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/gu, "")
    .slice(0, 9);
  return `${BOOT_BLOBS}${short}-${vm.vmId}/${encodeURIComponent(vm.name)}.${vm.vmId}.${ENDINGS[blob]}`;
}
