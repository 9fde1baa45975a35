import type { Socket } from "node:net";

// Source of every number here: [MS-RDPBCGR] 2.2.1.1 and 2.2.1.2, and RFC 1006 for the TPKT header.
const TPKT_HEADER_BYTES = 4;
const CONNECTION_REQUEST = 0xe0;
const NEGOTIATION_REQUEST = 0x01;
const PROTOCOL_SSL = 0x01;
const PROTOCOL_HYBRID = 0x02;
/** A client that sends less than a whole request is dropped after this time. */
const HANDSHAKE_TIMEOUT_MS = 15_000;

/** X.224 Connection Confirm without a negotiation, as an old server gives it. */
const PLAIN_CONFIRM = Buffer.from("0300000b06d00000123400", "hex");
/** Connection Confirm with a negotiation response, which selects CredSSP (HYBRID). */
const HYBRID_CONFIRM = Buffer.from("030000130ed00000123400021f080002000000", "hex");
/** The same, which selects TLS. */
const SSL_CONFIRM = Buffer.from("030000130ed0000012340002000800 01000000".replace(" ", ""), "hex");
/** Connection Confirm with the failure HYBRID_REQUIRED_BY_SERVER. */
const HYBRID_REQUIRED = Buffer.from("030000130ed000001234000300080005000000", "hex");

/** Speaks the first exchange of RDP with a client: connection request, connection confirm. */
export function serveRdp(socket: Socket, head: Buffer): void {
  let received = head;
  socket.setTimeout(HANDSHAKE_TIMEOUT_MS, () => {
    socket.destroy();
  });
  socket.on("error", () => {
    socket.destroy();
  });
  function look(): void {
    const answer = confirmFor(received);
    if (answer === "more") {
      return;
    }
    socket.off("data", onData);
    if (answer === "garbage") {
      socket.destroy();
    } else {
      socket.write(answer);
      // The next thing would be TLS, which nobody here speaks: whatever comes is read and dropped.
      socket.resume();
    }
  }
  function onData(chunk: Buffer): void {
    received = Buffer.concat([received, chunk]);
    look();
  }
  socket.on("data", onData);
  look();
}

/** The answer to what a client sent so far. */
export function confirmFor(received: Buffer): Buffer | "more" | "garbage" {
  if (received.length > 0 && received[0] !== 0x03) {
    return "garbage";
  }
  if (received.length < TPKT_HEADER_BYTES) {
    return "more";
  }
  const length = received.readUInt16BE(2);
  if (length < 11 || length > 512) {
    return "garbage";
  }
  if (received.length < length) {
    return "more";
  }
  return ((received[5] ?? 0) & 0xf0) === CONNECTION_REQUEST
    ? confirm(received.subarray(0, length))
    : "garbage";
}

function confirm(request: Buffer): Buffer {
  const asked = requestedProtocols(request);
  if (asked === null) {
    return PLAIN_CONFIRM;
  }
  if ((asked & PROTOCOL_HYBRID) !== 0) {
    return HYBRID_CONFIRM;
  }
  return (asked & PROTOCOL_SSL) === 0 ? HYBRID_REQUIRED : SSL_CONFIRM;
}

/** The protocols of the negotiation request, which stands at the end of the connection request; null without one. */
function requestedProtocols(request: Buffer): number | null {
  const start = request.length - 8;
  const isThere = start >= 11 && request[start] === NEGOTIATION_REQUEST && request[start + 2] === 8;
  return isThere ? request.readUInt32LE(start + 4) : null;
}
