import { once } from "node:events";
import { setTimeout } from "node:timers/promises";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { missingStorage } from "../../shared/azure/storage/missing-storage.ts";
import { openStorage } from "../../shared/azure/storage/storage.ts";
import { StorageTable, type RowChange } from "../../shared/azure/storage/table.ts";
import type { BackupRecord } from "../../shared/domain/incident.ts";
import type { Signal, SignalState } from "../../shared/domain/signal.ts";
import { openCloudStore } from "../../shared/incidents/cloud/cloud-store.ts";
import { CLOUD_CONTAINER, CLOUD_TABLES } from "../../shared/incidents/cloud/names.ts";
import { LARGEST_EVIDENCE, type IncidentStore } from "../../shared/incidents/store.ts";
import { VM_ID, aSignal, anIncident } from "../builders.ts";
import { startAzurite, type Azurite } from "./azurite.ts";
import { anEntry } from "./ledger-entry.ts";
import { startStorageProxy, type Fate, type StorageProxy } from "./storage-proxy.ts";
import { storeContract } from "./store-contract.ts";
import { readUntil, startWriter } from "./writer-process.ts";

const VM = VM_ID.toLowerCase();
const TAKEN: SignalState = { kind: "taken", incidentId: "incident-0001" };
const CLOSED_AT = "2026-03-02T08:10:00.000Z";
const LATER = "2026-03-02T09:00:00.000Z";

let azurite: Azurite;
let places = 0;

beforeAll(async () => {
  azurite = await startAzurite();
});

afterAll(async () => {
  await azurite.close();
});

function aPlace(): string {
  places += 1;
  return `p${places}`;
}

/** Columns that the service fills by itself. */
const BY_SERVICE = new Set(["partitionKey", "timestamp"]);

/** Has incidents of more than 31,000 characters kept as blobs. */
const WITH_BLOBS = { incidentColumns: 1 };

/** All that a long record of a VM goes through, each step as often as it takes. */
async function live(records: IncidentStore, key: string): Promise<void> {
  const large = anEntry({ before: "x".repeat(32_000), remedy: "nicReset" });
  const signal = aSignal({ id: `signal-${key}`, vmId: `vm-${key}` });
  const incident = anIncident({ id: key, vmId: `vm-${key}`, ledger: [large] });
  await records.addSignal(signal);
  await records.openIncident(incident);
  await records.settleSignals([signal.id], TAKEN);
  const evidence = { name: "a.txt", contentType: "text/plain", bytes: new Uint8Array([1]) };
  await records.writeEvidence(key, evidence);
  await records.writeLedger(key, { ...large, state: "done" });
  await records.updateIncident(key, { closedAt: CLOSED_AT });
  await records.countSilentRound(`vm-${key}`, 1);
  await records.takeRestart({ incidentId: key, subscriptionId: key, now: LATER });
}

const BACKUP: BackupRecord = {
  snapshotId: "/snapshots/s",
  snapshotName: "s",
  createdAt: "2026-03-02T08:05:00.000Z",
  expiresAt: "2026-03-09T08:05:00.000Z",
  state: "complete",
};

/** A signal whose text is a blob. */
function aLargeSignal(): Signal {
  return aSignal({ id: "large", target: { kind: "other", text: "x".repeat(32_000) } });
}

storeContract(
  "Azure Table and Blob storage",
  async () => {
    const prefix = aPlace();
    return await Promise.resolve({
      open: async () => await Promise.resolve(openCloudStore(openStorage(azurite), { prefix })),
      remove: async () => await Promise.resolve(),
    });
  },
  // Enough for several transactions; each signal takes Azurite 10 ms.
  { many: 150 },
);

