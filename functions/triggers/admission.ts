import type { HttpRequest, HttpResponseInit } from "@azure/functions";

import type { TokenBearer, TokenFault } from "../../shared/azure/identity/entra-tokens.ts";
import { services } from "../services.ts";
import { errorAnswer } from "./http-answers.ts";

/** What a route lets its caller do: send alerts, ask for changes, or look. */
export type Access = "alerts" | "operate" | "read";

/** Why somebody was not let in; for the log, since the caller learns nothing of it. */
export type Refusal = "no-token" | "role" | "application" | "keys" | "rate" | TokenFault;

/** Whether a request goes on to its route, and what it is answered if not. */
export type Admission =
  | { readonly kind: "admitted" }
  | { readonly kind: "refused"; readonly check: Refusal; readonly answer: HttpResponseInit };

type Identified =
  | { readonly kind: "known"; readonly caller: string }
  | { readonly kind: "refused"; readonly check: Refusal; readonly status: 401 | 403 | 503 };

/** App roles of `infra/scripts/register-app.sh` that a route takes. */
const ROLES: Readonly<Record<Access, readonly string[]>> = {
  alerts: ["ActionGroupsSecureWebhook"],
  operate: ["Heal.Operate"],
  read: ["Heal.Read", "Heal.Operate"],
};
/** Azure Monitor's own application, which calls for action groups. Source: "Secure webhook" of Azure Monitor. */
const AZURE_MONITOR = "461e8683-5575-4561-ac7f-899cc907d62a";
/** For senders that ask when to come again; a failed fetch of the keys is repeated after 2 s. */
const KEYS_RETRY_SECONDS = 5;

/** Lets a caller of a route in, or says what to answer. Where the host itself asks for keys, it has done so before. */
export async function admit(
  request: HttpRequest,
  { name, access }: { readonly name: string; readonly access: Access },
): Promise<Admission> {
  const { tokens, rate } = services();
  const stranger = `${name} ${addressOf(request)}`;
  const who: Identified =
    tokens === null
      ? { kind: "known", caller: stranger }
      : await identify(request, access, async (token) => await (await tokens())(token));
  // Azure Monitor is one caller for all alerts of a tenant, and stops calling for a quarter of an hour after some refusals.
  const isMonitor = who.kind === "known" && tokens !== null && access === "alerts";
  const waitSeconds = isMonitor ? 0 : rate(who.kind === "known" ? who.caller : stranger);
  if (waitSeconds > 0) {
    return { kind: "refused", check: "rate", answer: tooMany(waitSeconds) };
  }
  return who.kind === "known"
    ? { kind: "admitted" }
    : { kind: "refused", check: who.check, answer: ANSWERS[who.status] };
}

type ReadToken = Awaited<ReturnType<NonNullable<ReturnType<typeof services>["tokens"]>>>;

async function identify(
  request: HttpRequest,
  access: Access,
  read: ReadToken,
): Promise<Identified> {
  // RFC 6750: the scheme in any letter case, then the token. Never one in the address, which ends up in logs.
  const token = /^Bearer +(?<token>[\w.~+/=-]+)$/iu.exec(request.headers.get("authorization") ?? "")
    ?.groups?.["token"];
  if (token === undefined) {
    return { kind: "refused", check: "no-token", status: 401 };
  }
  const verdict = await read(token);
  switch (verdict.kind) {
    case "unknown":
      return { kind: "refused", check: "keys", status: 503 };
    case "bad":
      return { kind: "refused", check: verdict.fault, status: 401 };
    case "good":
      return authorise(verdict.bearer, access);
  }
}

function authorise({ objectId, applicationId, roles }: TokenBearer, access: Access): Identified {
  if (!ROLES[access].some((role) => roles.includes(role))) {
    return { kind: "refused", check: "role", status: 403 };
  }
  if (access === "alerts" && applicationId.toLowerCase() !== AZURE_MONITOR) {
    return { kind: "refused", check: "application", status: 403 };
  }
  return { kind: "known", caller: objectId ?? applicationId };
}

const ANSWERS: Readonly<Record<401 | 403 | 503, HttpResponseInit>> = {
  401: {
    ...errorAnswer(401, {
      code: "unauthenticated",
      message: "It is not known who asks.",
      nextStep: "Send a bearer token of this deployment's application; docs/security.md says how.",
    }),
    headers: { "WWW-Authenticate": "Bearer" },
  },
  403: errorAnswer(403, {
    code: "forbidden",
    message: "This caller may not ask for that.",
    nextStep: "Have the app role assigned that docs/security.md names for this route.",
  }),
  503: {
    ...errorAnswer(503, {
      code: "keys-unavailable",
      message: "Tokens cannot be checked for now.",
      nextStep: "Send the request again later.",
    }),
    headers: { "Retry-After": `${KEYS_RETRY_SECONDS}` },
  },
};

function tooMany(waitSeconds: number): HttpResponseInit {
  return {
    ...errorAnswer(429, {
      code: "too-many-requests",
      message: "This caller has made too many requests.",
      nextStep: `Send the request again in ${waitSeconds} s.`,
    }),
    headers: { "Retry-After": `${waitSeconds}` },
  };
}

/** Where a request comes from, as the last hop before this app saw it; the ones before it can be made up. Never logged. */
function addressOf(request: HttpRequest): string {
  const last = request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "";
  const bare = /^\[(?<v6>[^\]]*)\]|^(?<v4>[\d.]+):\d+$/u.exec(last)?.groups;
  return (bare?.["v6"] ?? bare?.["v4"] ?? last).slice(0, 64);
}
