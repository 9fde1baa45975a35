import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const WRITER = fileURLToPath(new URL("write-until-killed.ts", import.meta.url));

/** Starts a process that writes to the place, see `write-until-killed.ts`. */
export function startWriter(place: string, prefix: string, rounds: string): ChildProcess {
  return spawn(process.execPath, [WRITER, place, prefix, rounds], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 30_000,
  });
}

/** The names that the writer has confirmed, once there are as many as asked for. */
export async function readUntil(child: ChildProcess, count: number): Promise<string[]> {
  const names: string[] = [];
  if (child.stdout !== null) {
    for await (const line of createInterface({ input: child.stdout })) {
      names.push(line);
      if (names.length >= count) {
        break;
      }
    }
  }
  return names;
}