describe("records in Azure", () => {
  let prefix: string;
  let store: IncidentStore;

  beforeEach(() => {
    prefix = aPlace();
    store = openCloudStore(openStorage(azurite), { prefix });
  });

  async function blobs(): Promise<readonly string[]> {
    const container = await openStorage(azurite).container(`${prefix}evidence`);
    const names: string[] = [];
    for await (const { name } of container.listBlobsFlat()) {
      names.push(name);
    }
    return names;
  }

  describe("with several hosts", () => {
    let hosts: readonly IncidentStore[];

    beforeEach(() => {
      hosts = Array.from({ length: 4 }, () => openCloudStore(openStorage(azurite), { prefix }));
    });

    it("loses nothing of an incident that all of them write at the same time", async () => {
      await store.openIncident(anIncident());

      await Promise.all(
        hosts.flatMap((host, index) => [
          host.writeLedger("incident-0001", anEntry({ id: `a${index}` })),
          host.writeLedger("incident-0001", anEntry({ id: `b${index}` })),
          host.updateIncident("incident-0001", index === 0 ? { vmName: "new" } : { steps: [] }),
        ]),
      );

      const incident = await store.getIncident("incident-0001");
      expect(incident?.vmName).toBe("new");
      expect(incident?.ledger.map(({ id }) => id).toSorted()).toEqual(
        ["a", "b"].flatMap((letter) => hosts.map((_, index) => `${letter}${index}`)),
      );
    });

    it("gives every count once", async () => {
      const values = await Promise.all(
        hosts.flatMap((host) => Array.from({ length: 5 }, async () => await host.count("healthy"))),
      );

      expect(values.toSorted((one, other) => one - other)).toEqual(
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
    });

    it("gives one of them the restart", async () => {
      for (const index of hosts.keys()) {
        await store.openIncident(anIncident({ id: `incident-${index}` }));
      }

      const answers = await Promise.all(
        hosts.map(
          async (host, index) =>
            await host.takeRestart({
              incidentId: `incident-${index}`,
              subscriptionId: "sub",
              now: LATER,
            }),
        ),
      );

      expect(answers.map(({ kind }) => kind).toSorted()).toEqual(["busy", "busy", "busy", "taken"]);
    });

    it("settles a signal for one of them", async () => {
      await store.addSignal(aSignal());
      const states = hosts.map((_, index): SignalState => ({
        kind: "taken",
        incidentId: `incident-${index}`,
      }));

      await Promise.all(
        hosts.map(async (host, index) => {
          await host.settleSignals(["alert-0001"], states[index] ?? TAKEN);
        }),
      );

      expect(states).toContainEqual((await store.getSignal("alert-0001"))?.state);
      expect(await store.pendingSignals(VM)).toEqual([]);
      expect(await store.pendingSignalsBefore(LATER, 9)).toEqual([]);
    });

    it("opens an incident for one of them, whose own the others get", async () => {
      const opened = await Promise.all(
        hosts.map(
          async (host, index) => await host.openIncident(anIncident({ vmName: `vm-${index}` })),
        ),
      );

      expect(new Set(opened.map(({ vmName }) => vmName)).size).toBe(1);
      expect(await store.listIncidents({ limit: 9 })).toEqual([opened[0]]);
    });
  });

  describe("beyond the limits of a row", () => {
    // 6 KB as it is stored.
    const ships = `x${"🚢".repeat(500)}`;

    it.each([
      ["a column", 8, 0],
      ["a row", 100, 1],
    ])("give an incident back that is larger than %s", async (_, times, expectedBlobs) => {
      const before = ships.repeat(times);
      const incident = anIncident({ ledger: [anEntry({ before })] });

      await store.openIncident(incident);
      await store.updateIncident(incident.id, { vmName: "renamed" });

      const expected = { ...incident, vmName: "renamed" };
      expect(await store.getIncident(incident.id)).toEqual(expected);
      expect(await store.listIncidents({ vmId: VM, limit: 1 })).toEqual([expected]);
      expect(await store.listIncidents({ limit: 1 })).toEqual([expected]);
      expect(await blobs().catch(() => [])).toHaveLength(expectedBlobs);
    });

    it("give a signal back that is larger than a column, until it is forgotten", async () => {
      const signal = aSignal({ vmId: null, target: { kind: "other", text: ships.repeat(8) } });

      await store.addSignal(signal);
      await store.setSignalVm(signal.id, VM, null);
      const pending = await store.pendingSignals(VM);
      await store.settleSignals([signal.id], TAKEN);

      expect(pending).toEqual([{ ...signal, vmId: VM }]);
      expect(await store.getSignal(signal.id)).toEqual({ ...signal, vmId: VM, state: TAKEN });
      expect(await store.forgetBefore(LATER, 9)).toEqual({ incidents: 0, signals: 1 });
      expect(await blobs()).toEqual([]);
    });

    it("keep evidence of the largest size", async () => {
      await store.openIncident(anIncident());
      const bytes = new Uint8Array(LARGEST_EVIDENCE).fill(7);

      await store.writeEvidence("incident-0001", { name: "a.bin", contentType: "x/y", bytes });

      const read = await store.readEvidence("incident-0001", "a.bin");
      expect(Buffer.compare(read?.bytes ?? new Uint8Array(), bytes)).toBe(0);
    });

    it("give all rows of a list that comes in several pages", async () => {
      const table = new StorageTable(openStorage(azurite), `${prefix}rows`, "rows");
      for (let start = 0; start < 1100; start += 100) {
        await table.write(
          Array.from({ length: 100 }, (_, index): RowChange => {
            const rowKey = String(start + index).padStart(5, "0");
            return { kind: "insert", rowKey, values: { odd: String(index % 2) } };
          }),
        );
      }
      const all = { from: "0", to: "1" };

      expect(await table.list(all)).toHaveLength(1100);
      expect(await table.list({ ...all, limit: 1050 })).toHaveLength(1050);
      expect(
        (await table.list({ ...all, filter: "odd eq '1'", limit: 2 })).map(({ rowKey }) => rowKey),
      ).toEqual(["00001", "00003"]);
    });

    it("forget more signals than one transaction takes", async () => {
      await Promise.all(
        Array.from(
          { length: 120 },
          async (_, index) => await store.addSignal(aSignal({ id: `s${index}`, state: TAKEN })),
        ),
      );

      expect(await store.forgetBefore(LATER, 110)).toMatchObject({ signals: 110 });
      expect(await store.forgetBefore(LATER, 110)).toMatchObject({ signals: 10 });
    });
  });

  it.each([
    "a/b",
    String.raw`a\b`,
    "a#b?c%d",
    "a\u0000\u007F\u0085b",
    "it's",
    "a|b",
    "a~2Fb",
    "x".repeat(2000),
  ])("take the id %j, and no other for it", async (id) => {
    const signal = aSignal({ id, vmId: id.toLowerCase() });
    const incident = anIncident({ id, vmId: id.toLowerCase(), closedAt: CLOSED_AT });
    const evidence = { name: "a.txt", contentType: "text/plain", bytes: new Uint8Array([1]) };

    await store.addSignal(signal);
    await store.addSignal(aSignal({ id: `${id}2` }));
    await store.openIncident(incident);
    await store.writeEvidence(id, evidence);
    await store.countSilentRound(id, 1);

    expect(await store.getSignal(id)).toEqual(signal);
    expect(await store.pendingSignals(id)).toEqual([signal]);
    expect(await store.getIncident(id)).toEqual(incident);
    expect(await store.listIncidents({ vmId: id, limit: 9 })).toEqual([incident]);
    expect(await store.listEvidence(id)).toHaveLength(1);
    expect((await store.silences()).map(({ vmId }) => vmId)).toEqual([id.toLowerCase()]);
    expect(await store.forgetBefore(LATER, 9)).toMatchObject({ incidents: 1 });
  });

  it("are whole after their rows were copied elsewhere, as texts", async () => {
    await store.addSignal(aSignal());
    await store.openIncident(anIncident({ id: "old", closedAt: CLOSED_AT }));
    await store.openIncident(anIncident({ ledger: [anEntry()] }));
    await store.countSilentRound(VM, 100);
    await store.count("healthy");
    const other = aPlace();

    for (const name of CLOUD_TABLES) {
      const from = new StorageTable(openStorage(azurite), `${prefix}${name}`, name);
      const to = new StorageTable(openStorage(azurite), `${other}${name}`, name);
      for (const { rowKey, etag: _, ...row } of await from.list()) {
        const columns = Object.entries(row).filter(([column]) => !BY_SERVICE.has(column));
        const values = Object.fromEntries(
          columns.map(([column, value]) => [column, String(value)]),
        );
        await to.write([{ kind: "put", rowKey, values }]);
      }
    }

    const copy = openCloudStore(openStorage(azurite), { prefix: other });
    expect(await copy.pendingSignals(VM)).toEqual([aSignal()]);
    expect(await copy.getIncident("incident-0001")).toEqual(anIncident({ ledger: [anEntry()] }));
    expect((await copy.listIncidents({ open: false, limit: 9 })).map(({ id }) => id)).toEqual([
      "old",
    ]);
    expect(await copy.countSilentRound(VM, 115)).toMatchObject({ firstMinute: 100, rounds: 2 });
    expect(await copy.count("healthy")).toBe(2);
  });

  it("read no blob but evidence", async () => {
    await store.openIncident(anIncident({ ledger: [anEntry({ before: "x".repeat(410_000) })] }));
    const [body = ""] = await blobs();

    expect(body).toContain("/bodies/");
    expect(
      await store.readEvidence("incident-0001", `../bodies/${body.split("/").at(-1)}`),
    ).toBeUndefined();
  });

  it.each([1, 4])(
    "have all that was confirmed, and nothing by halves, after a kill in the round after %d",
    async (rounds) => {
      const { tableEndpoint, blobEndpoint } = azurite;
      const place = JSON.stringify({ tableEndpoint, blobEndpoint, prefix });
      const child = startWriter(place, "killed", "1000000");
      const confirmed = await readUntil(child, rounds);
      // Not right at the confirmation, so that it most likely hits the next round's writes.
      await setTimeout(3 + rounds);
      child.kill("SIGKILL");
      await once(child, "exit");

      const pending = await store.pendingSignalsBefore("2999-01-01T00:00:00Z", 1000);
      const incidents = await store.listIncidents({ limit: 1000 });

      expect(pending.map(({ id }) => id)).toEqual(expect.arrayContaining(confirmed));
      expect(await store.pendingSignals(VM)).toHaveLength(pending.length);
      expect(incidents.map(({ id }) => id)).toEqual(expect.arrayContaining(confirmed));
      expect(new Set(incidents.map(({ ledger }) => ledger.length))).toEqual(new Set([0, 40]));
      expect(await store.listIncidents({ vmId: VM, limit: 1000 })).toHaveLength(incidents.length);
    },
  );

  describe("behind a network that fails", () => {
    let proxy: StorageProxy;
    let behind: IncidentStore;

    beforeAll(async () => {
      proxy = await startStorageProxy(azurite);
    });

    afterAll(async () => {
      await proxy.close();
    });

    beforeEach(() => {
      proxy.decide(() => "pass");
      behind = openCloudStore(openStorage(proxy), { prefix, ...WITH_BLOBS });
    });

    afterEach(() => {
      proxy.decide(() => "pass");
    });

    // What was lost on its way there is what was lost on the way back of the request before.
    it("end as if nothing had happened, whichever request is a program's last, once it starts again", async () => {
      let cuts = 0;
      for (let nth = 0; cuts === nth; nth += 1) {
        const key = `key-${nth}`;
        proxy.decide((n) => (n <= nth ? "pass" : "lostBefore"));
        await live(behind, key).catch(() => {
          cuts += 1;
        });
        proxy.decide(() => "pass");
        await live(openCloudStore(openStorage(azurite), { prefix, ...WITH_BLOBS }), key);

        const [incident, ...others] = await store.listIncidents({ vmId: `vm-${key}`, limit: 9 });
        expect(incident).toMatchObject({
          id: key,
          closedAt: CLOSED_AT,
          ledger: [{ state: "done" }],
        });
        expect(others).toEqual([]);
        expect((await store.getSignal(`signal-${key}`))?.state).toEqual(TAKEN);
      }
      process.stdout.write(`ended after each of ${cuts} requests\n`);
      expect(cuts).toBeGreaterThan(15);
      expect(await store.pendingSignalsBefore(LATER, 9)).toEqual([]);
      expect(await store.listIncidents({ open: true, limit: 9 })).toEqual([]);
      expect(await store.vmsWithUnfinished("nicReset")).toEqual([]);
      expect(new Set((await store.silences()).map(({ rounds }) => rounds))).toEqual(new Set([1]));
    });

    it("forget a record whole, whichever request is lost meanwhile", async () => {
      let cuts = 0;
      for (let nth = 0; cuts === nth; nth += 1) {
        await live(openCloudStore(openStorage(azurite), { prefix, ...WITH_BLOBS }), `key-${nth}`);
        await store.addSignal(aLargeSignal());
        await store.settleSignals(["large"], TAKEN);
        proxy.decide((n) => (n <= nth ? "pass" : "lostBefore"));
        await behind.forgetBefore(LATER, 9).catch(() => {
          cuts += 1;
        });

        const there = await store.listIncidents({ limit: 9 });
        expect(await store.listIncidents({ vmId: `vm-key-${nth}`, limit: 9 })).toEqual(there);
        for (const { id } of there) {
          expect(await store.listEvidence(id)).toHaveLength(1);
        }
        expect([undefined, "large"]).toContain((await store.getSignal("large"))?.id);

        await store.forgetBefore(LATER, 9);

        expect(await store.listIncidents({ limit: 9 })).toEqual([]);
        expect(await store.getSignal("large")).toBeUndefined();
        expect(await store.getSignal(`signal-key-${nth}`)).toBeUndefined();
        expect(await blobs()).toEqual([]);
      }
      expect(cuts).toBeGreaterThan(10);
    });

    it("keep the evidence of an incident that is needed again just when it is forgotten", async () => {
      await live(behind, "key");
      proxy.decide(async (_, asked): Promise<Fate> => {
        if (asked.endsWith("/$batch")) {
          await store.updateIncident("key", { backup: BACKUP });
        }
        return "pass";
      });

      expect(await behind.forgetBefore(LATER, 9)).toMatchObject({ incidents: 0 });
      expect(await store.getIncident("key")).toMatchObject({
        backup: BACKUP,
        ledger: [{ state: "done" }],
      });
      expect(await store.listEvidence("key")).toHaveLength(1);
    });

    it.each([
      [
        "a list of incidents",
        async (records: IncidentStore) => await records.listIncidents({ limit: 9 }),
        [],
      ],
      [
        "a look at a signal",
        async (records: IncidentStore) => await records.getSignal("large"),
        undefined,
      ],
    ])("leave out of %s what is forgotten after its row was read", async (_, look, expected) => {
      await live(behind, "key");
      await store.addSignal(aLargeSignal());
      await store.settleSignals(["large"], TAKEN);
      proxy.decide(async (n): Promise<Fate> => {
        if (n === 2) {
          await store.forgetBefore(LATER, 9);
        }
        return "pass";
      });

      expect(await look(behind)).toEqual(expected);
    });

    it("keep the blobs of a record that was stored again before its old ones were deleted", async () => {
      await live(behind, "key");
      // Its rows are gone after the tombstones' list, two lists and the transaction.
      proxy.decide((n) => (n <= 4 ? "pass" : "lostBefore"));
      await expect(behind.forgetBefore(LATER, 9)).rejects.toThrow("Cannot");
      proxy.decide(() => "pass");
      expect(await store.listIncidents({ limit: 9 })).toEqual([]);
      await live(behind, "key");
      await store.updateIncident("key", { backup: BACKUP });

      await store.forgetBefore(LATER, 9);

      expect(await store.listEvidence("key")).toHaveLength(1);
      await store.updateIncident("key", { backup: null });
      await store.forgetBefore(LATER, 9);
      expect(await blobs()).toEqual([]);
    });

    it("ask for all rows of a table by no key", async () => {
      await store.count("healthy");
      await store.countSilentRound(VM, 1);
      const before = proxy.requests.length;

      expect(await behind.counters()).toEqual({ healthy: 1 });
      expect(await behind.silences()).toHaveLength(1);
      const asked = proxy.requests.slice(before);
      expect(asked).toHaveLength(2);
      expect(asked.filter((each) => each.includes("RowKey"))).toEqual([]);
    });

    it("say that storage is throttled, and when to come again", async () => {
      proxy.decide(() => ({
        status: 503,
        headers: { "Retry-After": "7" },
        body: '{"odata.error":{"code":"ServerBusy","message":{"value":"The server is busy."}}}',
      }));

      await expect(behind.getSignal("a")).rejects.toMatchObject({
        name: "AzureRequestError",
        code: "azure-unavailable",
        retryable: true,
        retryAfterSeconds: 7,
        message: expect.stringContaining("Cannot read records in table") as unknown,
      });
      expect(proxy.requests.filter((each) => each.includes(`${prefix}signals`))).toHaveLength(1);
    });

    it.each(["lostBefore", "lostAfter"] as const)(
      "store a new signal all the same when the first request is %s, and say that it is new",
      async (fate) => {
        await store.addSignal(aSignal({ id: "other" }));
        proxy.decide((n) => (n === 1 ? fate : "pass"));

        expect(await behind.addSignal(aSignal())).toBe("added");
        expect(await behind.addSignal(aSignal())).toBe("known");
        expect(await store.pendingSignals(VM)).toHaveLength(2);
      },
    );

    it("name the table that is missing where the program may not make it", async () => {
      proxy.decide((_, asked) =>
        asked.endsWith("/Tables")
          ? {
              status: 403,
              headers: { "Content-Type": "application/json" },
              body: '{"odata.error":{"code":"AuthorizationPermissionMismatch","message":{"value":"Not authorized."}}}',
            }
          : "pass",
      );

      await expect(behind.addSignal(aSignal())).rejects.toMatchObject({
        name: "ConfigurationError",
        code: "no-store-table",
        nextStep: expect.stringContaining(
          `az storage table create --name ${prefix}signals`,
        ) as unknown,
      });
    });

    it("name the roles that are missing", async () => {
      proxy.decide(() => ({
        status: 403,
        headers: { "Content-Type": "application/json" },
        body: '{"odata.error":{"code":"AuthorizationPermissionMismatch","message":{"value":"Not authorized."}}}',
      }));

      await expect(behind.counters()).rejects.toMatchObject({
        code: "forbidden",
        retryable: false,
        nextStep: expect.stringContaining("'Storage Table Data Contributor'") as unknown,
      });
    });
  });
});

it("a look at what an account does not have makes nothing", async () => {
  const account = openStorage(azurite);
  const names = { tables: CLOUD_TABLES, container: CLOUD_CONTAINER };

  const before = await missingStorage(account, names);
  const again = await missingStorage(account, names);
  await openCloudStore(account).count("healthy");
  const after = await missingStorage(account, names);

  expect([before, again]).toEqual([
    [...CLOUD_TABLES, CLOUD_CONTAINER],
    [...CLOUD_TABLES, CLOUD_CONTAINER],
  ]);
  expect(after).not.toContain("counters");
  expect(after).toContain("signals");
});
