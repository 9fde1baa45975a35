import { constants, existsSync } from "node:fs";
import { access } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname } from "node:path";

import packageFile from "../../../package.json" with { type: "json" };
import { ConfigurationError } from "../../../shared/domain/errors.ts";
import { openHostClient } from "../host/host-client.ts";
import { failed, ok, type Check, type Finding } from "./finding.ts";

/** Port of `serve` where none is named. */
const SERVE_PORT = 7071;

/** What this machine has to have. */
export function machineChecks(
  dataFolder: string,
  nodeVersion = process.versions.node,
): readonly Check[] {
  return [
    { name: "node", of: null, run: async () => await Promise.resolve(checkNode(nodeVersion)) },
    { name: "data-folder", of: null, run: async () => await checkFolder(dataFolder) },
    { name: "port", of: String(SERVE_PORT), run: async () => await checkPort(SERVE_PORT) },
  ];
}

function checkNode(version: string): Finding {
  const wanted = packageFile.engines.node.replace(">=", "");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
    ? ok(`Node.js ${version}.`)
    : failed("old-node", `Node.js ${version} is too old.`, `Install Node.js ${wanted} or newer.`);
}

/** A folder that is not there yet would be made in the nearest one that is. */
async function checkFolder(folder: string): Promise<Finding> {
  let nearest = folder;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) {
    nearest = dirname(nearest);
  }
  try {
    await access(nearest, constants.W_OK | constants.X_OK);
    const made = nearest === folder ? "" : " It is made with the first heal.";
    return ok(`Incidents of this machine are kept in ${folder}.${made}`);
  } catch {
    return failed(
      "unusable-data-folder",
      `${nearest} cannot be written, so nothing can be kept in ${folder}.`,
      "Choose another folder with --data.",
    );
  }
}

async function checkPort(port: number): Promise<Finding> {
  if (await isFree(port)) {
    return ok(`127.0.0.1:${port} is free for "remediator serve".`);
  }
  try {
    await openHostClient(`http://127.0.0.1:${port}`, { timeoutMs: 5000 }).newestIncidents();
    return ok(`A host runs at 127.0.0.1:${port}.`);
  } catch (error) {
    // One that asks for a token or a key is a host all the same.
    if (error instanceof ConfigurationError && error.code === "host-key-refused") {
      return ok(`A host runs at 127.0.0.1:${port}.`);
    }
    return failed(
      "port-in-use",
      `Something else listens on 127.0.0.1:${port}, where "remediator serve" would.`,
      "Give serve another port with --port.",
    );
  }
}

async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
