import { test } from "@fast-check/vitest";
import { integer, uint8Array } from "fast-check";
import { expect, it } from "vitest";

import { connectionRequest, readConfirm } from "../../shared/facts/x224.ts";

function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(" ", ""), "hex");
}

it("sends the request of the protocol's own example, with every protocol offered", () => {
  const request = connectionRequest();

  expect(request.toString("hex")).toBe("030000130ee00000000000010008000f000000");
});

it.each([
  ["CredSSP", "03000013 0ed0 0000 1234 00 02 1f 0800 02000000", "CredSSP"],
  ["TLS", "03000013 0ed0 0000 1234 00 02 00 0800 01000000", "TLS"],
  ["an unknown protocol", "03000013 0ed0 0000 1234 00 02 00 0800 40000000", "protocol 64"],
  [
    "a negotiation failure",
    "03000013 0ed0 0000 1234 00 03 00 0800 05000000",
    "declined with code 5",
  ],
  ["no negotiation", "0300000b 06d0 0000 1234 00", "without negotiation"],
])("takes %s for an answer", (_what, hex, detail) => {
  const reading = readConfirm(bytes(hex));

  expect(reading).toMatchObject({ kind: "confirm" });
  expect(JSON.stringify(reading)).toContain(detail);
});

it.each([
  ["HTTP", Buffer.from("HTTP/1.1 400 Bad Request\r\n")],
  ["SSH", Buffer.from("SSH-2.0-OpenSSH_9.6\r\n")],
  ["a length that is too short", bytes("03000004")],
  ["a length that is too long", bytes("0300ffff 0ed0")],
  ["a disconnect instead of a confirm", bytes("0300000b 0680 0000 1234 00")],
  ["a header of another length", bytes("0300000b 09d0 0000 1234 00")],
  ["another kind of negotiation", bytes("03000013 0ed0 0000 1234 00 07 00 0800 01000000")],
])("does not take %s for RDP", (_what, answer) => {
  expect(readConfirm(answer)).toEqual({ kind: "malformed" });
});

test.prop([integer({ min: 0, max: 18 })])("waits for the rest of a confirm", (length) => {
  const whole = bytes("03000013 0ed0 0000 1234 00 02 1f 0800 02000000");

  expect(readConfirm(whole.subarray(0, length))).toEqual({ kind: "more" });
});

test.prop([uint8Array({ maxLength: 64 })])("reads whatever comes without throwing", (answer) => {
  expect(["confirm", "more", "malformed"]).toContain(readConfirm(Buffer.from(answer)).kind);
});
