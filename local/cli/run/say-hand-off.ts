import type { HandOff } from "../../../shared/domain/hand-off.ts";
import type { Screen } from "../terminal/screen.ts";
import { printable } from "../terminal/text.ts";

/** Writes a heading with its lines; not broken to the terminal's width, since they hold commands to copy. */
export function sayCommands(screen: Screen, heading: string, lines: readonly string[]): void {
  if (lines.length > 0) {
    screen.line(heading);
    for (const line of lines) {
      screen.line(`  ${printable(line)}`);
    }
  }
}

/** Writes what a person needs who goes on, as far as the rest of the report does not say it: findings and changes it does. */
export function sayHandOff(screen: Screen, { now, links, restore }: HandOff): void {
  screen.line("How it stands now:");
  for (const line of now) {
    screen.say(line, "  ");
  }
  sayCommands(screen, "In the Azure portal:", [
    `Serial console: ${links.serialConsole}`,
    `Networking:     ${links.networking}`,
  ]);
  sayCommands(screen, "If nothing else helps, the OS disk as it was before:", restore);
}
