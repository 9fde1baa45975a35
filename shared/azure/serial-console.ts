import { z } from "zod";

import type { ConsoleLine, ConsoleOpening } from "../domain/console-line.ts";
import { AzureRequestError } from "../domain/errors.ts";
import { requireResourceId, VM_TYPE } from "../domain/resource-id.ts";
import type { Azure } from "./clients.ts";
import { askByPost, readResource } from "./read-resource.ts";

const API_VERSION = "2018-05-01";
const CONNECT_SECONDS = 20;
/** Gateways of Azure's clouds. Sources: az serial-console; "Azure Serial Console for Windows" for US Government. */
const GATEWAYS = [".serialconsole.azure.com", ".serialconsole.azure.us"];

const service = z.object({ properties: z.object({ disabled: z.boolean() }) });
const connection = z.object({ connectionString: z.url({ protocol: /^wss?$/u }) });

/**
 * Opens a VM's serial console; whoever is connected there is thrown out, and nothing shows that beforehand. The protocol
 * is undocumented; source: the public az extension serial-console.
 * @throws AzureRequestError for transient trouble, `retryable`.
 */
export async function openSerialConsole(azure: Azure, vmId: string): Promise<ConsoleOpening> {
  const vm = requireResourceId(vmId, VM_TYPE);
  try {
    const state = await readResource(azure, {
      tried: "read whether the serial console is on",
      path: `/subscriptions/${vm.subscriptionId}/providers/Microsoft.SerialConsole/consoleServices/default`,
      apiVersion: API_VERSION,
      schema: service,
    });
    if (state?.properties.disabled === true) {
      return unavailable("console-disabled", "The serial console is off for this subscription.");
    }
    const { connectionString } = await askByPost(azure, {
      tried: `connect to the serial console of VM ${vm.name}`,
      path: `${vmId}/providers/Microsoft.SerialConsole/serialPorts/0/connect`,
      apiVersion: API_VERSION,
      schema: connection,
    });
    return await connect(connectionString, await azure.token());
  } catch (error) {
    if (error instanceof AzureRequestError && !error.retryable) {
      return unavailable("console-refused", `${error.message} ${error.nextStep}`);
    }
    throw error;
  }
}

async function connect(address: string, token: string | null): Promise<ConsoleOpening> {
  const url = new URL(address);
  if (token === null || !isTrusted(url)) {
    return unavailable(
      "console-untrusted",
      `The serial console's address ${url.host} is none of Azure's, or there is no token for it.`,
    );
  }
  url.searchParams.set("authorization", token);
  url.searchParams.set("new", "1");
  const line = new SocketLine(new WebSocket(url), token);
  const ready = await line.greeted(AbortSignal.timeout(CONNECT_SECONDS * 1000));
  if (ready) {
    return { kind: "open", line };
  }
  line.close();
  return unavailable(
    "console-no-answer",
    `The serial console gave no connection within ${CONNECT_SECONDS} s.`,
  );
}

/** The token goes to Azure's own gateways over TLS, or to simulated Azure on this machine; nowhere else. */
function isTrusted({ protocol, hostname }: URL): boolean {
  return protocol === "wss:"
    ? GATEWAYS.some((suffix) => hostname.endsWith(suffix))
    : ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
}

function unavailable(code: string, message: string): ConsoleOpening {
  return { kind: "unavailable", code, message };
}

/** A WebSocket as a line: the token, a first message, the token again, then the terminal's text. */
class SocketLine implements ConsoleLine {
  readonly #socket: WebSocket;
  #printed = "";
  #greeted = false;
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(socket: WebSocket, token: string) {
    this.#socket = socket;
    // A Blob could be read only later, and what is printed would change its order.
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => {
      socket.send(token);
    });
    socket.addEventListener("message", ({ data }) => {
      if (this.#greeted) {
        this.#printed += textOf(data);
      } else {
        this.#greeted = true;
        socket.send(token);
      }
      this.#wake();
    });
    for (const end of ["close", "error"] as const) {
      socket.addEventListener(end, () => {
        this.#closed = true;
        this.#wake();
      });
    }
  }

  /** Whether the service took the token before the signal. */
  async greeted(signal: AbortSignal): Promise<boolean> {
    await this.#until(() => this.#greeted, signal);
    return this.#greeted;
  }

  send(text: string): void {
    if (!this.#closed) {
      this.#socket.send(text);
    }
  }

  async receive(signal: AbortSignal): Promise<string | null> {
    await this.#until(() => this.#printed !== "", signal);
    const printed = this.#printed;
    this.#printed = "";
    return printed === "" ? null : printed;
  }

  close(): void {
    this.#socket.close();
  }

  async #until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    while (!holds() && !this.#closed && !signal.aborted) {
      await new Promise<void>((resolve) => {
        function done(): void {
          signal.removeEventListener("abort", done);
          resolve();
        }
        this.#wake = done;
        signal.addEventListener("abort", done);
      });
    }
  }
}

function textOf(data: unknown): string {
  return typeof data === "string"
    ? data
    : Buffer.from(z.instanceof(ArrayBuffer).parse(data)).toString("utf8");
}
