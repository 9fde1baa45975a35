/** What a serial log keeps: the last part, in characters. */
const LONGEST = 256 * 1024;

/** What Windows prints at its serial port when it starts. Source: public logs of Windows Server's SAC. */
export function bootText(computerName: string, vmId: string): string {
  return [
    "",
    '<?xml version="1.0"?>',
    "<machine-info>",
    `<name>${computerName}</name>`,
    `<guid>${vmId}</guid>`,
    "<processor-architecture>AMD64</processor-architecture>",
    "<os-version>10.0</os-version>",
    "<os-build-number>20348</os-build-number>",
    "<os-product>Windows Server 2022 Datacenter Azure Edition</os-product>",
    "<os-service-pack>None</os-service-pack>",
    "</machine-info>",
    "",
    "Computer is booting, SAC started and initialized.",
    "",
    'Use the "ch -?" command for information about using channels.',
    'Use the "?" command for general help.',
    "",
    "",
    "SAC>",
    "EVENT:   The CMD command is now available.",
    "SAC>",
  ].join("\r\n");
}

/** The log with what was printed since. */
export function withPrinted(log: string, printed: string): string {
  return (log + printed).slice(-LONGEST);
}
