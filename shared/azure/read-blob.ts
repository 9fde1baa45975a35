/** Endings of the hosts of Azure Storage, managed boot diagnostics and sovereign clouds included. */
const STORAGE = [
  ".blob.core.windows.net",
  ".blob.storage.azure.net",
  ".blob.core.usgovcloudapi.net",
  ".blob.core.chinacloudapi.cn",
];
const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);
const TIMEOUT_MS = 10_000;

/** What reading a blob gave. */
export type BlobReading =
  | { readonly kind: "read"; readonly bytes: Uint8Array }
  /** The message completes "The screenshot …", and holds no address. */
  | { readonly kind: "unavailable"; readonly message: string };

/** How much of a blob is wanted. */
export interface BlobPart {
  /** In bytes. */
  readonly most: number;
  /** `all`: one that is larger is not read; `end`: its last part is. */
  readonly part: "all" | "end";
}

/**
 * Reads a blob by an address with a shared access signature. The address is a secret: it is never shown, and no token is
 * sent along. Only Azure Storage over TLS is asked, or simulated Azure on this machine; redirects are not followed.
 */
export async function readBlob(address: string, { most, part }: BlobPart): Promise<BlobReading> {
  const url = URL.parse(address);
  if (url === null || !isTrusted(url)) {
    return unavailable("is kept at an address that is none of Azure Storage.");
  }
  try {
    const from = part === "end" ? Math.max(0, (await lengthOf(url)) - most) : 0;
    const headers: Record<string, string> = from === 0 ? {} : { "x-ms-range": `bytes=${from}-` };
    const response = await ask(url, { headers });
    if (!response.ok) {
      await response.body?.cancel();
      return unavailable(`could not be read: Azure Storage answered ${response.status}.`);
    }
    const bytes = await bytesOf(response, { most, part });
    return bytes === null
      ? unavailable(`is larger than ${most} bytes, so it was not kept.`)
      : { kind: "read", bytes };
  } catch {
    // What `fetch` throws may hold the address.
    return unavailable("could not be read: Azure Storage gave no complete answer.");
  }
}

function isTrusted({ protocol, hostname }: URL): boolean {
  return protocol === "https:"
    ? STORAGE.some((ending) => hostname.endsWith(ending))
    : protocol === "http:" && LOOPBACK.has(hostname);
}

/** 0 where Azure does not tell: then the whole blob is asked for, and its last part kept. */
async function lengthOf(url: URL): Promise<number> {
  const response = await ask(url, { method: "HEAD" });
  const length = Number(response.headers.get("Content-Length") ?? 0);
  return response.ok && Number.isSafeInteger(length) ? length : 0;
}

async function ask(url: URL, init: RequestInit): Promise<Response> {
  return await fetch(url, {
    ...init,
    redirect: "error",
    credentials: "omit",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}

/** Null: there is more than wanted, and a part is of no use. At no time more than two parts are in memory. */
async function bytesOf({ body }: Response, { most, part }: BlobPart): Promise<Uint8Array | null> {
  let kept = Buffer.alloc(0);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a body of fetch is a stream of bytes
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    kept = Buffer.concat([kept, chunk]);
    if (kept.length > most) {
      if (part === "all") {
        return null;
      }
      kept = kept.subarray(-most);
    }
  }
  return new Uint8Array(kept);
}

function unavailable(message: string): BlobReading {
  return { kind: "unavailable", message };
}
