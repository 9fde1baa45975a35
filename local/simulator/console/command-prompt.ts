import type { GuestState, GuestWorld } from "../guest/state.ts";
import { ipconfigText, netshText } from "../guest/text.ts";
import { useDhcp } from "../guest/windows.ts";
import type { Channel, ChannelStage, ConsoleTraits } from "./console-state.ts";
import { NEW_LINE } from "./sac-texts.ts";

/** The prompt of a command prompt channel. */
const SHELL_PROMPT = String.raw`C:\Windows\system32>`;

/** What a line typed in a command prompt channel came to. */
export interface ChannelAnswer {
  readonly guest: GuestState;
  /** Null: the channel has ended. */
  readonly stage: ChannelStage | null;
  readonly output: string;
}

const BANNER = [
  "",
  "Microsoft Windows [Version 10.0.20348.2700]",
  "(c) Microsoft Corporation. All rights reserved.",
  "",
  SHELL_PROMPT,
].join(NEW_LINE);

const LOGIN = `${NEW_LINE}Please enter login credentials.${NEW_LINE}`;

/** The sentences of Windows' own error messages 1326 and 1909; that the login shows them is unconfirmed. */
const WRONG = "The user name or password is incorrect.";
const LOCKED = "The referenced account is currently locked out and may not be logged on to.";

/** The prompts as Windows Server spells them. Sources: public tests that sign in there (propolis, an older one for 2008). */
function promptOf({ stage, typed }: Channel): string {
  switch (stage.kind) {
    case "username":
      return `Username: ${typed}`;
    case "domain":
      return `Domain  : ${typed}`;
    case "password":
      return "Password: ";
    case "shell":
    case "deaf":
      return `${SHELL_PROMPT}${typed}`;
  }
}

/** What stands in a channel when it is shown. */
export function shownChannel(channel: Channel): string {
  return channel.stage.kind === "username"
    ? `${LOGIN}${promptOf(channel)}`
    : `${NEW_LINE}${promptOf(channel)}`;
}

/** What the terminal shows for a letter typed there. */
export function echoOf({ stage }: Channel, letter: string): string {
  return stage.kind === "password" ? "*" : letter;
}

/** Takes a whole line that was typed in a channel. */
export function channelLine(
  channel: Channel,
  guest: GuestState,
  { traits, world }: { readonly traits: ConsoleTraits; readonly world: GuestWorld },
): ChannelAnswer {
  const { stage, typed } = channel;
  switch (stage.kind) {
    case "username":
      return { guest, ...asking(channel, { kind: "domain", user: typed }) };
    case "domain":
      return { guest, ...asking(channel, { kind: "password", user: stage.user, domain: typed }) };
    case "password":
      return { guest, ...signIn(channel, stage, traits) };
    case "deaf":
      return { guest, stage, output: `${NEW_LINE}${SHELL_PROMPT}` };
    case "shell":
      return shellLine(stage, guest, { line: typed.trim(), world });
  }
}

function asking(channel: Channel, stage: ChannelStage): Omit<ChannelAnswer, "guest"> {
  return { stage, output: `${NEW_LINE}${promptOf({ ...channel, stage, typed: "" })}` };
}

function signIn(
  channel: Channel,
  { user, domain }: Extract<ChannelStage, { kind: "password" }>,
  { users, lostLetters }: ConsoleTraits,
): Omit<ChannelAnswer, "guest"> {
  const known = users.find(
    (each) =>
      each.name.toLowerCase() === user.toLowerCase() &&
      each.domain.toLowerCase() === domain.toLowerCase(),
  );
  const attempt = `${NEW_LINE}${NEW_LINE}Attempting to authenticate...${NEW_LINE}`;
  if (known === undefined || known.locked || known.password !== channel.typed) {
    const reason = known?.locked === true ? LOCKED : WRONG;
    const again: ChannelStage = { kind: "username" };
    const prompt = promptOf({ ...channel, stage: again, typed: "" });
    return {
      stage: again,
      output: `${attempt}Unable to authenticate.${NEW_LINE}${reason}${NEW_LINE}${LOGIN}${prompt}`,
    };
  }
  const stage: ChannelStage = {
    kind: "shell",
    administrator: known.administrator,
    lost: lostLetters,
  };
  return { stage, output: attempt + BANNER };
}

function shellLine(
  stage: Extract<ChannelStage, { kind: "shell" }>,
  guest: GuestState,
  { line, world }: { readonly line: string; readonly world: GuestWorld },
): ChannelAnswer {
  const set = /^netsh interface (?:ip|ipv4) set address name="(?<name>[^"]*)" source=dhcp$/iu.exec(
    line,
  )?.groups;
  if (set !== undefined) {
    const done = switchToDhcp(stage, guest, { name: set["name"] ?? "", world });
    return { guest: done.guest, stage, output: printed(done.says) };
  }
  switch (line.toLowerCase()) {
    case "":
      return { guest, stage, output: `${NEW_LINE}${SHELL_PROMPT}` };
    case "exit":
      return { guest, stage: null, output: NEW_LINE };
    case "netsh interface ip show config":
      return { guest, stage, output: printed(netshText(guest)) };
    case "ipconfig /all":
      return { guest, stage, output: printed(ipconfigText(guest)) };
    case "hostname":
      return { guest, stage, output: printed(guest.computerName) };
    default:
      return { guest, stage, output: printed(notRecognized(line)) };
  }
}

/** What netsh says is English here in every language; only its lists are translated. */
function switchToDhcp(
  { administrator }: Extract<ChannelStage, { kind: "shell" }>,
  guest: GuestState,
  { name, world }: { readonly name: string; readonly world: GuestWorld },
): { readonly guest: GuestState; readonly says: string } {
  const adapter = guest.adapters.find(
    (each) => each.enabled && each.name.toLowerCase() === name.toLowerCase(),
  );
  if (!administrator) {
    return { guest, says: "The requested operation requires elevation (Run as administrator).\n" };
  }
  if (adapter === undefined) {
    return {
      guest,
      says: "The filename, directory name, or volume label syntax is incorrect.\n\n",
    };
  }
  return adapter.dhcp
    ? { guest, says: "DHCP is already enabled on this interface.\n\n" }
    : { guest: useDhcp(guest, adapter.guid, world), says: "" };
}

function printed(text: string): string {
  return `${NEW_LINE}${text.replaceAll("\n", NEW_LINE)}${NEW_LINE}${SHELL_PROMPT}`;
}

function notRecognized(line: string): string {
  const [term = line] = line.split(/\s/u);
  return `'${term}' is not recognized as an internal or external command,\noperable program or batch file.\n`;
}
