import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";

import { InvalidInputError } from "../../../shared/domain/errors.ts";
import { readAdapters, type PrintedAdapter } from "../../../shared/guest/text/adapters.ts";
import type { ExplainCall } from "../command-line/calls.ts";
import { exitCodeOfFault } from "../exit-codes.ts";
import type { Screen } from "../terminal/screen.ts";
import { printable } from "../terminal/text.ts";
import { explainText, type Explanation } from "./compare.ts";
import type { Finding } from "./finding.ts";

const LONGEST_TEXT_BYTES = 1_048_576;

/**
 * Says what a pasted text of Windows tells about its adapters; gives the exit code.
 * @throws InvalidInputError `unreadable-file`, `empty-text`, `text-too-long` or `no-adapter-found`.
 */
export async function explain(call: ExplainCall, screen: Screen): Promise<number> {
  const text = decoded(await bytesOf(call.file));
  if (text.trim() === "") {
    throw problem("empty-text", `There is no text in ${sourceOf(call.file)}.`);
  }
  const printed = readAdapters(text);
  if (printed.adapters.length === 0) {
    throw problem("no-adapter-found", `No adapter was found in ${sourceOf(call.file)}.`);
  }
  const explanation = explainText(printed, call.azureAddresses);
  const { adapters } = printed;
  screen.record({ adapters, diagnosis: explanation.diagnosis });
  sayAdapters(screen, adapters, explanation);
  sayDiagnosis(screen, explanation);
  return exitCodeOfFault(explanation.diagnosis.fault);
}

async function bytesOf(file: string | null): Promise<Buffer> {
  const bytes = file === null ? await typedBytes() : await fileBytes(file);
  if (bytes.length > LONGEST_TEXT_BYTES) {
    throw problem("text-too-long", `${sourceOf(file)} has more than 1 MiB.`);
  }
  return bytes;
}

async function typedBytes(): Promise<Buffer> {
  if (process.stdin.isTTY) {
    process.stderr.write(
      "Paste the text, then press Enter and Ctrl-D (on Windows Ctrl-Z and Enter).\n",
    );
  }
  return await buffer(process.stdin);
}

async function fileBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw problem("unreadable-file", `Cannot read ${file}: ${why}`, error);
  }
}

/** Windows PowerShell writes UTF-16 when its output goes to a file. */
function decoded(bytes: Buffer): string {
  const [first, second] = bytes;
  if (first === 0xfe && second === 0xff) {
    return new TextDecoder("utf-16be").decode(bytes);
  }
  const wide = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  return new TextDecoder(wide ? "utf-16le" : "utf-8").decode(bytes);
}

function sourceOf(file: string | null): string {
  return file ?? "standard input";
}

function problem(code: string, message: string, cause?: unknown): InvalidInputError {
  return new InvalidInputError(message, {
    code,
    nextStep:
      'Give all that "netsh interface ip show config" or "ipconfig /all" printed, as FILE or on standard input.',
    problems: [message],
    cause,
  });
}

function sayAdapters(
  screen: Screen,
  adapters: readonly PrintedAdapter[],
  { findings }: Explanation,
): void {
  for (const adapter of adapters) {
    screen.say(`Adapter "${adapter.name}"`);
    screen.say(`DHCP: ${dhcpText(adapter)}`, "  ");
    screen.say(`Addresses: ${listed(adapter.addresses.map(addressText))}`, "  ");
    screen.say(`Gateway: ${listed(adapter.gateways)}`, "  ");
    screen.say(`DNS servers: ${listed(adapter.dnsServers)}`, "  ");
    const finding = findings.find((each) => each.adapter === adapter.name);
    if (finding !== undefined) {
      screen.say(`${verdictText(finding)}: ${finding.message}`, "  ");
    }
    screen.line("");
  }
}

function sayDiagnosis(screen: Screen, { diagnosis, findings }: Explanation): void {
  screen.line(`Diagnosis: ${screen.colors.bold(verdictText(diagnosis))} (${diagnosis.kind})`);
  screen.say(diagnosis.message, "  ");
  screen.line("Next:");
  const faults = findings.filter(({ fault }) => fault === true);
  const steps = (faults.length > 1 ? faults : [diagnosis]).flatMap(({ nextSteps }) => nextSteps);
  // Not broken to the terminal's width: the steps hold commands to copy.
  for (const [index, step] of steps.entries()) {
    screen.line(`  ${index + 1}. ${printable(step)}`);
  }
}

function verdictText({ fault }: Finding): string {
  if (fault === null) {
    return "could not tell";
  }
  return fault ? "fault found" : "nothing wrong";
}

function dhcpText({ dhcpEnabled }: PrintedAdapter): string {
  if (dhcpEnabled === null) {
    return "unknown";
  }
  return dhcpEnabled ? "on" : "off (static)";
}

function addressText({ ip, prefixLength }: PrintedAdapter["addresses"][number]): string {
  return prefixLength === null ? `${ip} (mask unknown)` : `${ip}/${prefixLength}`;
}

function listed(values: readonly string[]): string {
  return values.length === 0 ? "none" : values.join(", ");
}
