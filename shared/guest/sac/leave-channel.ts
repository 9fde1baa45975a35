import type { ConsoleLine } from "../../domain/console-line.ts";
import { channelWaiting, readChannels, type SacChannel } from "./channel-text.ts";
import { shownLines } from "./screen.ts";
import { command, TO_SAC } from "./session.ts";
import { waitFor } from "./wait.ts";

/** Longest wait for each step of leaving, in seconds; leaving is tried whatever time the work has taken. */
const LEAVE_SECONDS = 8;
const STEPS = 4;

/** Signs out, returns to the SAC prompt, and closes our channel if it is still there. Says whether it is gone. */
export async function leaveChannel(
  line: ConsoleLine,
  channel: SacChannel,
  { signedIn }: { readonly signedIn: boolean },
): Promise<boolean> {
  if (!(await backAtSac(line, signedIn ? "exit\r" : TO_SAC))) {
    return false;
  }
  if (!(await isListed(line, channel))) {
    return true;
  }
  await command(line, `ch -ci ${channel.number}`, bound());
  return !(await isListed(line, channel));
}

/** SAC describes the channel that it turns to; only its own is shown by a key, from every other one it is turned back. */
async function backAtSac(line: ConsoleLine, first: string): Promise<boolean> {
  let keys = first;
  for (let steps = 0; steps < STEPS; steps++) {
    line.send(keys);
    const waited = await waitFor(line, (text) => sacOrKey(text), { signal: bound() });
    if (waited.kind === "closed") {
      return false;
    }
    if (waited.kind === "seen" && waited.seen === "sac") {
      return true;
    }
    const described = shownLines(waited.text).join("\n");
    keys = waited.kind === "seen" && /Name:\s+SAC\s/u.test(described) ? " " : TO_SAC;
  }
  return false;
}

function sacOrKey(text: string): "sac" | "key" | null {
  const waiting = channelWaiting(text);
  return waiting === "sac" || waiting === "key" ? waiting : null;
}

async function isListed(line: ConsoleLine, { number, name }: SacChannel): Promise<boolean> {
  const listed = await command(line, "ch", bound());
  const channels = listed.kind === "prompt" ? readChannels(listed.text) : null;
  return channels?.some((each) => each.number === number && each.name === name) ?? true;
}

function bound(): AbortSignal {
  return AbortSignal.timeout(LEAVE_SECONDS * 1000);
}
