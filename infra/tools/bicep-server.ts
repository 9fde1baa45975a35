import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { z } from "zod";

const BICEP = fileURLToPath(new URL("bicep", import.meta.url));

/** What `infra/tools/bicep` exits with where there is no Bicep CLI. */
const NO_BICEP = 3;

const execution = z.object({ code: z.unknown(), stderr: z.string() });
const reply = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});

type Reply = z.output<typeof reply>;

/** The Bicep CLI as a process that answers requests: each process of its own would take two seconds to warm up. */
export interface BicepServer {
  /**
   * Makes a request of the CLI's JSON-RPC protocol, for example `bicep/compile`.
   * @throws Error in the CLI's own words, if it refuses the request or ends meanwhile.
   */
  readonly ask: <Schema extends z.ZodType>(
    method: string,
    input: object,
    schema: Schema,
  ) => Promise<z.output<Schema>>;
  readonly stop: () => void;
}

/**
 * The version of this machine's Bicep CLI, which is fetched if need be.
 * @throws Error if it cannot be had although it should.
 */
export async function bicepVersion(): Promise<
  { readonly version: string } | { readonly missing: string }
> {
  try {
    const { stdout } = await promisify(execFile)(BICEP, ["--version"]);
    return { version: stdout.trim() };
  } catch (error) {
    const { code, stderr } = execution.parse(error);
    // ENOENT: a machine without the shell that the script is written for.
    if (code === NO_BICEP || code === "ENOENT") {
      return { missing: stderr.trim() };
    }
    throw new Error(`Cannot run the Bicep CLI: ${stderr.trim()}`, { cause: error });
  }
}

/** Starts the Bicep CLI with these variables beside the environment. */
export function startBicep(variables: Readonly<Record<string, string>>): BicepServer {
  const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const child = spawn("env", [...words, BICEP, "jsonrpc", "--stdio"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const waiting = new Map<number, (answer: Reply | null) => void>();
  void answerAll(child.stdout, waiting);
  void once(child, "close").then(() => waiting.forEach((settle) => settle(null)));
  let lastId = 0;
  return {
    ask: async (method, input, schema) => {
      lastId += 1;
      const id = lastId;
      const body = JSON.stringify({ jsonrpc: "2.0", id, method, params: [input] });
      const answered = new Promise<Reply | null>((resolve) => waiting.set(id, resolve));
      child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      const answer = await answered;
      if (answer === null || answer.error !== undefined) {
        const reason = answer?.error?.message ?? "the Bicep CLI ended";
        throw new Error(`${method} ${JSON.stringify(input)}: ${reason}`);
      }
      return schema.parse(answer.result);
    },
    stop: () => child.stdin.end(),
  };
}

/** Reads messages, each behind a header with its length in bytes, and hands them to who waits for them. */
async function answerAll(
  stream: Readable,
  waiting: Map<number, (answer: Reply | null) => void>,
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream.iterator()) {
    rest = Buffer.concat([rest, z.instanceof(Buffer).parse(chunk)]);
    for (let frame = firstFrame(rest); frame !== null; frame = firstFrame(rest)) {
      ({ rest } = frame);
      const answer = reply.safeParse(JSON.parse(frame.body));
      if (answer.success) {
        waiting.get(answer.data.id)?.(answer.data);
        waiting.delete(answer.data.id);
      }
    }
  }
}

function firstFrame(bytes: Buffer): { readonly body: string; readonly rest: Buffer } | null {
  const start = bytes.indexOf("\r\n\r\n") + 4;
  const header = /Content-Length: (?<length>\d+)/iu.exec(bytes.subarray(0, start).toString());
  const end = start + Number(header?.groups?.["length"]);
  // Without a whole header `end` is no number, and no number is that long.
  return bytes.length >= end
    ? { body: bytes.subarray(start, end).toString(), rest: bytes.subarray(end) }
    : null;
}
