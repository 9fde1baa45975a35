import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

import { WebSocketServer, type RawData, type WebSocket } from "ws";

import { readIdentity } from "../arm/identity.ts";
import type { Simulation } from "../simulation.ts";
import { findVm, type Found } from "../world/subscriptions.ts";
import type { VmState } from "../world/world.ts";
import { Line } from "./line.ts";

/** What the service says first; clients show it to nobody. */
const GREETING = "Connecting...";

const UNAUTHORIZED = "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n";
const NOT_FOUND = "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n";

/** Brings WebSockets to the serial consoles of VMs. */
export interface ConsoleServer {
  /** Takes over a connection that asks for a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** The address that `connect` gives for a VM's console. */
export function consoleAddress(simulation: Simulation, vm: VmState): string {
  const url = new URL(`/consoles/${encodeURIComponent(vm.name)}/client`, simulation.endpoint());
  url.protocol = "ws:";
  return url.href;
}

/**
 * Makes the consoles' gateway. A newcomer throws out whoever is connected, and comes into the same session. Sources: the
 * serial console's documentation for that, az serial-console for the order of messages: the client sends its token, gets
 * a first message, sends the token again; from then on both sides send bytes of the terminal.
 */
export function makeConsoleServer(simulation: Simulation): ConsoleServer {
  const gateway = new WebSocketServer({ noServer: true });
  const connected = new Map<string, WebSocket>();
  return {
    upgrade(request, socket, head) {
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
      const name = /^\/consoles\/(?<name>[^/]+)\/client$/u.exec(pathname)?.groups?.["name"];
      const found = findVm(simulation, decodeURIComponent(name ?? ""));
      if (found === null) {
        socket.end(NOT_FOUND);
        return;
      }
      if (!isToken(searchParams.get("authorization") ?? "")) {
        socket.end(UNAUTHORIZED);
        return;
      }
      gateway.handleUpgrade(request, socket, head, (line) => {
        const key = found.resource.name;
        connected.get(key)?.close();
        connected.set(key, line);
        serve(found, line);
      });
    },
  };
}

function serve({ simulation, resource: vm }: Found<VmState>, socket: WebSocket): void {
  const line = new Line(simulation, vm, socket);
  let tokens = 0;
  socket.on("message", (data) => {
    const text = textOf(data);
    if (tokens === 2) {
      line.take(text);
      return;
    }
    if (!isToken(text)) {
      socket.close();
      return;
    }
    tokens += 1;
    if (tokens === 1) {
      socket.send(GREETING);
    } else {
      line.show();
    }
  });
}

function isToken(text: string): boolean {
  try {
    readIdentity(`Bearer ${text}`);
    return true;
  } catch {
    return false;
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) {
    return Buffer.concat(data).toString("utf8");
  }
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString("utf8");
}
