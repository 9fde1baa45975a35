import type { ArmCall } from "./arm-call.ts";
import { ArmError } from "./arm-error.ts";
import type { Reply } from "./reply.ts";

/** Answers with one page of a list, and with `nextLink` where there is more (`$top`, `$skipToken`). */
export function pageOf<T>(call: ArmCall, items: readonly T[], render: (item: T) => unknown): Reply {
  const start = readToken(queryOf(call, "$skipToken"));
  const size = Math.min(readTop(queryOf(call, "$top")), call.simulation.pageSize);
  const end = start + size;
  const value = items.slice(start, end).map((item) => render(item));
  return {
    status: 200,
    body: end < items.length ? { value, nextLink: linkTo(call, end) } : { value },
  };
}

/** Azure takes the names of query parameters in any letter case. */
function queryOf(call: ArmCall, name: string): string | null {
  const found = [...call.query].find(([key]) => key.toLowerCase() === name.toLowerCase());
  return found?.[1] ?? null;
}

function readTop(text: string | null): number {
  if (text === null) {
    return Infinity;
  }
  if (!/^[1-9]\d{0,8}$/u.test(text)) {
    throw new ArmError(400, "InvalidParameter", `The value '${text}' of '$top' is invalid.`);
  }
  return Number(text);
}

/** A page's token says, in a form that no client should read, how many items came before. */
function readToken(text: string | null): number {
  if (text === null) {
    return 0;
  }
  const start = /^after:(?<count>\d{1,9})$/u.exec(Buffer.from(text, "base64url").toString("utf8"));
  if (start?.groups?.["count"] === undefined) {
    throw new ArmError(400, "InvalidSkipToken", "The skip token is invalid.");
  }
  return Number(start.groups["count"]);
}

function linkTo(call: ArmCall, start: number): string {
  const link = new URL(call.simulation.endpoint() + call.path);
  for (const [key, value] of call.query) {
    if (key.toLowerCase() !== "$skiptoken") {
      link.searchParams.append(key, value);
    }
  }
  const token = Buffer.from(`after:${start}`).toString("base64url");
  link.searchParams.append("$skipToken", token);
  return link.href;
}
