import type { RemedyConclusion } from "../domain/remedy.ts";

/** How sending a script that changes Windows, and waiting for its answer, ended. */
export type ScriptReport<Answer> =
  | { readonly kind: "answered"; readonly answer: Answer }
  /** It surely never reached Windows. */
  | { readonly kind: "not-sent"; readonly code: string; readonly message: string }
  /** It may have reached Windows, and its answer is missing. */
  | { readonly kind: "lost"; readonly code: string; readonly message: string };

type Unreadable = { readonly kind: "unreadable" } & Says;

interface Says {
  readonly code: string;
  readonly message: string;
}

/** Why a script was not sent that say that the VM is not the one which was read. */
const VM_CHANGED = new Set(["not-running", "gone"]);

/** The answer that a report holds, or, where it holds none that can be read, what that means. */
export function readReport<Answer extends { readonly kind: "answer" }>(
  report: ScriptReport<Answer | Unreadable>,
): Answer | { readonly kind: "none"; readonly conclusion: RemedyConclusion } {
  if (report.kind === "not-sent") {
    const kind = VM_CHANGED.has(report.code) ? "stale" : "untouched";
    return { kind: "none", conclusion: { ...report, kind } };
  }
  if (report.kind === "lost") {
    return { kind: "none", conclusion: { ...report, kind: "unknown" } };
  }
  const { answer } = report;
  return answer.kind === "unreadable"
    ? { kind: "none", conclusion: { ...answer, kind: "unknown" } }
    : answer;
}

/** What an answer means while a dead-man's task is armed: nothing is known to stay as it is. */
export function stillArmed(message: string): RemedyConclusion {
  return {
    kind: "unknown",
    code: "dead-man-armed",
    message: `${message} The dead-man task is still armed.`,
  };
}
