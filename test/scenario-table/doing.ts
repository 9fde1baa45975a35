import { z } from "zod";

import { judge, type Judgement } from "./judge.ts";
import { momentsIn, type Moment } from "./moment.ts";

/** What one program did to a VM, and what became of it. */
export interface Doing extends Judgement {
  /** Of ours its outcome and code, of the baseline what it says itself. */
  readonly outcome: string;
  /** Verdicts on its NICs, primary first; of the baseline none. */
  readonly diagnoses: readonly string[];
  /** Entries of the ledger, each with its state. */
  readonly remedies: readonly string[];
  /** Requests that write, counted by name. */
  readonly writes: Readonly<Record<string, number>>;
  readonly restarts: number;
  readonly minutes: number;
}

const logSchema = z.object({
  requests: z.array(
    z.object({ method: z.string(), operation: z.string(), vm: z.string().optional() }),
  ),
  effects: z.array(z.object({ kind: z.string(), vm: z.string().nullable() })),
});

/** What simulated Azure has seen. */
export type Log = z.output<typeof logSchema>;

/** Requests that write nothing, whatever their method says. */
const READS = new Set([
  "vnet.checkAddress",
  "networkWatcher.verifyIpFlow",
  "vm.bootDiagnostics",
  "blob.get",
  "console.line",
]);

/** A fleet's VMs before a program does something, for what it does to be read afterwards. */
export interface Observed {
  seen(vm: string): Promise<Seen>;
}

/** What simulated Azure shows of a program's work on a VM. */
export interface Seen extends Judgement, Pick<Doing, "writes" | "restarts"> {
  /** Names of all requests about it. */
  readonly requests: readonly string[];
}

/** Looks at a fleet now, and compares later. */
export async function observe(armEndpoint: string): Promise<Observed> {
  const before = await moments(armEndpoint);
  return {
    async seen(vm) {
      const after = await moments(armEndpoint);
      const log = logSchema.parse(await ask(armEndpoint, "log"));
      const requests = log.requests.filter((entry) => entry.vm === vm);
      return {
        ...judge(momentOf(before, vm), momentOf(after, vm)),
        requests: requests.map(({ operation }) => operation),
        writes: writesIn(requests),
        restarts: log.effects.filter((effect) => effect.vm === vm && effect.kind === "vmRestarted")
          .length,
      };
    },
  };
}

function writesIn(requests: Log["requests"]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { operation, method } of requests) {
    if (!["GET", "CONNECT"].includes(method) && !READS.has(operation)) {
      counts[operation] = (counts[operation] ?? 0) + 1;
    }
  }
  return counts;
}

async function moments(armEndpoint: string): Promise<ReadonlyMap<string, Moment>> {
  return momentsIn(await ask(armEndpoint, "state"));
}

function momentOf(all: ReadonlyMap<string, Moment>, vm: string): Moment {
  const moment = all.get(vm);
  if (moment === undefined) {
    throw new Error(`Simulated Azure shows no ${vm}.`);
  }
  return moment;
}

async function ask(armEndpoint: string, what: string): Promise<unknown> {
  const response = await fetch(`${armEndpoint}/_simulator/${what}`);
  return await response.json();
}
