import type {
  FirewallProfileFacts,
  FurtherLook,
  RemoteDesktopFacts,
} from "../domain/other-causes.ts";
import { printable, quotedForCommandPrompt } from "./command-line.ts";

/** What explains that RDP is silent, and the exact command that mends it. */
interface Cause {
  readonly message: string;
  readonly step: string;
}

/** What looking further found, in words: nothing is empty. */
export interface Findings {
  readonly message: string;
  /** The exact next commands, one per cause. */
  readonly steps: readonly string[];
  readonly remarks: readonly string[];
}

const TERMINAL_SERVER = String.raw`HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server`;
const POLICY = String.raw`HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services`;
const RESTART_SERVICE = "net stop TermService /y, then net start TermService";

/** The rules with which Windows lets Remote Desktop in, by a name that no language changes. */
const RDP_RULES = "@FirewallAPI.dll,-28752";

/** Names each cause that Windows shows for a silent RDP. Sources: the troubleshoot-rdp pages of Microsoft's support articles. */
export function findingsOf(look: FurtherLook): Findings {
  if (look.kind === "unavailable") {
    const message = `Windows could not be asked why: ${look.message}`;
    return { message, steps: [], remarks: [] };
  }
  const { facts, probedPort } = look;
  const causes = [
    ...serviceCauses(facts),
    ...portCauses(facts, probedPort),
    ...(facts.firewall ?? []).flatMap((profile) => firewallCauses(profile, facts.port)),
  ];
  const message =
    causes.length === 0 ? withoutCause(facts) : causes.map((cause) => cause.message).join(" ");
  return { message, steps: causes.map(({ step }) => step), remarks: ghostRemarks(facts) };
}

function withoutCause({ port, detail }: RemoteDesktopFacts): string {
  return detail === null
    ? `Windows itself shows no cause: TermService runs and listens on port ${port ?? "(unknown)"}, and its firewall lets that in.`
    : `Windows shows no cause as far as it could be asked: ${printable(detail)}`;
}

function serviceCauses({ service, denied, listening, port }: RemoteDesktopFacts): readonly Cause[] {
  const causes: Cause[] = [];
  if (service.state !== "running") {
    causes.push(stoppedService(service));
  }
  if (denied === "setting" || denied === "policy") {
    causes.push(DENIALS[denied]);
  }
  if (causes.length === 0 && listening === false) {
    const message = `TermService runs, but nothing listens on its port ${port ?? "(unknown)"}.`;
    const check = `netstat -an -p tcp: Windows must listen on port ${port ?? "(unknown)"}. If it does not, look whether qwinsta shows rdp-tcp`;
    causes.push({ message, step: `Run: ${RESTART_SERVICE}, then ${check}.` });
  }
  return causes;
}

function stoppedService({ state, startMode }: RemoteDesktopFacts["service"]): Cause {
  if (state === "missing") {
    return {
      message: "Windows has no service TermService.",
      step: "Run: sc query TermService. Windows must have that service: repair Windows, or restore it from a backup.",
    };
  }
  return startMode === "disabled"
    ? {
        message: "The service TermService is disabled.",
        step: "Run: sc config TermService start= demand, then net start TermService",
      }
    : { message: "The service TermService does not run.", step: "Run: net start TermService" };
}

const DENIALS: Readonly<Record<"setting" | "policy", Cause>> = {
  setting: {
    message: "Remote Desktop is switched off in Windows (fDenyTSConnections).",
    step: `Run: reg add "${TERMINAL_SERVER}" /v fDenyTSConnections /t REG_DWORD /d 0 /f`,
  },
  policy: {
    message: "A policy switches Remote Desktop off (fDenyTSConnections).",
    step: `Run: reg add "${POLICY}" /v fDenyTSConnections /t REG_DWORD /d 0 /f. Then change the policy, which sets it again: "Allow users to connect remotely by using Remote Desktop Services".`,
  },
};

function portCauses({ port }: RemoteDesktopFacts, probed: number): readonly Cause[] {
  if (port === null || port === probed) {
    return [];
  }
  const set = `reg add "${TERMINAL_SERVER}\\WinStations\\RDP-Tcp" /v PortNumber /t REG_DWORD /d ${probed} /f`;
  return [
    {
      message: `Windows takes Remote Desktop on port ${port}; port ${probed} was probed.`,
      step: `If that port is meant, let this program probe it: REMEDIATOR_PROBE_PORT=${port}. Else run: ${set}, then ${RESTART_SERVICE}`,
    },
  ];
}

function firewallCauses(shown: FirewallProfileFacts, port: number | null): readonly Cause[] {
  const { verdict, rule } = shown;
  const profile = printable(shown.profile);
  const of = `Windows' firewall (profile ${profile})`;
  if (verdict === "blocks-all") {
    const step = `Run: netsh advfirewall set ${profile.toLowerCase()}profile firewallpolicy blockinbound,allowoutbound`;
    return [{ message: `${of} lets nothing in, whatever its rules say.`, step }];
  }
  if (verdict !== "blocks") {
    return [];
  }
  return rule === null
    ? [{ message: `${of} has no rule that lets port ${port ?? 3389} in.`, step: letIn(port) }]
    : [
        {
          message: `${of} blocks port ${port ?? 3389} by its rule "${printable(rule)}".`,
          step: switchOff(rule),
        },
      ];
}

function letIn(port: number | null): string {
  return port === null || port === 3389
    ? `Run: powershell -Command "Enable-NetFirewallRule -Group '${RDP_RULES}'"`
    : `Run: netsh advfirewall firewall add rule name="Remote Desktop ${port}" dir=in action=allow protocol=TCP localport=${port}`;
}

/** A cut name ends in `~`, and would fit nothing. */
function switchOff(rule: string): string {
  const name = rule.endsWith("~") ? null : quotedForCommandPrompt(rule);
  return name === null
    ? `Run: wf.msc, and switch off the inbound rule "${printable(rule)}".`
    : `Run: netsh advfirewall firewall set rule name=${name} dir=in new enable=no`;
}

function ghostRemarks({ ghosts }: RemoteDesktopFacts): readonly string[] {
  return ghosts === null || ghosts.count === 0
    ? []
    : [
        `Windows remembers ${ghosts.count} network adapters that are gone (greyed in Device Manager); they do not make RDP silent, but tools can trip over them.`,
      ];
}
