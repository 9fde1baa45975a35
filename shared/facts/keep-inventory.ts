import type { Inventory } from "./inventory.ts";

/** Gives an inventory whose reading began at most that many seconds ago. */
export type InventoryReader = (maxAgeSeconds: number) => Promise<Inventory>;

/**
 * Keeps the last inventory in memory. All who ask while it is young enough, or still being read, share one reading; a
 * failed one is forgotten, so that the next who asks tries again.
 */
export function keepInventory(read: () => Promise<Inventory>): InventoryReader {
  let kept: { readonly since: number; readonly inventory: Promise<Inventory> } | null = null;
  return async (maxAgeSeconds) => {
    const now = Date.now();
    if (kept === null || now - kept.since > maxAgeSeconds * 1000) {
      const reading = { since: now, inventory: read() };
      kept = reading;
      reading.inventory.catch(() => {
        kept = kept === reading ? null : kept;
      });
    }
    return await kept.inventory;
  };
}
