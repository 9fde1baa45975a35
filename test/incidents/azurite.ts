import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import type { StorageEndpoints } from "../../shared/azure/storage/storage.ts";

const MAIN = fileURLToPath(import.meta.resolve("azurite/dist/src/azurite.js"));
const LOOPBACK = ["--blobHost", "--queueHost", "--tableHost"].flatMap((name) => [
  name,
  "127.0.0.1",
]);
const ANY_PORT = ["--blobPort", "--queuePort", "--tablePort"].flatMap((name) => [name, "0"]);

/** Azurite in a process of its own. */
export interface Azurite extends StorageEndpoints {
  /** Requests so far, as its access log has them, for example `GET /devstoreaccount1/signals()`. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Starts Azurite on free ports of this machine, with its data in memory. */
export async function startAzurite(): Promise<Azurite> {
  const folder = await mkdtemp(path.join(tmpdir(), "azurite-"));
  const child = spawn(
    process.execPath,
    [
      MAIN,
      "--inMemoryPersistence",
      "--skipApiVersionCheck",
      "--disableTelemetry",
      ...LOOPBACK,
      ...ANY_PORT,
    ],
    { cwd: folder, stdio: ["ignore", "pipe", "inherit"] },
  );
  const requests: string[] = [];
  const endpoints = new Map<string, string>();
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<void>((resolve, reject) => {
    lines.on("line", (line) => {
      const request = /"(?<request>[A-Z]+ \/[^"]*) HTTP/u.exec(line)?.groups?.["request"];
      if (request !== undefined) {
        requests.push(request);
      }
      const found = /(?<name>\w+) service is successfully listening at (?<url>\S+)/u.exec(line);
      if (found?.groups !== undefined) {
        endpoints.set(found.groups["name"] ?? "", found.groups["url"] ?? "");
      }
      if (endpoints.size === 3) {
        resolve();
      }
    });
    child.once("exit", (code) => {
      reject(new Error(`Azurite ended with ${code}.`));
    });
  });
  await ready;
  return {
    tableEndpoint: endpoints.get("Table") ?? "",
    blobEndpoint: endpoints.get("Blob") ?? "",
    requests,
    close: async () => {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
