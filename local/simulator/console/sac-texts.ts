/** Ends a line on the console. */
export const NEW_LINE = "\r\n";

/** SAC's prompt. */
export const SAC_PROMPT = "SAC>";

/** What SAC prints where a page is full. */
export const MORE = "----Press <Enter> for more----";

/** SAC's own texts, which are English in every Windows. Source: its message table, public since Windows Server 2003. */
export const TEXTS = {
  help: [
    "ch                   Channel management commands.  Use ch -? for more help.",
    "cmd                  Create a Command Prompt channel.",
    "? or help            Display this list.",
    "i                    List all IP network numbers and their IP addresses.",
    "i <#> <ip> <subnet> <gateway> Set IPv4 addr., subnet and gateway.",
    "id                   Display the computer identification information.",
    "p                    Toggle paging the display.",
  ],
  channelHelp: [
    "Channel management commands:",
    "",
    "ch                   List all channels.",
    "ch -si <#>           Switch to a channel by its number.",
    "ch -sn <name>        Switch to a channel by its name.",
    "ch -ci <#>           Close a channel by its number.",
    "ch -cn <name>        Close a channel by its name.",
    "",
    "Press <esc><tab> to select a channel.",
    "Press <esc><tab>0 to return to the SAC channel.",
  ],
  channelList: [
    "Channel List",
    "",
    '(Use "ch -?" for information on using channels)',
    "",
    "# Status  Channel Name",
    "0 (AV)    SAC",
  ],
  pagingOn: "Paging is now ON.",
  pagingOff: "Paging is now OFF.",
  retrieving: "SAC is retrieving IP Addresses...",
  none: "There are no IP Addresses available.",
  set: "SAC successfully set the IP Address, subnet mask, and gateway.",
  notSet: "SAC could not set the IP Address.",
  badParameter: "A parameter was incorrect or missing.  Try the 'help' command for more details.",
  unknown: "Unrecognized command.  Try the 'help' command for more details.",
  launched: "The Command Prompt session was successfully launched.",
  created: 'EVENT:   A new channel has been created.  Use "ch -?" for channel help.',
  closed: "EVENT:   A channel has been closed.",
  cmdAvailable: "EVENT: The CMD command is now available.",
  channelsFull: "The maximum number of channels has been reached.",
  noSuchNumber: "Error: There is no channel present at the specified index.",
  noSuchName: "Error: Could not find a channel with that name.",
  sacStays: "Error: The SAC channel cannot be closed.",
} as const;

/** What SAC shows of a channel before the channel itself. */
export function description(name: string): readonly string[] {
  const isSac = name === "SAC";
  return [
    `Name:                  ${name}`,
    `Description:           ${isSac ? "Special Administration Console" : "Command Prompt"}`,
    "Type:                  VT-UTF8",
    "Channel GUID:          1c5d21d4-7f3e-11ef-b9a1-000d3a5e8c27",
    `Application Type GUID: 63d0227${isSac ? "0" : "1"}-8aa4-11d5-bccf-${isSac ? "806d6172696f" : "00b0d014a2d0"}`,
    "",
    "Press <esc><tab> for next channel.",
    "Press <esc><tab>0 to return to the SAC channel.",
    "Use any other key to view this channel.",
    "",
  ];
}
