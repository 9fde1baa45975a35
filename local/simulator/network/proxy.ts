import { STATUS_CODES } from "node:http";
import type { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";

import { isIpv4 } from "../../../shared/domain/addresses.ts";
import { passGate } from "../faults/gate.ts";
import type { Fault } from "../scenario/fault-schema.ts";
import type { Simulation } from "../simulation.ts";
import { homeOf, ownerOf, reach } from "./fabric.ts";
import type { Reach } from "./fabric.ts";
import { serveRdp } from "./rdp-listener.ts";

/** What the proxy answers; 0 stands for no answer. */
const STATUS_OF: Record<Reach["kind"], number> = {
  open: 200,
  refused: 502,
  noRoute: 504,
  silent: 0,
};

const BAD_REQUEST = 400;

const PROXY_ERROR: Readonly<Record<number, string>> = {
  502: "connection_refused",
  504: "destination_ip_unroutable",
};
const TARGET = /^(?<host>[^:]+):(?<port>\d{1,5})$/u;

/** Serves an HTTP CONNECT: a jump host inside the virtual network, with the fabric's rules behind it. */
export function serveConnect(
  simulation: Simulation,
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
): void {
  // Node gives a Socket here for HTTP; anything else cannot carry a tunnel.
  if (!(stream instanceof Socket)) {
    stream.destroy();
    return;
  }
  stream.on("error", () => {
    stream.destroy();
  });
  stream.on("end", () => {
    stream.destroy();
  });
  tunnel(simulation, { target: request.url ?? "", socket: stream, early: [head] }).catch(() => {
    stream.destroy();
  });
}

interface Tunnel {
  readonly target: string;
  readonly socket: Socket;
  /** What the client sent before the tunnel stood. */
  readonly early: Buffer[];
}

async function tunnel(simulation: Simulation, { target, socket, early }: Tunnel): Promise<void> {
  // Reading on is also what shows that the client left.
  function keep(chunk: Buffer): void {
    early.push(chunk);
  }
  socket.on("data", keep);
  const { host = "", port = "" } = TARGET.exec(target)?.groups ?? {};
  const home = isIpv4(host) ? homeOf(simulation.worlds, host) : null;
  const outcomes: Reach[] = [];
  const arrival = {
    operation: "proxy.connect",
    method: "CONNECT",
    path: target,
    vm: home === null ? null : ownerOf(home, host),
    script: null,
    clientGone: closed(socket),
  } as const;
  const departure = await passGate(simulation, arrival, (faults) => {
    if (!isIpv4(host)) {
      return { status: BAD_REQUEST };
    }
    const found = struckReach(faults) ?? dial(simulation, host, Number(port));
    outcomes.push(found);
    return { status: STATUS_OF[found.kind] };
  });
  socket.off("data", keep);
  socket.resume();
  if (departure.kind === "break") {
    socket.destroy();
  } else if (departure.kind === "reply") {
    await finish(simulation, { socket, early }, outcomes[0] ?? null, departure.reply.status);
  }
}

async function finish(
  simulation: Simulation,
  { socket, early }: Omit<Tunnel, "target">,
  found: Reach | null,
  status: number,
): Promise<void> {
  if (found?.kind === "open" && status === 200) {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    serveRdp(socket, Buffer.concat(early));
    return;
  }
  if (status === STATUS_OF.silent) {
    // Nothing comes until the client leaves: that is what a dropped packet looks like.
    return;
  }
  if (status === STATUS_OF.noRoute) {
    await new Promise((resolve) => {
      setTimeout(resolve, simulation.latency.noRouteMs());
    });
  }
  // The status alone does not tell a refusal from a missing route. Source: RFC 9209, 2.3.
  const cause = PROXY_ERROR[status];
  const header = cause === undefined ? "" : `Proxy-Status: simulated-jump-host; error=${cause}\r\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Error"}\r\n${header}Content-Length: 0\r\nConnection: close\r\n\r\n`,
  );
}

function dial(simulation: Simulation, host: string, port: number): Reach {
  const home = homeOf(simulation.worlds, host);
  return home === null ? { kind: "noRoute" } : reach(home, host, port);
}

function struckReach(faults: readonly Fault[]): Reach | null {
  for (const fault of faults) {
    if (fault.kind === "dropProbe") {
      return { kind: "silent", why: "a fault drops it" };
    }
    if (fault.kind === "noRoute") {
      return { kind: "noRoute" };
    }
  }
  return null;
}

async function closed(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.once("close", () => {
      resolve();
    });
  });
}
