/** RDP security protocols that the request offers: TLS, CredSSP, RDSTLS and CredSSP with early user authorisation. */
const OFFERED_PROTOCOLS = 0x01 | 0x02 | 0x04 | 0x08;
const TPKT_HEADER_LENGTH = 4;
/** Longest confirm that is read; real ones have 11 to 19 bytes. */
const LONGEST_CONFIRM = 1024;

/** What the first bytes of an answer say. */
export type ConfirmReading =
  | { readonly kind: "confirm"; readonly detail: string }
  /** Well so far, but not complete. */
  | { readonly kind: "more" }
  /** Not RDP. */
  | { readonly kind: "malformed" };

/** The X.224 connection request with an RDP negotiation request. Source: MS-RDPBCGR 2.2.1.1. */
export function connectionRequest(): Buffer {
  const request = Buffer.alloc(19);
  request.writeUInt8(3, 0);
  request.writeUInt16BE(request.length, 2);
  request.writeUInt8(request.length - TPKT_HEADER_LENGTH - 1, 4);
  request.writeUInt8(0xe0, 5);
  request.writeUInt8(0x01, 11);
  request.writeUInt16LE(8, 13);
  request.writeUInt32LE(OFFERED_PROTOCOLS, 15);
  return request;
}

/**
 * Reads the X.224 connection confirm. A negotiation failure is an answer too: the RDP service is there and declines the
 * offer. Source: MS-RDPBCGR 2.2.1.2.
 */
export function readConfirm(bytes: Buffer): ConfirmReading {
  if (bytes.length >= 1 && bytes[0] !== 3) {
    return { kind: "malformed" };
  }
  if (bytes.length < TPKT_HEADER_LENGTH) {
    return { kind: "more" };
  }
  const length = bytes.readUInt16BE(2);
  if (length < 11 || length > LONGEST_CONFIRM) {
    return { kind: "malformed" };
  }
  return bytes.length < length ? { kind: "more" } : readWhole(bytes.subarray(0, length));
}

function readWhole(bytes: Buffer): ConfirmReading {
  const headerLength = bytes.readUInt8(TPKT_HEADER_LENGTH);
  const isConfirm = (bytes.readUInt8(5) & 0xf0) === 0xd0;
  if (headerLength !== bytes.length - TPKT_HEADER_LENGTH - 1 || !isConfirm) {
    return { kind: "malformed" };
  }
  if (bytes.length < 19) {
    return { kind: "confirm", detail: "RDP connection confirmed without negotiation" };
  }
  return readNegotiation(bytes.readUInt8(11), bytes.readUInt32LE(15));
}

function readNegotiation(type: number, value: number): ConfirmReading {
  if (type === 0x02) {
    return { kind: "confirm", detail: `RDP negotiation answered with ${protocolName(value)}` };
  }
  if (type === 0x03) {
    return { kind: "confirm", detail: `RDP negotiation declined with code ${value}` };
  }
  return { kind: "malformed" };
}

const PROTOCOLS: Readonly<Record<number, string>> = {
  0: "standard RDP security",
  1: "TLS",
  2: "CredSSP",
  4: "RDSTLS",
  8: "CredSSP with early user authorisation",
};

function protocolName(value: number): string {
  return PROTOCOLS[value] ?? `protocol ${value}`;
}
