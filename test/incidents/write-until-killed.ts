import { openSqliteStore } from "../../shared/incidents/sqlite-store.ts";
import { aSignal, anIncident } from "../builders.ts";
import { anEntry } from "./ledger-entry.ts";

// A process of its own: `FILE PREFIX ROUNDS`. Each round stores a signal and an incident with its ledger, and then
// confirms them by the signal's id, one line each.
const [file = "", prefix = "", rounds = "0"] = process.argv.slice(2);
const store = await openSqliteStore(file);
for (let round = 0; round < Number(rounds); round += 1) {
  const id = `${prefix}-${round}`;
  await store.addSignal(aSignal({ id }));
  await store.openIncident(
    anIncident({ id: String(round), vmName: id, ledger: [anEntry({ intent: id })] }),
  );
  process.stdout.write(`${id}\n`);
}
await store.close();
