import { findBootDiagnostics } from "../azure/boot-diagnostics.ts";
import type { Azure } from "../azure/clients.ts";
import { readBlob, type BlobPart } from "../azure/read-blob.ts";
import type { AzureFacts } from "../domain/facts.ts";

const SCREENSHOT: BlobPart = { most: 2 * 1024 * 1024, part: "all" };
const SERIAL_LOG: BlobPart = { most: 64 * 1024, part: "end" };

/** A file of boot diagnostics. */
export interface BootFile {
  /** For example `screenshot.bmp`. */
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** What a VM showed and printed last. */
export interface BootReading {
  readonly files: readonly BootFile[];
  /** What is missing, and why. */
  readonly remarks: readonly string[];
}

/** By the first bytes: the media type that a store names is not to be relied on. */
const PICTURES = [
  { begin: [0x42, 0x4d], ending: "bmp", contentType: "image/bmp" },
  { begin: [0x89, 0x50, 0x4e, 0x47], ending: "png", contentType: "image/png" },
  { begin: [0xff, 0xd8, 0xff], ending: "jpg", contentType: "image/jpeg" },
] as const;
const UNKNOWN_PICTURE = { ending: "bin", contentType: "application/octet-stream" } as const;

/**
 * Reads the last screenshot of a VM and the last part of its serial log, as the procedure looks at them first. Reads only.
 * @throws AzureRequestError for transient trouble, `retryable`.
 */
export async function readBootDiagnostics(azure: Azure, { vm }: AzureFacts): Promise<BootReading> {
  if (!vm.bootDiagnostics) {
    const off = `Boot diagnostics of VM ${vm.name} are off: there is neither screenshot nor serial log.`;
    return { files: [], remarks: [off] };
  }
  const found = await findBootDiagnostics(azure, vm.id);
  if (found.kind === "unavailable") {
    return { files: [], remarks: [found.message] };
  }
  const [screenshot, serialLog] = await Promise.all([
    fileOf("screenshot", found.screenshotAddress, SCREENSHOT),
    fileOf("serial log", found.serialLogAddress, SERIAL_LOG),
  ]);
  const read = [screenshot, serialLog];
  return {
    files: read.flatMap((each) => (typeof each === "string" ? [] : [each])),
    remarks: read.filter((each) => typeof each === "string"),
  };
}

/** A file; or why there is none. */
async function fileOf(
  what: "screenshot" | "serial log",
  address: string | null,
  part: BlobPart,
): Promise<BootFile | string> {
  if (address === null) {
    return `Azure keeps no ${what} of the VM.`;
  }
  const reading = await readBlob(address, part);
  if (reading.kind === "unavailable") {
    return `The ${what} ${reading.message}`;
  }
  const { bytes } = reading;
  if (what === "serial log") {
    return { name: "serial-log.txt", contentType: "text/plain; charset=utf-8", bytes };
  }
  const { ending, contentType } =
    PICTURES.find(({ begin }) => begin.every((byte, at) => bytes[at] === byte)) ?? UNKNOWN_PICTURE;
  return { name: `screenshot.${ending}`, contentType, bytes };
}
