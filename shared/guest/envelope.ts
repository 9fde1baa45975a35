import { gunzipSync } from "node:zlib";

import { z } from "zod";

import type { GuestAdapter, GuestReading } from "../domain/facts.ts";

/** How the switch ended; each says whether anything is changed now. */
export type SwitchExit = z.output<typeof switchExit>;

/** What a script that changes Windows reported, or that it reported nothing that can be read. */
export type ChangeAnswer<Exit extends string> =
  | {
      readonly kind: "answer";
      readonly exit: Exit;
      /** The adapter before the change; null if it was not found. */
      readonly before: GuestAdapter | null;
      /** The adapter as the script left it; the same as before if nothing was changed. */
      readonly after: GuestAdapter | null;
      readonly deadManTask: "gone" | "armed" | "never-armed";
      readonly netshText: string | null;
      /** One sentence for people. */
      readonly message: string;
    }
  | { readonly kind: "unreadable"; readonly code: string; readonly message: string };

/** What the switch reported. */
export type SwitchAnswer = ChangeAnswer<SwitchExit>;

/** What is known of a script that changes Windows before it answers. */
export interface ChangeScript<Exit extends string> {
  readonly name: string;
  /** What people call it, at the start of a sentence. */
  readonly called: string;
  readonly exits: z.ZodType<Exit>;
  readonly messages: Readonly<Record<Exit, string>>;
}

const switchExit = z.enum([
  // DHCP is on, and the address is the expected one.
  "switched",
  "already-dhcp",
  // As `switched`, but the primary NIC has no active default route through the lease's gateway.
  "no-default-route",
  // Nothing was changed.
  "not-elevated",
  "bad-parameters",
  "expired",
  "other-run",
  "adapter-missing",
  "adapter-disabled",
  "drifted",
  "lease-stale",
  "dhcp-unusable",
  "no-dead-man",
  "netsh-failed",
  "error",
  // Changed, and put back.
  "lease-missing-restored",
  "lease-wrong-restored",
  "error-restored",
  // Changed, and not put back: the dead-man's task stays armed.
  "restore-failed",
]);

const address = z
  .string()
  .regex(/^\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}$/u)
  .transform((text) => {
    const [ip = "", prefixLength = ""] = text.split("/");
    return { ip, prefixLength: Number(prefixLength) };
  });

/** An adapter as the scripts show it. */
const adapter = z
  .object({
    name: z.string(),
    guid: z.string(),
    mac: z.string(),
    on: z.boolean(),
    dhcp: z.boolean().nullable(),
    ip: z.array(address),
    gw: z.array(z.string()),
    dns: z.array(z.string()),
    fp: z.string(),
  })
  .transform((shown): GuestAdapter => ({
    name: shown.name,
    guid: shown.guid,
    mac: shown.mac,
    enabled: shown.on,
    dhcp: shown.dhcp,
    addresses: shown.ip,
    gateways: shown.gw,
    staticDnsServers: shown.dns,
    fingerprint: shown.fp,
  }));

/** The netsh text is evidence only: one that cannot be unpacked counts as absent. */
const netsh = z
  .string()
  .nullable()
  .transform((text) => {
    if (text === null) {
      return null;
    }
    try {
      return gunzipSync(Buffer.from(text, "base64"), { maxOutputLength: 1_000_000 }).toString(
        "utf8",
      );
    } catch {
      return null;
    }
  });

/** What a script says that could not do its work. */
export const failure = z.object({
  sir: z.string(),
  error: z.string(),
  detail: z.string().nullable(),
});

const readEnvelope = z.object({
  sir: z.literal("read-guest/1"),
  at: z.iso.datetime(),
  boot: z.iso.datetime().nullable(),
  name: z.string(),
  dhcp: z.tuple([
    z.enum(["running", "stopped", "other", "missing"]),
    z.enum(["automatic", "manual", "disabled", "other"]),
  ]),
  roles: z.array(z.enum(["domainController", "clusterNode"])).nullable(),
  tasks: z.array(z.string()),
  adapters: z.array(adapter),
  netsh,
});

/** Reads what `read-guest.ps1` printed; never throws. */
export function parseReadOutput(stdout: string): GuestReading {
  const found = lastEnvelope(stdout, "read-guest/");
  const failed = failure.safeParse(found);
  if (failed.success) {
    return {
      kind: "unreadable",
      code: failed.data.error,
      message: `The guest could not be read: ${failed.data.detail ?? failed.data.error}.`,
    };
  }
  const parsed = readEnvelope.safeParse(found);
  if (!parsed.success) {
    return unreadable(found, "read-guest", parsed.error);
  }
  const { data } = parsed;
  const [state, startMode] = data.dhcp;
  return {
    kind: "read",
    facts: {
      readAt: data.at,
      bootedAt: data.boot,
      computerName: data.name,
      dhcpService: { state, startMode },
      roles: data.roles,
      deadManTasks: data.tasks,
      adapters: data.adapters,
    },
    netshText: data.netsh,
  };
}

