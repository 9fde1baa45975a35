/** A value in the form in which a Functions host and its worker exchange it; exactly one field is set. */
export interface RpcData {
  readonly json?: string;
  readonly string?: string;
  readonly bytes?: Uint8Array;
  readonly int?: number;
  readonly double?: number;
  readonly http?: RpcHttp;
}

/** An HTTP request or response in that form. */
export interface RpcHttp {
  readonly url?: string;
  readonly method?: string;
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: RpcData | null;
}

/** Turns the value that a function returned into JSON text; nothing becomes `null`. */
export function toJsonText(data: RpcData | null | undefined): string {
  if (data === null || data === undefined) {
    return "null";
  }
  if (data.json !== undefined) {
    return data.json;
  }
  if (data.bytes !== undefined) {
    return JSON.stringify(Buffer.from(data.bytes).toString("base64"));
  }
  return JSON.stringify(data.string ?? data.int ?? data.double ?? null);
}
