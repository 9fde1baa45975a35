import { describe, expect, it } from "vitest";

import {
  channelWaiting,
  createdChannel,
  isLockedOut,
  readChannels,
} from "../../../shared/guest/sac/channel-text.ts";

const LIST = [
  "ch",
  "Channel List",
  "",
  '(Use "ch -?" for information on using channels)',
  "",
  "# Status  Channel Name",
  "0 (AV)    SAC",
  "1 (AV)    Cmd0001",
  "3 (IV)    Cmd0003",
  "SAC>",
].join("\r\n");

describe("the list of channels", () => {
  it("has their numbers and names", () => {
    expect(readChannels(LIST)).toEqual([
      { number: 0, name: "SAC" },
      { number: 1, name: "Cmd0001" },
      { number: 3, name: "Cmd0003" },
    ]);
  });

  it.each(["", "SAC>", "1 (AV)    Cmd0001\r\nSAC>"])("is none without SAC's own: %j", (text) => {
    expect(readChannels(text)).toBeNull();
  });

  it("is not taken from an event, which names the channel that was made", () => {
    const event =
      'cmd\r\nThe Command Prompt session was successfully launched.\r\nSAC>\r\nEVENT:   A new channel has been created.  Use "ch -?" for channel help.\r\nChannel: Cmd0012\r\nSAC>';

    expect(readChannels(event)).toBeNull();
    expect(createdChannel(event)).toBe("Cmd0012");
    expect(createdChannel("Channel: Cmd00")).toBeNull();
  });
});

describe("what a channel waits for", () => {
  it.each([
    ["Name: Cmd0001\r\nUse any other key to view this channel.\r\n", "key"],
    ["\r\nPlease enter login credentials.\r\nUsername: ", "username"],
    ["ops\r\nDomain  : ", "domain"],
    ["\r\nDomain: ", "domain"],
    ["\r\nPassword: ", "password"],
    ["\u001B[1;1HC:\\Windows\\system32>", "shell"],
    ["\u001B]0;C:\\Windows\\cmd.exe\u0007D:\\>", "shell"],
    ["\r\nUnable to authenticate.\r\nUsername: ", "refused"],
    ["\r\nSAC>", "sac"],
    ["\r\nAttempting to authenticate...\r\n", null],
    ["C:\\Windows\\system32>dir", null],
    ["Username: op", null],
    ["", null],
  ])("after %j is %s", (text, waiting) => {
    expect(channelWaiting(text)).toBe(waiting);
  });

  it("is a locked account where Windows says so, else a wrong password", () => {
    expect(isLockedOut("The referenced account is currently locked\r\nout and")).toBe(true);
    expect(isLockedOut("The referenced account is currently locked out")).toBe(true);
    expect(isLockedOut("The user name or password is incorrect.")).toBe(false);
  });
});
