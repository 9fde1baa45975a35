import { openSqliteStore } from "../../shared/incidents/sqlite-store.ts";
import { aSignal, anIncident } from "../builders.ts";
import { anEntry } from "./ledger-entry.ts";

// A process of its own: `FILE PREFIX ROUNDS`. Each round stores a signal and an incident with 40 ledger entries, changes
// the incident `shared`, which all such processes do, and then confirms the round by the signal's id, one line each.
const [file = "", prefix = "", rounds = "0"] = process.argv.slice(2);
const store = await openSqliteStore(file);
await store.openIncident(anIncident({ id: "shared" }));
for (let round = 0; round < Number(rounds); round += 1) {
  const id = `${prefix}-${round}`;
  await store.addSignal(aSignal({ id }));
  const ledger = Array.from({ length: 40 }, (_, index) => anEntry({ id: `entry-${index}` }));
  await store.openIncident(anIncident({ id, ledger }));
  await store.updateIncident("shared", { vmName: id });
  process.stdout.write(`${id}\n`);
}
await store.close();
