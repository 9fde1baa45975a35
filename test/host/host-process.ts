// Runs a host in a process of its own: `node host-process.ts DATA_FOLDER APP HOST_FILE`. Prints a JSON line for its address and for
// each event; stops when its standard input ends.
import { startLocalHost } from "../../local/host/host.ts";

const [, , dataFolder = "", app = "./fixture-app/main.ts", hostFile] = process.argv;

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

try {
  const host = await startLocalHost({
    app: async () => {
      await import(app);
    },
    dataFolder,
    ...(hostFile === undefined ? {} : { hostFile }),
    onEvent: (event) => {
      print({ event });
    },
  });
  print({ url: host.url, functionNames: host.functionNames });
  process.stdin.on("end", () => {
    void host.stop();
  });
  process.stdin.resume();
} catch (error) {
  print({ error: error instanceof Error ? error.message : String(error) });
  // An app that streams HTTP has opened a port by now, which would keep the process alive.
  process.exit(1);
}