/** Reads what `switch-to-dhcp.ps1` printed; never throws. */
export function parseSwitchOutput(stdout: string): SwitchAnswer {
  return parseChangeOutput(stdout, {
    name: "switch-to-dhcp",
    called: "The switch",
    exits: switchExit,
    messages: MESSAGES,
  });
}

/** Reads what a script that changes Windows printed; never throws. */
export function parseChangeOutput<Exit extends string>(
  stdout: string,
  { name, called, exits, messages }: ChangeScript<Exit>,
): ChangeAnswer<Exit> {
  const found = lastEnvelope(stdout, `${name}/`);
  const parsed = z
    .object({
      sir: z.literal(`${name}/1`),
      exit: exits,
      detail: z.string().nullable(),
      task: z.enum(["gone", "armed", "never-armed"]),
      before: adapter.nullable(),
      after: adapter.nullable(),
      netsh,
    })
    .safeParse(found);
  if (!parsed.success) {
    const failed = failure.safeParse(found);
    return failed.success
      ? {
          kind: "unreadable",
          code: failed.data.error,
          message: `${called} could not report: ${failed.data.detail ?? failed.data.error}.`,
        }
      : unreadable(found, name, parsed.error);
  }
  const { exit, before, after, task, detail, netsh: netshText } = parsed.data;
  const message = detail === null ? messages[exit] : `${messages[exit]} Windows said: ${detail}`;
  return { kind: "answer", exit, before, after, deadManTask: task, netshText, message };
}

/** Says of output that it is not the answer of that script. */
export function unreadable(
  found: unknown,
  script: string,
  error: z.ZodError,
): { kind: "unreadable"; code: string; message: string } {
  return found === null
    ? {
        kind: "unreadable",
        code: "no-envelope",
        message: `The output holds no answer of ${script}: it was cut, or the script did not reach its end.`,
      }
    : {
        kind: "unreadable",
        code: "bad-envelope",
        message: `The answer of ${script} is not as expected: ${error.issues
          .map((issue) => `${issue.path.join(".")}: ${issue.message}`)
          .join("; ")}.`,
      };
}

/** The last line that is a JSON object of ours; other lines may stand around it, and the first one may be cut. */
export function lastEnvelope(stdout: string, marker: string): unknown {
  for (const line of stdout.split(/\r?\n/u).toReversed()) {
    const value = parseObject(line.trim());
    const sir = z.object({ sir: z.string().startsWith(marker) }).safeParse(value);
    if (sir.success) {
      return value;
    }
  }
  return null;
}

function parseObject(line: string): unknown {
  if (!line.startsWith("{")) {
    return null;
  }
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

const MESSAGES: Readonly<Record<SwitchExit, string>> = {
  switched: "The adapter uses DHCP and has the expected address.",
  "already-dhcp": "The adapter used DHCP already and has the expected address.",
  "no-default-route":
    "The adapter uses DHCP and has the expected address, but no active default route leads through the lease's gateway.",
  "not-elevated": "The script ran without administrator rights; nothing was changed.",
  "bad-parameters": "The script could not use its parameters; nothing was changed.",
  expired: "The script ran after its not-after time; nothing was changed.",
  "other-run": "Another run holds this guest; nothing was changed.",
  "adapter-missing": "No single adapter has the NIC's MAC address; nothing was changed.",
  "adapter-disabled": "The adapter is disabled; nothing was changed.",
  drifted: "The adapter's configuration is no longer the diagnosed one; nothing was changed.",
  "lease-stale": "The adapter uses DHCP already but has another address; nothing was changed.",
  "dhcp-unusable": "The DHCP client service cannot be used; nothing is changed.",
  "no-dead-man": "The dead-man's task could not be armed; nothing was changed.",
  "netsh-failed": "netsh did not switch the adapter to DHCP; nothing is changed.",
  error: "The script failed before it changed anything.",
  "lease-missing-restored": "No lease came in time; the static configuration is back.",
  "lease-wrong-restored": "The lease has another address; the static configuration is back.",
  "error-restored": "The script failed midway; the static configuration is back.",
  "restore-failed":
    "The static configuration could not be put back; the dead-man's task stays armed and tries again.",
};
