import { z } from "zod";

import { isIpv4 } from "../../domain/addresses.ts";

const ipv4 = z.string().refine((text) => isIpv4(text), "must be an IPv4 address");

const target = z.object({ address: ipv4, allocation: z.enum(["Static", "Dynamic"]) });

const resetRecord = z.object({
  nic: z.record(z.string(), z.unknown()),
  configuration: z.string(),
  original: target,
  prefixes: z.array(z.string()),
  avoid: z.array(z.string()),
  written: z.array(target),
});

/** What a write gives to the NIC's primary IP configuration. */
export type ResetTarget = Readonly<z.output<typeof target>>;

/** What a ledger entry keeps of a reset, so that any run can finish it. */
export interface ResetRecord {
  /** The whole NIC as Azure gave it before the first write. */
  readonly nic: Readonly<Record<string, unknown>>;
  /** Name of the IP configuration whose address is changed. */
  readonly configuration: string;
  readonly original: ResetTarget;
  /** All IPv4 prefixes of its subnet. */
  readonly prefixes: readonly string[];
  /** Addresses that are never used for the swap: those which Windows holds wrongly. */
  readonly avoid: readonly string[];
  /** What was written, or may have been: each is added before its write. Newest last. */
  readonly written: readonly ResetTarget[];
}

/** Reads what a ledger entry keeps of a reset; null if it is not that of one. */
export function readResetRecord(before: unknown): ResetRecord | null {
  return resetRecord.safeParse(before).data ?? null;
}

/** The record with one more write, to be kept before that write is made. */
export function withWrite(record: ResetRecord, next: ResetTarget): ResetRecord {
  return { ...record, written: [...record.written, next] };
}

/** The same address and the same allocation. */
export function isSameTarget(one: ResetTarget, other: ResetTarget): boolean {
  return one.address === other.address && one.allocation === other.allocation;
}
