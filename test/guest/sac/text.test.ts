import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";

import {
  plainSacText,
  readSacAddresses,
  readSacNetworks,
  waitingFor,
} from "../../../shared/guest/sac/text.ts";

const LISTING = [
  "SAC>i",
  "SAC is retrieving IP Addresses...",
  "Net: 7, Ip=10.61.4.99  Subnet=255.255.255.0  Gateway=10.61.4.1",
  "Net: 7, Ip=fe80::2",
  "Net: 12, Ip=10.61.9.4  Subnet=255.255.254.0  Gateway=0.0.0.0",
  "",
  "SAC>",
].join("\r\n");

describe("the addresses that SAC lists", () => {
  it("are read with network number, mask and gateway, IPv6 left out", () => {
    expect(readSacAddresses(LISTING)).toEqual([
      { network: 7, ip: "10.61.4.99", mask: "255.255.255.0", gateway: "10.61.4.1" },
      { network: 12, ip: "10.61.9.4", mask: "255.255.254.0", gateway: null },
    ]);
  });

  it("are read where Windows is too old to say the gateway", () => {
    const line = "Net: 3, Ip=10.61.4.99  Subnet=255.255.255.0 ";

    expect(readSacAddresses(line)).toEqual([
      { network: 3, ip: "10.61.4.99", mask: "255.255.255.0", gateway: null },
    ]);
  });

  it("leave out an adapter without an address, whose number is known all the same", () => {
    const text =
      "Net: 4, Ip=0.0.0.0  Subnet=0.0.0.0  Gateway=0.0.0.0\r\nNet: 5, Ip=fe80::9\r\nSAC>";

    expect(readSacAddresses(text)).toEqual([]);
    expect(readSacNetworks(text)).toEqual([4, 5]);
  });

  it("are the same with colours, cursor movements and events between the lines", () => {
    const noisy = LISTING.replaceAll(
      "\r\n",
      "\u001B[0m\r\nEVENT: A new channel has been created.\u001B[2;1H\r\n",
    );

    expect(readSacAddresses(noisy)).toEqual(readSacAddresses(LISTING));
  });

  test.prop([fc.string({ unit: "binary", maxLength: 400 })])(
    "are looked for in any text without an error",
    (text) => {
      expect(readSacAddresses(text).every(({ ip }) => ip !== "")).toBe(true);
      expect(["prompt", "more", "foreign", "nothing"]).toContain(waitingFor(text));
    },
  );
});

describe("what a console waits for", () => {
  it.each([
    ["SAC>", "prompt"],
    ["Microsoft Windows [Version 10.0.20348]\r\n\r\nSAC>", "prompt"],
    ["\u001B[1;1HSAC>\u001B[0m", "prompt"],
    ["Net: 1, Ip=10.0.0.4  Subn", "nothing"],
    ["SAC>i\r\nSAC is retrieving IP Addresses...\r\n", "nothing"],
    ["line 24\r\n----Press <Enter> for more----", "more"],
    ["C:\\Windows\\system32>", "foreign"],
    ["C:\\Windows\\system32>\r\n", "foreign"],
    ["PS C:\\Users\\admin> ", "foreign"],
    ["Please enter login credentials.\r\nUsername: ", "foreign"],
    ["Press any key to see this channel.", "foreign"],
    ["Use any other key to view this channel.\r\n", "foreign"],
    [String.raw`C:\Windows\system32>del half`, "foreign"],
    ["Domain  : CONT", "foreign"],
    ["", "nothing"],
  ])("after %j is %s", (text, waiting) => {
    expect(waitingFor(text)).toBe(waiting);
  });

  it("is no prompt where one stands only earlier in the text", () => {
    expect(waitingFor("SAC>\r\nNet: 5, Ip=\r\n")).toBe("nothing");
  });
});

describe("a terminal's text", () => {
  it("keeps a line that begins with a bracket", () => {
    expect(plainSacText("one\r\n[2J is text here\r\n")).toBe("one\n[2J is text here\n");
  });
});
