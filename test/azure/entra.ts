import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { CryptoKey, JWK } from "jose";

export const TENANT = "c0ffee00-1111-4222-8333-444455556666";
export const CLIENT = "ab5eed00-1111-4222-8333-444455556666";
/** The application's identifier URI. */
export const AUDIENCE = `api://${CLIENT}`;
/** The application that calls for action groups. */
const AZURE_MONITOR = "461e8683-5575-4561-ac7f-899cc907d62a";
/** Azure CLI's application. */
export const AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/** Claims of a token; `undefined` leaves one out. */
export type Claims = Readonly<Record<string, unknown>>;

/** How a token is signed. */
export interface Signing {
  /** @default "RS256" */
  readonly alg?: string;
  /** @default the id of a published key; null: none */
  readonly kid?: string | null;
  /** @default the private half of that key */
  readonly key?: CryptoKey | Uint8Array;
}

/** A sign-in host of its own: it publishes keys over HTTP, as Entra does, and signs whatever tokens a test wants. */
export interface Entra {
  /** `http://127.0.0.1:PORT` */
  readonly authority: string;
  /** The published keys. */
  readonly keys: readonly JWK[];
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  /** Answers 500 from now on, or no more. */
  setDown(down: boolean): void;
  /** Signs with a new key from now on, whose id it gives; the old ones stay published. */
  rotate(): Promise<string>;
  sign(claims: Claims, signing?: Signing): Promise<string>;
  close(): Promise<void>;
}

/** Starts a sign-in host on loopback, which may point to another one instead of answering. */
export async function startEntra({
  redirectTo,
}: {
  readonly redirectTo?: string;
} = {}): Promise<Entra> {
  const keys: JWK[] = [];
  const asked: string[] = [];
  let down = false;
  let current = await newKey(keys);
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    if (redirectTo !== undefined) {
      response.writeHead(302, { location: `${redirectTo}${path}` });
    } else {
      response.writeHead(down ? 500 : 200, { "content-type": "application/json" });
    }
    response.end(down ? "" : JSON.stringify({ keys }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has this form of address
  const { port } = server.address() as AddressInfo;
  return {
    authority: `http://127.0.0.1:${port}`,
    keys,
    asked,
    setDown: (isDown) => {
      down = isDown;
    },
    rotate: async () => {
      current = await newKey(keys);
      return current.kid;
    },
    sign: async (claims, { alg = "RS256", kid = current.kid, key = current.privateKey } = {}) =>
      await new SignJWT({ ...claims })
        .setProtectedHeader({ alg, typ: "JWT", ...(kid === null ? {} : { kid }) })
        .sign(key),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function newKey(keys: JWK[]): Promise<{ kid: string; privateKey: CryptoKey }> {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  const kid = `key-${keys.length + 1}`;
  keys.push({ ...(await exportJWK(publicKey)), kid, use: "sig" });
  return { kid, privateKey };
}

/** Claims of an access token of version 1, as a service gets it for the identifier URI. */
export function aVersion1Token(claims: Claims = {}): Claims {
  return {
    ...times(),
    iss: `https://sts.windows.net/${TENANT}/`,
    aud: AUDIENCE,
    ver: "1.0",
    tid: TENANT,
    appid: AZURE_CLI,
    oid: crypto.randomUUID(),
    ...claims,
  };
}

/** Claims of an access token of version 2. */
export function aVersion2Token(claims: Claims = {}): Claims {
  return {
    ...times(),
    iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
    aud: CLIENT,
    ver: "2.0",
    tid: TENANT,
    azp: AZURE_CLI,
    oid: crypto.randomUUID(),
    ...claims,
  };
}

/** Claims of the token that an action group's secure webhook brings. */
export function anActionGroupToken(claims: Claims = {}): Claims {
  return aVersion1Token({
    appid: AZURE_MONITOR,
    roles: ["ActionGroupsSecureWebhook"],
    ...claims,
  });
}

function times(): Claims {
  const now = Math.floor(Date.now() / 1000);
  return { iat: now, nbf: now, exp: now + 3600 };
}

/** A token that says it needs no signature. */
export function anUnsignedToken(claims: Claims): string {
  return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.`;
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
