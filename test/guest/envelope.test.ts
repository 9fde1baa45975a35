import { test } from "@fast-check/vitest";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { runScript } from "../../local/simulator/guest/run.ts";
import type { GuestState } from "../../local/simulator/guest/state.ts";
import { netshAdapterText, netshText } from "../../local/simulator/guest/text.ts";
import { parseReadOutput, parseSwitchOutput } from "../../shared/guest/envelope.ts";
import { eightAdapters } from "./guest-cases.ts";
import { aGuest, aStaticAdapter, aWorld, readScript, switchScript } from "./guest-states.ts";

const sick = aGuest({ adapters: [aStaticAdapter()] });
const readLine = runScript(sick, readScript(), aWorld()).stdout.trim();
const { stdout, state: healed } = runScript(sick, switchScript(sick), aWorld());
const switchLine = stdout.trim();

/** netsh's text of the first adapter. */
function textOf(guest: GuestState): string {
  const [adapter] = guest.adapters;
  return adapter === undefined ? "" : netshAdapterText(guest, adapter);
}

describe("parseReadOutput", () => {
  it("gives the guest's facts in the program's words", () => {
    const reading = parseReadOutput(`${readLine}\r\n`);

    expect(reading).toMatchObject({
      kind: "read",
      facts: {
        readAt: "2026-03-01T10:00:00Z",
        bootedAt: "2026-02-27T06:30:00Z",
        computerName: "vm-orchid",
        dhcpService: { state: "running", startMode: "automatic" },
        roles: [],
        deadManTasks: [],
        adapters: [
          {
            name: "Ethernet",
            mac: "00-0D-3A-12-34-56",
            enabled: true,
            dhcp: false,
            addresses: [{ ip: "10.20.0.99", prefixLength: 24 }],
            gateways: ["10.20.0.1"],
            staticDnsServers: [],
          },
        ],
      },
      netshText: netshText(sick),
    });
    expect(readLine).toMatch(/"fp":"[0-9a-f]{16}"/u);
  });

  it("finds the answer among other lines, behind a beginning that was cut off", () => {
    const before = `fileenv":1}\n{"sir":"other/1"}\nprofile says hello {\n${"x".repeat(4096)}\n`;
    const output = `${before}${readLine}\r\n\r\nbye\r\n`.slice(-4096);

    expect(parseReadOutput(output)).toMatchObject({ kind: "read" });
  });

  it("takes the last answer when there are several", () => {
    const older = readLine.replace("vm-orchid", "vm-older");

    expect(parseReadOutput(`${older}\n${readLine}`)).toMatchObject({
      facts: { computerName: "vm-orchid" },
    });
  });

  it("fits eight adapters into the 4,096 bytes that Run Command keeps, netsh text included", () => {
    const run = runScript(eightAdapters, readScript(), aWorld());

    const reading = parseReadOutput(run.stdout.slice(-4096));

    expect(reading).toMatchObject({
      kind: "read",
      facts: { adapters: { length: 8 } },
      netshText: netshText(eightAdapters),
    });
  });

  it.each([
    { title: "no output", output: "", code: "no-envelope" },
    { title: "output without our line", output: "Windows IP Configuration\n", code: "no-envelope" },
    { title: "our line cut at its beginning", output: readLine.slice(5), code: "no-envelope" },
    { title: "our line cut at its end", output: readLine.slice(0, -5), code: "no-envelope" },
    {
      title: "the answer of a script of the future",
      output: readLine.replace("read-guest/1", "read-guest/2"),
      code: "bad-envelope",
    },
    {
      title: "an answer with a wrong type",
      output: readLine.replace('"on":true', '"on":"yes"'),
      code: "bad-envelope",
    },
    {
      title: "an error that the script reported",
      output: '{"sir":"read-guest/1","error":"guest-error","detail":"Invalid class"}',
      code: "guest-error",
    },
    { title: "the answer of the other script", output: switchLine, code: "no-envelope" },
  ])("calls $title unreadable: $code", ({ output, code }) => {
    expect(parseReadOutput(output)).toMatchObject({ kind: "unreadable", code });
  });

  it("does without a netsh text that cannot be unpacked", () => {
    const output = readLine.replace(/"netsh":"[^"]+"/u, '"netsh":"AAAA"');

    expect(parseReadOutput(output)).toMatchObject({ kind: "read", netshText: null });
  });
});

describe("parseSwitchOutput", () => {
  it("gives both states, the exit, the task's state and both netsh texts", () => {
    const answer = parseSwitchOutput(switchLine);

    expect(answer).toMatchObject({
      kind: "answer",
      exit: "switched",
      before: { dhcp: false },
      after: { dhcp: true },
      deadManTask: "gone",
      netshText: [sick, healed].map((guest) => textOf(guest)).join("\n"),
      message: "The adapter uses DHCP and has the expected address.",
    });
  });

  it("adds what Windows said to the message", () => {
    const output = switchLine.replace('"detail":null', '"detail":"Access is denied."');

    expect(parseSwitchOutput(output)).toMatchObject({
      message:
        "The adapter uses DHCP and has the expected address. Windows said: Access is denied.",
    });
  });

  it.each([
    { title: "nothing", output: "", code: "no-envelope" },
    {
      title: "an exit that this program does not know",
      output: switchLine.replace('"switched"', '"exploded"'),
      code: "bad-envelope",
    },
    {
      title: "an answer that was too large",
      output: '{"sir":"switch-to-dhcp/1","error":"envelope-too-large","detail":null}',
      code: "envelope-too-large",
    },
  ])("calls $title unreadable: $code", ({ output, code }) => {
    expect(parseSwitchOutput(output)).toMatchObject({ kind: "unreadable", code });
  });
});

test.prop([
  fc.oneof(
    fc.string(),
    fc.json().map((text) => `{"sir":"read-guest/1",${text.slice(1)}`),
  ),
])("whatever a guest prints, reading it does not throw", (output) => {
  const kinds = [parseReadOutput(output).kind, parseSwitchOutput(output).kind];

  expect(kinds).toEqual(["unreadable", "unreadable"]);
});
