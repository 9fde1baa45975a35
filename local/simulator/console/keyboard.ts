import type { GuestState, GuestWorld } from "../guest/state.ts";
import { nextChannel, withoutChannel } from "./channels.ts";
import { channelLine, echoOf, shownChannel } from "./command-prompt.ts";
import {
  changeChannel,
  channelAt,
  type Channel,
  type ConsoleState,
  type ConsoleTraits,
} from "./console-state.ts";
import { description, MORE, NEW_LINE, SAC_PROMPT, TEXTS } from "./sac-texts.ts";
import { sacCommand } from "./sac.ts";

/** What came of some typing. */
export interface Typed {
  readonly console: ConsoleState;
  readonly guest: GuestState;
  readonly output: string;
}

/** What a console stands in. */
export interface ConsolePlace {
  readonly traits: ConsoleTraits;
  readonly world: GuestWorld;
}

/** Lines of a page. Source: the terminal that SAC assumes has 24. */
const PAGE_LINES = 23;
const ESCAPE = "\u001B";
const ERASING = new Set(["\b", "\u007F"]);

/** What stands in front, for a newcomer. That Azure repeats it is unconfirmed. */
export function waitingText(state: ConsoleState): string {
  const channel = channelAt(state, state.front);
  if (state.described) {
    return NEW_LINE + description(channel?.name ?? "SAC").join(NEW_LINE);
  }
  return channel === undefined ? `${NEW_LINE}${SAC_PROMPT}${state.typed}` : shownChannel(channel);
}

/** Types a text, letter by letter; Enter sends the line. */
export function typeText(
  console: ConsoleState,
  guest: GuestState,
  { text, ...place }: ConsolePlace & { readonly text: string },
): Typed {
  let state: Typed = { console, guest, output: "" };
  for (const letter of text.replaceAll("\r\n", "\r")) {
    const typed = typeLetter(state, letter, place);
    state = { ...typed, output: state.output + typed.output };
  }
  return state;
}

function typeLetter(state: Typed, letter: string, place: ConsolePlace): Typed {
  const switched = switchByKeys(state.console, letter);
  if (switched !== null) {
    return { ...state, ...switched };
  }
  const console: ConsoleState = { ...state.console, pressed: "" };
  if (console.described) {
    const shown = { ...console, described: false };
    return { ...state, console: shown, output: waitingText(shown) };
  }
  const channel = channelAt(console, console.front);
  return channel === undefined
    ? typeAtSac({ ...state, console }, letter, place)
    : typeInChannel({ ...state, console }, letter, { ...place, channel });
}

/** `<esc><tab>` describes the next channel, and `0` after it returns to SAC; null: the letter is for the channel. */
function switchByKeys(
  console: ConsoleState,
  letter: string,
): Pick<Typed, "console" | "output"> | null {
  if (letter === ESCAPE) {
    return { console: { ...console, pressed: "escape" }, output: "" };
  }
  if (console.pressed === "escape" && letter === "\t") {
    const { number, name } = nextChannel(console);
    return {
      console: { ...console, pressed: "tab", front: number, described: true },
      output: NEW_LINE + description(name).join(NEW_LINE),
    };
  }
  if (console.pressed === "tab" && letter === "0") {
    const sac: ConsoleState = { ...console, pressed: "", front: 0, described: false };
    return { console: sac, output: waitingText(sac) };
  }
  return null;
}

function typeAtSac(state: Typed, letter: string, { traits }: ConsolePlace): Typed {
  const { console, guest } = state;
  if (letter !== "\r" && letter !== "\n") {
    const { typed, output } = typeInto(console.typed, letter);
    return { guest, console: { ...console, typed }, output };
  }
  if (console.nextPages.length > 0) {
    return { guest, ...turnPage({ ...console, typed: "" }, console.nextPages) };
  }
  const said = sacCommand(console, guest, { line: console.typed, traits });
  const after: ConsoleState = { ...said.console, typed: "" };
  if (after.described) {
    return { guest: said.guest, console: after, output: NEW_LINE + said.lines.join(NEW_LINE) };
  }
  const event = said.event === undefined ? [] : [SAC_PROMPT, ...said.event];
  const lines = traits.noise ? interrupted(said.lines) : said.lines;
  return { guest: said.guest, ...turnPage(after, [...lines, ...event]) };
}

/** The lines with an event between them that has nothing to do with them. */
function interrupted(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line, index) => (index === 1 ? ["", TEXTS.cmdAvailable, line] : [line]));
}

/** Prints a page, and the prompt after the last one. */
function turnPage(
  console: ConsoleState,
  lines: readonly string[],
): Pick<Typed, "console" | "output"> {
  const page = console.paging ? lines.slice(0, PAGE_LINES) : lines;
  const nextPages = lines.slice(page.length);
  const end = nextPages.length > 0 ? MORE : SAC_PROMPT;
  return {
    console: { ...console, nextPages },
    output: NEW_LINE + page.flatMap((line) => [line, NEW_LINE]).join("") + end,
  };
}

function typeInChannel(
  { console, guest }: Typed,
  letter: string,
  { channel, ...place }: ConsolePlace & { readonly channel: Channel },
): Typed {
  const { number } = channel;
  if (letter !== "\r" && letter !== "\n") {
    const { next, output } = typeInLine(channel, letter);
    return { guest, console: changeChannel(console, number, () => next), output };
  }
  const answer = channelLine(channel, guest, place);
  const { stage } = answer;
  if (stage !== null) {
    const after = changeChannel(console, number, () => ({ ...channel, stage, typed: "" }));
    return { guest: answer.guest, console: after, output: answer.output };
  }
  const back: ConsoleState = { ...withoutChannel(console, number), front: 0, described: true };
  return { guest: answer.guest, console: back, output: answer.output + waitingText(back) };
}

function typeInLine(
  channel: Channel,
  letter: string,
): { readonly next: Channel; readonly output: string } {
  const { stage } = channel;
  if (stage.kind === "shell" && stage.lost > 0) {
    return { next: { ...channel, stage: { ...stage, lost: stage.lost - 1 } }, output: "" };
  }
  const { typed, output } = typeInto(channel.typed, letter);
  return {
    next: { ...channel, typed },
    output: ERASING.has(letter) ? output : echoOf(channel, output),
  };
}

function typeInto(
  typed: string,
  letter: string,
): { readonly typed: string; readonly output: string } {
  if (!ERASING.has(letter)) {
    return { typed: typed + letter, output: letter };
  }
  return { typed: typed.slice(0, -1), output: typed === "" ? "" : "\b \b" };
}
