import { readFileSync } from "node:fs";

/** Memory of a process, in MB of 1,000,000 bytes: what it holds now, and the most that it ever held. */
export interface ProcessMemory {
  readonly residentMb: number;
  readonly peakMb: number;
}

/** Why the memory of another process cannot be read here; empty if it can. */
export function noProcessMemory(): string {
  return process.platform === "linux" ? "" : ": skipped, only Linux has /proc";
}

/** Reads the memory of a process (`VmRSS` and `VmHWM` of proc(5), which count in KiB). */
export function processMemory(pid: number): ProcessMemory {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return { residentMb: megabytes(status, "VmRSS"), peakMb: megabytes(status, "VmHWM") };
}

function megabytes(status: string, field: "VmRSS" | "VmHWM"): number {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, "mu").exec(status)?.[1];
  if (kibibytes === undefined) {
    throw new Error(`The status of the process has no ${field}.`);
  }
  return (Number(kibibytes) * 1024) / 1_000_000;
}
