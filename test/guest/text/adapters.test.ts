import { test } from "@fast-check/vitest";
import { array, constantFrom, infiniteStream, oneof, string } from "fast-check";
import { describe, expect, it } from "vitest";

import { readAdapters, type PrintedAdapter } from "../../../shared/guest/text/adapters.ts";
import {
  IPCONFIG,
  IPCONFIG_ADAPTERS,
  netshBlock,
  SECTIONS,
  STATIC_CAPTURES,
  STATIC_CONTENT,
  XP,
  XP_ADAPTERS,
} from "./captures.ts";

const ENGLISH = STATIC_CAPTURES[0]?.text ?? "";
const FRENCH = STATIC_CAPTURES[2]?.text ?? "";
const EXPECTED = { name: "Ethernet 4", dhcpEnabled: false, ...STATIC_CONTENT };
const TEXTS = [...STATIC_CAPTURES.map(({ text }) => text), IPCONFIG, XP, ENGLISH + XP + IPCONFIG];

describe("the reader of what Windows prints", () => {
  it.each(STATIC_CAPTURES)("reads netsh in $language", ({ text }) => {
    expect(readAdapters(text).adapters).toEqual([EXPECTED]);
  });

  it("reads ipconfig, with continued lines, IPv6 beside IPv4, and an adapter without address", () => {
    expect(readAdapters(IPCONFIG).adapters).toEqual(IPCONFIG_ADAPTERS);
  });

  it("reads Windows XP, with masks on lines of their own and two gateways", () => {
    expect(readAdapters(XP).adapters).toEqual(XP_ADAPTERS);
  });

  it("keeps the order of a text with several outputs", () => {
    const names = readAdapters(IPCONFIG + XP + ENGLISH).adapters.map(({ name }) => name);

    expect(names).toEqual(["Ethernet", "vEthernet (nat)", "LAN 2", "Spare", "Ethernet 4"]);
  });

  it.each(SECTIONS)("finds the name in the section header %s", (header, name) => {
    const text = `${header}\n\n   DHCP . . . . : x\n   Y. . . . . . : z\n`;

    expect(readAdapters(text).adapters).toMatchObject([{ name }]);
  });

  it.each([
    ["Yes", true],
    ["Ja", true],
    ["Oui", true],
    ["Sí", true],
    ["Sì", true],
    ["S\uFFFD", true],
    ["Sim", true],
    ["Tak", true],
    ["Да", true],
    ["是", true],
    ["はい", true],
    ["예", true],
    ["EVET", true],
    ["Ano", true],
    ["HAYIR", false],
    ["N\uFFFDo", false],
    ["Maybe", null],
    ["", null],
  ])("takes the word %j for DHCP %s", (word, expected) => {
    const text = ENGLISH.replace(/No$/mu, word);

    expect(readAdapters(text).adapters[0]?.dhcpEnabled).toBe(expected);
  });
});

describe("a text that was pasted", () => {
  it.each<readonly [string, string]>([
    ["Windows' line ends", ENGLISH.replaceAll("\n", "\r\n")],
    ["doubled line ends", ENGLISH.replaceAll("\n", "\r\r\n")],
    ["a quoted prompt", `C:\\>netsh i i sh c "Ethernet 9"\n${ENGLISH}C:\\>`],
    ["a quoted prompt and a blank line", `SAC>\n\nPS C:\\> netsh int ip sh a "E"\n\n${ENGLISH}`],
    [
      "a command before more indentation",
      `netsh i i sh c "E"\n${ENGLISH.replaceAll(/^/gmu, "  ")}`,
    ],
    ["marks of a quoted mail", ENGLISH.replaceAll(/^/gmu, "> ")],
    ["more indentation", ENGLISH.replaceAll(/^/gmu, "    ")],
    ["no indentation", ENGLISH.replaceAll(/^ {4}/gmu, "")],
    ["tabs", ENGLISH.replaceAll(/^ {4}/gmu, "\t")],
    ["a blank line between all lines", ENGLISH.replaceAll("\n", "\n\n")],
    ["no-break spaces", ENGLISH.replaceAll(" ", "\u00A0").replace("Ethernet\u00A04", "Ethernet 4")],
    ["spaces after each line", ENGLISH.replaceAll(/$/gmu, "   ")],
    ["full-width colons", ENGLISH.replaceAll(":", "：")],
    ["terminal sequences", ENGLISH.replaceAll(/^/gmu, "\u001B[0m\u001B[2K")],
    ["guillemets of code page 850", FRENCH.replace("«\u00A0", "®ÿ").replace("\u00A0»", "ÿ¯")],
    ["guillemets that were lost", FRENCH.replaceAll(/«\u00A0|\u00A0»/gu, "\uFFFD")],
    ["guillemets read as bytes", FRENCH.replace("«\u00A0", "Â«Â ").replace("\u00A0»", "Â Â»")],
    ["lines wrapped at 44 columns", wrapped(ENGLISH, 44)],
    ["lines wrapped at 50 columns", wrapped(ENGLISH, 50)],
    ["lines wrapped at 36 columns", wrapped(ENGLISH, 36)],
    ["wrapped lines with doubled line ends", wrapped(ENGLISH, 50).replaceAll("\n", "\r\r\n")],
    ["a mask that was cut off", ENGLISH.replace(" (mask 255.255.252.0)", " (mask 255.255.2")],
    ["an address that is preferred", ENGLISH.replace("10.44.2.77", "10.44.2.77(Preferred)")],
  ])("may have %s", (_form, text) => {
    expect(readAdapters(text).adapters).toEqual([EXPECTED]);
  });

  it("gives no prefix length where the line with the mask is missing", () => {
    const text = ENGLISH.replace(
      /^.*Subnet Prefix.*\n.*Gateway:.*\n.*Gateway Metric.*\n.*Interface.*\n/mu,
      "",
    );

    expect(readAdapters(text).adapters).toMatchObject([
      { addresses: [{ ip: "10.44.2.77", prefixLength: null }], gateways: [] },
    ]);
  });

  it("says that it is cut where an address still waits for its mask", () => {
    const [before = ""] = ENGLISH.split("    Subnet Prefix");

    expect(readAdapters(before)).toMatchObject({ cut: true, adapters: [{ addresses: [] }] });
    expect(readAdapters(ENGLISH).cut).toBe(false);
  });

  it("cuts a line that is far too long, and believes no number at the cut", () => {
    const long = ENGLISH.replace("10.44.9.10", `${" ".repeat(951)}10.44.9.10`);

    expect(readAdapters(long).adapters).toMatchObject([{ dnsServers: ["10.44.9.11"] }]);
  });

  it("gives no adapter for text of another kind", () => {
    expect(readAdapters('The "system" cannot find it.\nSee: there\n10.0.0.1\n').adapters).toEqual(
      [],
    );
  });
});

