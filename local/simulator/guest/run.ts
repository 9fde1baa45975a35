import { runDeadMan } from "./dead-man.ts";
import { lookFurther } from "./look-further.ts";
import { readGuest } from "./read-guest.ts";
import { restartedRdp } from "./remote-desktop.ts";
import { removeGhosts } from "./remove-ghosts.ts";
import { repairAdapter } from "./repair-adapter.ts";
import { restoreStaticAgain } from "./restore-static.ts";
import { ScriptKilledError, type Session } from "./session.ts";
import { setAddresses } from "./set-addresses.ts";
import type { GuestState, GuestWorld, ScriptRun } from "./state.ts";
import { switchToDhcp } from "./switch-to-dhcp.ts";
import { ipconfigText, netshText } from "./text.ts";
import { renewLease, startDhcpService } from "./windows.ts";

/**
 * The scripts that this emulation knows: their version and the SHA-256 of their lines without parameters. A changed script
 * has another digest: change the emulation with it, then the digest, and the version where the envelope changed.
 */
export const EMULATED_SCRIPTS = {
  "read-guest": {
    version: 1,
    digest: "fa1a6c95f63cb686cb61d28f59e00ad5b879c4f954cba769dccab9c492f7ed6a",
  },
  "look-further": {
    version: 1,
    digest: "c28de15f0ae9290fc1f51c44426e8f6c3bdc4791446355c010d11c67b549d7b8",
  },
  "remove-ghosts": {
    version: 1,
    digest: "7aa604389993584384fce43aa93cbbd006db3f07e7facc6514b73a4003d0393b",
  },
  "switch-to-dhcp": {
    version: 1,
    digest: "705e3ecf7679df87f782b5d26ccde78e60dd1cab8ea946ad2c36eef025ffb049",
  },
  "set-addresses": {
    version: 1,
    digest: "78e2e984bfe9e3aa2b27b185c2c0f9409947f45469f592d158c9515dfeba23d2",
  },
  "repair-adapter": {
    version: 1,
    digest: "08ebfdf31dded6eda81d8ac7a6d6ec022df4ae95bc86f993ef303d94a62579b9",
  },
  "restore-static": {
    version: 1,
    digest: "421af507d86ca55c617a9f69c708f5eaa66600e6efd72433caefa10f51f8c58f",
  },
} as const;

/** The scripts that change Windows: each gives the line that it prints. */
const CHANGES: Readonly<Record<string, (session: Session, values: unknown) => string>> = {
  "switch-to-dhcp/1": switchToDhcp,
  "set-addresses/1": setAddresses,
  "repair-adapter/1": repairAdapter,
  "restore-static/1": restoreStaticAgain,
};

const HEADER = /^# static-ip-remediator:(?<name>[a-z-]+)\/(?<version>\d+)$/u;
const PARAMETERS = /^\$EncodedParameters = '(?<encoded>[A-Za-z0-9+/=]*)'$/u;

/** Runs a script, or the commands that a person would type, in the simulated Windows. */
export function runScript(state: GuestState, script: string, world: GuestWorld): ScriptRun {
  const lines = script.split(/\r?\n/u);
  const header = HEADER.exec(lines[0] ?? "")?.groups;
  if (header === undefined) {
    return { ...typed(state, lines), state, seconds: 0 };
  }
  const session: Session = { state, seconds: 0, world };
  try {
    const line = emulate(session, `${header["name"]}/${header["version"]}`, lines[1] ?? "");
    const { stdout, stderr } = line;
    return { stdout, stderr, state: session.state, seconds: session.seconds };
  } catch (error) {
    if (error instanceof ScriptKilledError) {
      return { stdout: "", stderr: "", state: session.state, seconds: session.seconds };
    }
    throw error;
  }
}

/** Runs the tasks whose time has come, as the Task Scheduler does, also for a time that passed while the VM was off. */
export function fireDueTasks(state: GuestState, world: GuestWorld): GuestState {
  const { killAfter: _, ...calm } = world;
  const session: Session = { state, seconds: 0, world: calm };
  for (const task of state.tasks) {
    if (Date.parse(task.fireAt) <= Date.parse(world.now)) {
      runDeadMan(session, task.script);
    }
  }
  return session.state;
}

/** Starts Windows anew: services start by their start mode, adapters on DHCP ask again, and overdue tasks run. */
export function restart(state: GuestState, world: GuestWorld): GuestState {
  let booted: GuestState = {
    ...state,
    bootedAt: world.now,
    dhcpService: { ...state.dhcpService, state: "stopped" },
    ...(state.rdp === undefined ? {} : { rdp: restartedRdp(state.rdp) }),
  };
  for (const adapter of state.adapters) {
    booted = renewLease(booted, adapter.guid, world);
  }
  if (booted.dhcpService.startMode === "automatic") {
    booted = startDhcpService(booted, world) ?? booted;
  }
  return fireDueTasks(booted, world);
}

function emulate(
  session: Session,
  script: string,
  parametersLine: string,
): { stdout: string; stderr: string } {
  if (script === "read-guest/1") {
    return { stdout: `${readGuest(session)}\n`, stderr: "" };
  }
  const change = CHANGES[script];
  if (change !== undefined) {
    return { stdout: `${change(session, parametersOf(parametersLine))}\n`, stderr: "" };
  }
  if (script === "look-further/1") {
    return { stdout: `${lookFurther(session)}\n`, stderr: "" };
  }
  if (script === "remove-ghosts/1") {
    return { stdout: `${removeGhosts(session, parametersOf(parametersLine))}\n`, stderr: "" };
  }
  return { stdout: "", stderr: `The simulated Windows does not know the script ${script}.` };
}

function parametersOf(line: string): unknown {
  const encoded = PARAMETERS.exec(line)?.groups?.["encoded"] ?? "";
  try {
    return JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
  } catch {
    return null;
  }
}

function typed(state: GuestState, lines: readonly string[]): { stdout: string; stderr: string } {
  const stdout: string[] = [];
  const stderr: string[] = [];
  for (const command of lines.map((line) => line.trim()).filter((line) => line !== "")) {
    switch (command.toLowerCase()) {
      case "ipconfig /all":
        stdout.push(ipconfigText(state));
        break;
      case "netsh interface ip show config":
        stdout.push(netshText(state));
        break;
      case "hostname":
        stdout.push(state.computerName);
        break;
      default:
        stderr.push(notRecognized(command));
    }
  }
  return { stdout: stdout.join("\n"), stderr: stderr.join("\n") };
}

function notRecognized(command: string): string {
  const [term = command] = command.split(/\s/u);
  return (
    `${term} : The term '${term}' is not recognized as the name of a cmdlet, function, script file, or operable program. ` +
    "Check the spelling of the name, or if a path was included, verify that the path is correct and try again."
  );
}
