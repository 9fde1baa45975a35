/** Random numbers and ids which follow from a seed alone. */
export interface Random {
  /** From 0 up to, not including, 1. */
  next(): number;
  between(low: number, high: number): number;
  guid(): string;
  /** `00-0D-3A-…`: the prefix of Azure's own adapters. */
  mac(): string;
}

/** Makes the generator "mulberry32": small, and the same on every machine. */
export function seededRandom(seed: number): Random {
  let state = Math.trunc(seed);
  function next(): number {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  function hex(digits: number): string {
    return Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join("");
  }
  return {
    next,
    between: (low, high) => low + next() * (high - low),
    guid: () => [hex(8), hex(4), `4${hex(3)}`, `a${hex(3)}`, hex(12)].join("-"),
    mac: () => ["00", "0D", "3A", hex(2), hex(2), hex(2)].join("-").toUpperCase(),
  };
}