const word = array(constantFrom(...Array.from("ሀለሐመሠረႠႡႢႣԱԲԳԴკლმअआइกขคאבג")), {
  minLength: 1,
  maxLength: 9,
}).map((letters) => letters.join(""));
const words = array(word, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(" "));
const pasted = array(
  oneof(string({ unit: "binary" }), constantFrom(...TEXTS, '"', ":", "\n    ", "10.0.0.1")),
).map((parts) => parts.join(""));

describe("any text", () => {
  test.prop([pasted])("is read without an error", (text) => {
    expect(readAdapters(text).adapters).toBeInstanceOf(Array);
  });

  test.prop([array(words, { minLength: 12, maxLength: 12 }), words, words])(
    "has the same names, addresses and gateways when its labels are words of another script",
    (labels, before, yesNo) => {
      const colons = labels.map((label, index) =>
        [3, 9, 11].includes(index) ? label : `${label}:`,
      );
      const text = netshBlock(`${before} "Ethernet 4"`, yesNo, colons);

      const { adapters } = readAdapters(text + text.replace("Ethernet 4", "Ethernet 5"));

      const { addresses, gateways } = STATIC_CONTENT;
      expect(adapters).toMatchObject([
        { name: "Ethernet 4", dhcpEnabled: null, addresses, gateways },
        { name: "Ethernet 5", dhcpEnabled: null, addresses, gateways },
      ]);
    },
  );

  it("takes a server without its label neither for an address nor for a gateway", () => {
    const text = ENGLISH.replace("DNS", "").replace(/^.*(?:Gateway|Metric):.*\n/gmu, "");
    const metricOnly = ENGLISH.replace("DNS", "").replace(/^.*Gateway.*\n/gmu, "");
    const noMetric = ENGLISH.replace("DNS", "").replace(/^.*Metric:.*\n/gmu, "");
    const { addresses, gateways } = STATIC_CONTENT;

    expect(readAdapters(text).adapters).toMatchObject([{ addresses }]);
    expect(readAdapters(metricOnly).adapters).toMatchObject([{ addresses, gateways: [] }]);
    expect(readAdapters(noMetric).adapters).toMatchObject([{ addresses, gateways }]);
  });

  test.prop([infiniteStream(words)])(
    "has the same names, addresses and gateways when the labels of ipconfig are other words",
    (stream) => {
      const text = IPCONFIG.replaceAll(
        /^ {3}\S.*?(?=[. ]*: |[. ]*:$)/gmu,
        () => `   ${stream.next().value}`,
      );

      const { adapters } = readAdapters(text);

      expect(adapters.map(placed)).toEqual(IPCONFIG_ADAPTERS.map(placed));
    },
  );

  it.each(TEXTS.map((text, index) => [index, text] as const))(
    "number %i gives the first of its adapters wherever it is cut, the last one with no more than it has",
    (_index, text) => {
      const whole = readAdapters(text).adapters;

      const wrong = Array.from({ length: text.length }, (_none, index) => index).flatMap(
        (index) => {
          const cut = readAdapters(text.slice(0, index)).adapters;
          return isBeginningOf(cut, whole) ? [] : [text.slice(0, index)];
        },
      );

      expect(wrong).toEqual([]);
    },
  );
});

/** All adapters but the last are the same; the last has the same name, and of each list the first ones. */
function isBeginningOf(cut: readonly PrintedAdapter[], whole: readonly PrintedAdapter[]): boolean {
  return cut.every((adapter, index) => {
    const same = whole[index];
    if (same === undefined || index < cut.length - 1) {
      return JSON.stringify(adapter) === JSON.stringify(same);
    }
    return (
      adapter.name === same.name &&
      [null, same.dhcpEnabled].includes(adapter.dhcpEnabled) &&
      startsWith(same.addresses, adapter.addresses) &&
      startsWith(same.gateways, adapter.gateways) &&
      startsWith(same.dnsServers, adapter.dnsServers)
    );
  });
}

function startsWith(whole: readonly unknown[], part: readonly unknown[]): boolean {
  return JSON.stringify(whole.slice(0, part.length)) === JSON.stringify(part);
}

function placed({ name, addresses, gateways }: PrintedAdapter): object {
  return { name, addresses, gateways };
}

function wrapped(text: string, columns: number): string {
  return text
    .split("\n")
    .map((line) => line.match(new RegExp(`.{1,${columns}}`, "gu"))?.join("\n") ?? "")
    .join("\n");
}
