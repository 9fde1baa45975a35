import { z } from "zod";

import { InvalidInputError } from "../domain/errors.ts";
import { VM_TYPE, parseResourceId } from "../domain/resource-id.ts";
import type { Signal } from "../domain/signal.ts";
import { inputProblems } from "./input-problems.ts";
import { readTarget } from "./target.ts";

/** What an operator asks for. */
export interface HealRequest {
  /** In lower case. */
  readonly vmId: string;
  readonly dryRun: boolean;
  /** False only in a dry run: a heal has to know what Windows says. */
  readonly readGuest: boolean;
  /** Whether the serial console is to be looked at, also where nothing is changed. */
  readonly console: boolean;
  /** Whether Azure is to keep the NIC's address once the VM is proven well. */
  readonly pinAddress: boolean;
  /** The operator's own words, at most 500 characters. */
  readonly reason: string | null;
}

/** Line breaks, other control characters, half characters, and those which turn the direction of writing. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

const requestSchema = z.strictObject({
  vmId: z.string().superRefine((text, context) => {
    const problem = vmIdProblem(text);
    if (problem !== null) {
      context.addIssue({ code: "custom", message: problem });
    }
  }),
  dryRun: z.boolean().default(false),
  readGuest: z.boolean().default(true),
  console: z.boolean().default(false),
  pinAddress: z.boolean().default(false),
  reason: z
    .string()
    .max(500, "must have at most 500 characters")
    .refine((text) => !UNPRINTABLE.test(text), "must be one line without control characters")
    .nullable()
    .default(null),
});

/**
 * Reads the body of `POST /api/heal`.
 * @throws InvalidInputError `invalid-heal-request`, naming every problem.
 */
export function decodeHealRequest(body: unknown): HealRequest {
  const parsed = requestSchema.safeParse(body);
  const problems = [...(parsed.success ? [] : inputProblems(parsed.error)), ...guestProblems(body)];
  if (!parsed.success || problems.length > 0) {
    throw new InvalidInputError(`Cannot read the heal request. ${problems.join("; ")}`, {
      code: "invalid-heal-request",
      nextStep:
        'Send {"vmId": "/subscriptions/…", "dryRun"?, "readGuest"?, "console"?, "pinAddress"?, "reason"?}.',
      problems,
    });
  }
  const { vmId, reason, ...wishes } = parsed.data;
  const words = reason?.trim() ?? "";
  return { ...wishes, vmId: vmId.trim().toLowerCase(), reason: words === "" ? null : words };
}

/** The signal of an operator's request; the caller names it, since two equal requests are two wishes. */
export function operatorSignal(
  request: HealRequest,
  { id, receivedAt }: { readonly id: string; readonly receivedAt: string },
): Signal {
  return {
    id,
    source: "operator",
    target: { kind: "vm", vmId: request.vmId },
    vmId: request.vmId,
    nicId: null,
    mode: request.dryRun ? "dryRun" : "heal",
    readGuest: request.readGuest,
    ...(request.console ? { console: true } : {}),
    ...(request.pinAddress ? { pinAddress: true } : {}),
    note: request.reason,
    receivedAt,
    state: { kind: "pending" },
  };
}

const guestSkipped = z.object({
  readGuest: z.literal(false),
  dryRun: z.literal(false).optional(),
});
const onlyConsole = z.object({ readGuest: z.literal(false), console: z.literal(true) });

/** Looked for in the body itself, so that it is named beside the other problems. */
function guestProblems(body: unknown): readonly string[] {
  return [
    ...(guestSkipped.safeParse(body).success
      ? ["readGuest: can be false only together with dryRun: true, since a heal reads the guest"]
      : []),
    ...(onlyConsole.safeParse(body).success
      ? ["console: cannot be true together with readGuest: false, since it reads the guest too"]
      : []),
  ];
}

function vmIdProblem(text: string): string | null {
  if (readTarget(text)?.kind === "vm") {
    return null;
  }
  const type = parseResourceId(text)?.type ?? "";
  return type === VM_TYPE || !/^[\w./-]{1,100}$/u.test(type)
    ? "is not the id of a virtual machine: /subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/virtualMachines/NAME"
    : `is the id of a ${type}, not of a ${VM_TYPE}`;
}
