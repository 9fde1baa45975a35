import { InvalidArgumentError } from "commander";

import { isIpv4 } from "../../../shared/domain/addresses.ts";
import { InvalidInputError } from "../../../shared/domain/errors.ts";
import { parseResourceId, VM_TYPE } from "../../../shared/domain/resource-id.ts";

/**
 * The origin of a host. Its errors do not repeat the address: a pasted one may hold a key.
 * @throws InvalidInputError `invalid-host-url`
 */
export function readHostUrl(text: string): string {
  const url = URL.parse(text);
  const secure = url?.protocol === "https:" || (url !== null && isLocalUrl(url));
  if (url === null || !secure || url.href !== `${url.origin}/`) {
    const problem =
      "URL is the address of a host, without path, query or user: https://APP.azurewebsites.net, or http on this machine.";
    throw new InvalidInputError(problem, {
      code: "invalid-host-url",
      nextStep:
        "Correct the address. A key goes into the environment variable REMEDIATOR_HOST_KEY.",
      problems: [problem],
    });
  }
  return url.origin;
}

/** A seed. @throws InvalidArgumentError */
export function readSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d{1,9}$/u.test(text)) {
    throw new InvalidArgumentError("A seed is a whole number from 0 to 999999999.");
  }
  return seed;
}

/** A port; 0: any free one. @throws InvalidArgumentError */
export function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/u.test(text) || port > 65_535) {
    throw new InvalidArgumentError("A port is a whole number from 0 to 65535.");
  }
  return port;
}

/** IPv4 addresses with commas between, each once. @throws InvalidArgumentError */
export function readAddresses(text: string): readonly string[] {
  const addresses = text.split(",").map((address) => address.trim());
  if (!addresses.every((address) => isIpv4(address))) {
    throw new InvalidArgumentError(
      "It takes IPv4 addresses with commas between: 10.0.0.4,10.0.0.5.",
    );
  }
  return [...new Set(addresses)];
}

/** The origin of simulated Azure, which is on this machine. @throws InvalidArgumentError */
export function readLoopbackUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !isLocalUrl(url)) {
    throw new InvalidArgumentError("It is an http address on this machine: http://127.0.0.1:PORT.");
  }
  return url.origin;
}

function isLocalUrl({ protocol, hostname }: URL): boolean {
  return protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
}

/** An incident's id, as `heal` prints it. @throws InvalidArgumentError */
export function readIncidentId(text: string): string {
  if (!/^[\w-]{1,64}$/u.test(text)) {
    throw new InvalidArgumentError("It is not an incident's id: inc-DATE-HEX.");
  }
  return text;
}

const SCOPE =
  /^\/subscriptions\/[\da-f-]{36}(?:\/resourcegroups\/[^/\s]+(?:\/providers(?:\/[^/\s]+){3})?)?$/u;

/** Ids of subscriptions, resource groups or resources with commas between, in lower case. @throws InvalidArgumentError */
export function readScopes(text: string): readonly string[] {
  const scopes = text.split(",").map((scope) => scope.trim().toLowerCase());
  if (!scopes.every((scope) => SCOPE.test(scope))) {
    throw new InvalidArgumentError(
      "It takes ids of subscriptions, resource groups or VMs: /subscriptions/ID/resourceGroups/GROUP.",
    );
  }
  return [...new Set(scopes)];
}

/** A VM's resource id, or an IPv4 address. @throws InvalidArgumentError */
export function readTarget(text: string): string {
  const address = text.trim();
  return isIpv4(address) ? address : readVmId(text);
}

/** A VM's resource id. @throws InvalidArgumentError */
export function readVmId(text: string): string {
  if (parseResourceId(text)?.type !== VM_TYPE) {
    throw new InvalidArgumentError(
      "It is not a VM's resource id: /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Compute/virtualMachines/NAME.",
    );
  }
  return text.trim();
}
