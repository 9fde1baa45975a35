import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { BackupRecord, Incident } from "../../shared/domain/incident.ts";
import type { Outcome } from "../../shared/domain/outcome.ts";
import type { IndirectTarget, SignalState } from "../../shared/domain/signal.ts";
import { LARGEST_EVIDENCE, type IncidentStore } from "../../shared/incidents/store.ts";
import { NIC_ID, VM_ID, aSignal, anIncident } from "../builders.ts";
import { anEntry } from "./ledger-entry.ts";

/** One empty place that a store can be opened on, again and again, also several times at once. */
export interface StorePlace {
  open(): Promise<IncidentStore>;
  remove(): Promise<void>;
}

const VM = VM_ID.toLowerCase();
const OTHER_VM = `${VM}-other`;
const TAKEN: SignalState = { kind: "taken", incidentId: "incident-0001" };
const HEALTHY: SignalState = { kind: "ignored", reason: "healthy", message: "The VM answers." };
const COOL_DOWN: SignalState = { kind: "ignored", reason: "cool-down", message: "Just changed." };
const HEALED: Outcome = {
  kind: "healed",
  code: "guest-dhcp",
  message: "Windows takes its address from Azure again.",
  nextStep: "",
  remarks: [],
};

/** What every adapter of the store's port has to do; `create` gives a new, empty place for each test. `many`: how many signals it has to hold. */
export function storeContract(
  name: string,
  create: () => Promise<StorePlace>,
  { many = 1000 }: { readonly many?: number } = {},
): void {
  describe(`the store on ${name}`, () => {
    let place: StorePlace;
    let store: IncidentStore;

    beforeEach(async () => {
      place = await create();
      store = await place.open();
    });

    afterEach(async () => {
      await store.close();
      await place.remove();
    });

    describe("signals", () => {
      it("gives a signal back as it was stored", async () => {
        const signal = aSignal({ nicId: "nic", note: "line 🚢", readGuest: true, mode: "dryRun" });

        const added = await store.addSignal(signal);

        expect(added).toBe("added");
        expect(await store.getSignal(signal.id)).toEqual(signal);
      });

      it("knows no signal that was never stored", async () => {
        expect(await store.getSignal("alert-9999")).toBeUndefined();
      });

      it("keeps the first signal of an id, and its state", async () => {
        await store.addSignal(aSignal());
        await store.settleSignals(["alert-0001"], TAKEN);

        const again = await store.addSignal(aSignal({ receivedAt: "2026-03-02T09:00:00.000Z" }));

        expect(again).toBe("known");
        expect(await store.getSignal("alert-0001")).toEqual(aSignal({ state: TAKEN }));
      });

      it("lists a VM's pending signals in the order in which they were stored", async () => {
        await store.addSignal(aSignal({ id: "b", receivedAt: "2026-03-02T08:04:09.000Z" }));
        await store.addSignal(aSignal({ id: "a", receivedAt: "2026-03-02T08:04:01.000Z" }));
        await store.addSignal(aSignal({ id: "other", vmId: OTHER_VM }));
        await store.addSignal(aSignal({ id: "ignored", state: COOL_DOWN }));
        await store.addSignal(aSignal({ id: "taken", state: TAKEN }));
        await store.addSignal(aSignal({ id: "c", receivedAt: "2026-03-02T08:04:05.000Z" }));

        const pending = await store.pendingSignals(VM);

        expect(pending.map(({ id }) => id)).toEqual(["b", "a", "c"]);
      });

      it("finds a VM's signals and incidents in any letter case", async () => {
        await store.addSignal(aSignal({ vmId: VM_ID }));
        await store.openIncident(anIncident({ vmId: VM_ID }));

        const [signal] = await store.pendingSignals(VM_ID.toUpperCase());
        const [incident] = await store.listIncidents({ vmId: VM_ID.toUpperCase(), limit: 9 });

        expect(signal?.vmId).toBe(VM);
        expect(incident?.vmId).toBe(VM);
      });

      it("lists pending signals of any target stored before an instant, oldest first", async () => {
        const times = ["08:04:09Z", "08:04:01.5Z", "08:04:01.25Z", "08:10:00Z"];
        for (const time of times) {
          await store.addSignal(
            aSignal({ id: time, vmId: null, receivedAt: `2026-03-02T${time}` }),
          );
        }
        await store.addSignal(aSignal({ id: "settled", receivedAt: "2026-03-02T08:00:00Z" }));
        await store.settleSignals(["settled"], COOL_DOWN);

        const all = await store.pendingSignalsBefore("2026-03-02T08:10:00.000Z", 9);
        const two = await store.pendingSignalsBefore("2026-03-02T08:10:00.000Z", 2);

        expect(all.map(({ id }) => id)).toEqual(["08:04:01.25Z", "08:04:01.5Z", "08:04:09Z"]);
        expect(two.map(({ id }) => id)).toEqual(["08:04:01.25Z", "08:04:01.5Z"]);
      });

      it.each<[string, IndirectTarget, IndirectTarget, IndirectTarget]>([
        [
          "a NIC, in any letter case",
          { kind: "nic", nicId: "nic-a" },
          { kind: "nic", nicId: "nic-b" },
          { kind: "nic", nicId: "NIC-A" },
        ],
        [
          "an address",
          { kind: "address", address: "10.4.0.7" },
          { kind: "address", address: "10.4.0.70" },
          { kind: "address", address: "10.4.0.7" },
        ],
        [
          "a computer, in any letter case",
          { kind: "computer", computer: "nic-a" },
          { kind: "nic", nicId: "nic-a" },
          { kind: "computer", computer: "NIC-A" },
        ],
      ])(
        "lists the pending signals of %s whose VM is not known yet",
        async (_, target, other, asked) => {
          await store.addSignal(aSignal({ id: "b", target, vmId: null }));
          await store.addSignal(aSignal({ id: "a", target, vmId: null }));
          await store.addSignal(aSignal({ id: "known", target, vmId: VM }));
          await store.addSignal(aSignal({ id: "settled", target, vmId: null, state: COOL_DOWN }));
          await store.addSignal(aSignal({ id: "other", target: other, vmId: null }));

          const pending = await store.pendingSignalsOfTarget(asked);

          expect(pending.map(({ id }) => id)).toEqual(["b", "a"]);
        },
      );

      it("gives a signal to its VM once that is known, however often it is said", async () => {
        const nic = aSignal({ target: { kind: "nic", nicId: "nic" }, vmId: null, nicId: "nic" });
        await store.addSignal(nic);

        await store.setSignalVm(nic.id, VM_ID, null);
        await store.setSignalVm(nic.id, VM_ID, null);

        expect(await store.pendingSignals(VM)).toEqual([{ ...nic, vmId: VM }]);
      });

      it("keeps the NIC that has the address of a signal, once that is known", async () => {
        const target = { kind: "address", address: "10.4.0.7" } as const;
        const signal = aSignal({ target, vmId: null, nicId: null, note: "line 🚢" });
        await store.addSignal(signal);

        await store.setSignalVm(signal.id, VM_ID, NIC_ID);

        const expected = { ...signal, vmId: VM, nicId: NIC_ID.toLowerCase() };
        expect(await store.pendingSignals(VM)).toEqual([expected]);
      });

      it.each<[string, SignalState, SignalState, SignalState]>([
        ["taken, from pending", { kind: "pending" }, TAKEN, TAKEN],
        ["ignored, from pending", { kind: "pending" }, COOL_DOWN, COOL_DOWN],
        ["ignored as healthy, from pending", { kind: "pending" }, HEALTHY, HEALTHY],
        ["not ignored once taken", TAKEN, HEALTHY, TAKEN],
        ["not taken twice", TAKEN, { kind: "taken", incidentId: "incident-0002" }, TAKEN],
        ["not pending again once taken", TAKEN, { kind: "pending" }, TAKEN],
        ["not taken once ignored", COOL_DOWN, TAKEN, COOL_DOWN],
        ["not healthy once ignored for another reason", COOL_DOWN, HEALTHY, COOL_DOWN],
        ["not pending again once ignored", HEALTHY, { kind: "pending" }, HEALTHY],
      ])("settles a signal: %s", async (_title, from, to, expected) => {
        await store.addSignal(aSignal({ state: from }));

        await store.settleSignals(["alert-0001"], to);
        const once = await store.getSignal("alert-0001");
        await store.settleSignals(["alert-0001"], to);

        expect(once?.state).toEqual(expected);
        expect((await store.getSignal("alert-0001"))?.state).toEqual(expected);
      });

      it("settles only the named signals, and none for an unknown id", async () => {
        await store.addSignal(aSignal({ id: "a" }));
        await store.addSignal(aSignal({ id: "b" }));

        await store.settleSignals(["b", "unknown"], TAKEN);
        await store.settleSignals([], COOL_DOWN);

        expect((await store.pendingSignals(VM)).map(({ id }) => id)).toEqual(["a"]);
        expect(await store.getSignal("unknown")).toBeUndefined();
      });

      it(`holds ${many} signals in their order`, async () => {
        const ids = Array.from({ length: many }, (_, index) => `signal-${(index * 7919) % many}`);
        for (const id of ids) {
          await store.addSignal(aSignal({ id }));
        }

        await store.settleSignals(ids.slice(0, many * 0.4), TAKEN);

        const pending = await store.pendingSignals(VM);
        expect(pending.map(({ id }) => id)).toEqual(ids.slice(many * 0.4));
      });
    });

    describe("incidents", () => {
      it("gives an incident back as it was stored, with its ledger", async () => {
        const incident = anIncident({ ledger: [anEntry()] });

        const stored = await store.openIncident(incident);

        expect(stored).toEqual(incident);
        expect(await store.getIncident(incident.id)).toEqual(incident);
        expect(await store.getIncident("incident-9999")).toBeUndefined();
      });

      it("keeps the incident that is there when it is opened again", async () => {
        await store.openIncident(anIncident());
        await store.updateIncident("incident-0001", { provenAt: "2026-03-02T08:07:00.000Z" });

        const again = await store.openIncident(
          anIncident({ signalIds: ["late"], ledger: [anEntry()] }),
        );

        expect(again).toEqual(anIncident({ provenAt: "2026-03-02T08:07:00.000Z" }));
      });

      it("lists the newest first, by VM, by open or closed, and up to the limit", async () => {
        const hours = ["09", "11", "10", "08"];
        for (const [index, hour] of hours.entries()) {
          const vmId = index === 3 ? OTHER_VM : VM;
          const openedAt = `2026-03-02T${hour}:00:00.000Z`;
          await store.openIncident(anIncident({ id: hour, vmId, openedAt }));
        }
        await store.updateIncident("10", { closedAt: "2026-03-02T10:09:00Z", outcome: HEALED });

        async function listed(
          query: Parameters<IncidentStore["listIncidents"]>[0],
        ): Promise<readonly string[]> {
          return (await store.listIncidents(query)).map(({ id }) => id);
        }

        expect(await listed({ limit: 9 })).toEqual(["11", "10", "09", "08"]);
        expect(await listed({ limit: 2 })).toEqual(["11", "10"]);
        expect(await listed({ vmId: VM, limit: 9 })).toEqual(["11", "10", "09"]);
        expect(await listed({ vmId: VM, open: true, limit: 9 })).toEqual(["11", "09"]);
        expect(await listed({ open: false, limit: 9 })).toEqual(["10"]);
      });

      it("lists incidents with their ledgers", async () => {
        await store.openIncident(anIncident());
        await store.writeLedger("incident-0001", anEntry());

        const [listed] = await store.listIncidents({ limit: 1 });

        expect(listed?.ledger).toEqual([anEntry()]);
      });

      it("replaces only the named parts, and twice is as once", async () => {
        const patch = { provenAt: "2026-03-02T08:07:00.000Z", steps: [] } as const;
        await store.openIncident(anIncident({ ledger: [anEntry()] }));
        await store.updateIncident("incident-0001", { vmName: "vm-crane-1" });

        await store.updateIncident("incident-0001", patch);
        const once = await store.getIncident("incident-0001");
        await store.updateIncident("incident-0001", patch);

        const expected = anIncident({ ...patch, vmName: "vm-crane-1", ledger: [anEntry()] });
        expect(once).toEqual(expected);
        expect(await store.getIncident("incident-0001")).toEqual(expected);
      });

      it("changes nothing for an unknown incident", async () => {
        await store.updateIncident("incident-9999", { closedAt: "2026-03-02T08:09:00.000Z" });
        await store.writeLedger("incident-9999", anEntry());

        expect(await store.getIncident("incident-9999")).toBeUndefined();
        await store.openIncident(anIncident({ id: "incident-9999" }));
        expect((await store.getIncident("incident-9999"))?.ledger).toEqual([]);
      });

      it("keeps the outcome of a closed incident, and takes what is learned later", async () => {
        const closed = { closedAt: "2026-03-02T08:09:00.000Z", outcome: HEALED } as const;
        await store.openIncident(anIncident());
        await store.updateIncident("incident-0001", closed);

        await store.updateIncident("incident-0001", {
          closedAt: "2026-03-02T10:00:00.000Z",
          outcome: { ...HEALED, kind: "failed" },
          vmName: "renamed",
        });
        await store.updateIncident("incident-0001", { closedAt: null, outcome: null });

        const expected = anIncident({ ...closed, vmName: "renamed" });
        expect(await store.getIncident("incident-0001")).toEqual(expected);
        expect(await store.listIncidents({ open: true, limit: 9 })).toEqual([]);
      });
    });

    describe("ledger", () => {
      it("keeps entries in the order of their intents, also when they are closed later", async () => {
        const second = anEntry({ id: "entry-2", remedy: "repairDhcpService" });
        const done = anEntry({
          state: "done",
          closedAt: "2026-03-02T08:06:00.000Z",
          result: "The lease is 10.4.0.4.",
        });
        await store.openIncident(anIncident());

        await store.writeLedger("incident-0001", anEntry());
        await store.writeLedger("incident-0001", second);
        await store.writeLedger("incident-0001", done);
        await store.writeLedger("incident-0001", done);

        expect((await store.getIncident("incident-0001"))?.ledger).toEqual([done, second]);
      });

      it("keeps the ledgers of two incidents apart", async () => {
        await store.openIncident(anIncident({ id: "one" }));
        await store.openIncident(anIncident({ id: "two" }));

        await store.writeLedger("one", anEntry());
        await store.writeLedger("two", anEntry({ state: "undone" }));

        expect((await store.getIncident("one"))?.ledger).toEqual([anEntry()]);
        expect((await store.getIncident("two"))?.ledger).toEqual([anEntry({ state: "undone" })]);
      });

      it("takes an entry after the incident was closed", async () => {
        await store.openIncident(anIncident({ closedAt: "2026-03-02T08:09:00.000Z" }));

        await store.writeLedger("incident-0001", anEntry());

        expect((await store.getIncident("incident-0001"))?.ledger).toEqual([anEntry()]);
      });
    });

    describe("silences", () => {
      it("counts a VM's silent rounds, each minute once, in any letter case", async () => {
        await store.countSilentRound(VM_ID, 100);
        await store.countSilentRound(VM, 115);
        const again = await store.countSilentRound(VM, 115);
        const late = await store.countSilentRound(VM, 100);

        const expected = { vmId: VM, firstMinute: 100, lastMinute: 115, rounds: 2, raised: 0 };
        expect(again).toEqual(expected);
        expect(late).toEqual(expected);
        expect(await store.silences()).toEqual([expected]);
      });

      it("counts from zero again once a signal was raised, however often it is said", async () => {
        await store.countSilentRound(VM, 100);
        await store.markRaised(VM_ID, 1);
        await store.countSilentRound(VM, 115);

        await store.markRaised(VM, 1);
        const same = await store.countSilentRound(VM, 100);
        await store.markRaised(VM, 2);

        const expected = { vmId: VM, firstMinute: 100, lastMinute: 115, rounds: 1, raised: 1 };
        expect(same).toEqual(expected);
        expect(await store.silences()).toEqual([{ ...expected, rounds: 0, raised: 2 }]);
      });

      it("forgets the named silences only", async () => {
        await store.countSilentRound(VM, 100);
        await store.countSilentRound(OTHER_VM, 100);
        await store.markRaised("unknown", 1);

        await store.endSilences([VM_ID, "unknown"]);
        await store.endSilences([]);

        expect((await store.silences()).map(({ vmId }) => vmId)).toEqual([OTHER_VM]);
        const anew = await store.countSilentRound(VM, 130);
        expect(anew).toEqual({ vmId: VM, firstMinute: 130, lastMinute: 130, rounds: 1, raised: 0 });
      });
    });

    describe("evidence", () => {
      const SCREENSHOT = {
        name: "screenshot.bmp",
        contentType: "image/bmp",
        bytes: Uint8Array.from([66, 77, 0, 255]),
      };

      it("gives evidence back byte by byte, and lists it by name without its bytes", async () => {
        await store.openIncident(anIncident());

        await store.writeEvidence("incident-0001", SCREENSHOT);
        await store.writeEvidence("incident-0001", {
          name: "a.txt",
          contentType: "text/plain",
          bytes: new Uint8Array(),
        });

        const read = await store.readEvidence("incident-0001", "screenshot.bmp");
        expect({ ...read, bytes: [...(read?.bytes ?? [])] }).toEqual({
          ...SCREENSHOT,
          bytes: [66, 77, 0, 255],
        });
        expect(await store.listEvidence("incident-0001")).toEqual([
          { name: "a.txt", contentType: "text/plain", size: 0 },
          { name: "screenshot.bmp", contentType: "image/bmp", size: 4 },
        ]);
      });

      it("replaces evidence of the same name", async () => {
        await store.openIncident(anIncident());
        await store.writeEvidence("incident-0001", SCREENSHOT);

        const png = { name: "screenshot.bmp", contentType: "image/png", bytes: Uint8Array.of(7) };
        await store.writeEvidence("incident-0001", png);

        expect(await store.listEvidence("incident-0001")).toEqual([
          { name: "screenshot.bmp", contentType: "image/png", size: 1 },
        ]);
      });

      it("keeps nothing for an incident that is not there, nor of another one", async () => {
        await store.openIncident(anIncident());

        await store.writeEvidence("incident-9999", SCREENSHOT);

        expect(await store.readEvidence("incident-9999", "screenshot.bmp")).toBeUndefined();
        expect(await store.listEvidence("incident-0001")).toEqual([]);
      });

      it.each(["", ".", "..", "../a.txt", "a/b", "A.txt", "a b", "a..b", "a.b.c", "x".repeat(200)])(
        "refuses the name %j",
        async (bad) => {
          await store.openIncident(anIncident());

          const writing = store.writeEvidence("incident-0001", { ...SCREENSHOT, name: bad });

          await expect(writing).rejects.toMatchObject({ code: "evidence-name" });
        },
      );

      it("refuses what is too large", async () => {
        await store.openIncident(anIncident());
        const bytes = new Uint8Array(LARGEST_EVIDENCE + 1);

        const writing = store.writeEvidence("incident-0001", { ...SCREENSHOT, bytes });

        await expect(writing).rejects.toMatchObject({ code: "evidence-too-large" });
      });
    });

    describe("restarts", () => {
      const NOW = "2026-03-02T09:00:00.000Z";

      function at(minutes: number): string {
        return new Date(Date.parse(NOW) + minutes * 60_000).toISOString();
      }

      async function take(n: number, minutes: number, subscriptionId = "sub"): Promise<unknown> {
        const incidentId = `incident-${n}`;
        return await store.takeRestart({ incidentId, subscriptionId, now: at(minutes) });
      }

      async function takeAndClose(n: number, minutes: number): Promise<void> {
        await store.openIncident(anIncident({ id: `incident-${n}` }));
        await take(n, minutes);
        await store.updateIncident(`incident-${n}`, { closedAt: at(minutes) });
      }

      it("are one at a time, until the incident that has it closes", async () => {
        await store.openIncident(anIncident({ id: "incident-1" }));

        const first = await take(1, 0);
        const meanwhile = await take(2, 5, "SUB");
        await store.updateIncident("incident-1", { closedAt: at(6) });
        const afterwards = await take(2, 7);

        expect(first).toEqual({ kind: "taken" });
        expect(meanwhile).toEqual({ kind: "busy", incidentId: "incident-1" });
        expect(afterwards).toEqual({ kind: "taken" });
      });

      it("are given to the same incident again, and counted once", async () => {
        await store.openIncident(anIncident({ id: "incident-1" }));
        const answers = [await take(1, 0), await take(1, 1), await take(1, 2), await take(1, 50)];
        await store.updateIncident("incident-1", { closedAt: at(51) });

        expect(answers).toEqual(Array.from({ length: 4 }, () => ({ kind: "taken" })));
        expect(await take(2, 52)).toEqual({ kind: "taken" });
      });

      it("are three an hour, of whichever incidents", async () => {
        await takeAndClose(1, 0);
        await takeAndClose(2, 20);
        await takeAndClose(3, 40);

        expect(await take(4, 59)).toEqual({ kind: "used-up" });
        expect(await take(4, 61)).toEqual({ kind: "taken" });
      });

      it("are counted by subscription", async () => {
        await store.openIncident(anIncident({ id: "incident-1" }));
        await take(1, 0);

        expect(await take(2, 0, "other")).toEqual({ kind: "taken" });
      });

      it("are not held up for ever by an incident whose run is gone", async () => {
        await store.openIncident(anIncident({ id: "incident-1" }));
        await take(1, 0);

        expect(await take(2, 119)).toEqual({ kind: "busy", incidentId: "incident-1" });
        expect(await take(2, 121)).toEqual({ kind: "taken" });
      });

      it("go to one of two connections that ask at the same time", async () => {
        const second = await place.open();
        try {
          await store.openIncident(anIncident({ id: "incident-1" }));
          await store.openIncident(anIncident({ id: "incident-2" }));
          const request = { subscriptionId: "sub", now: NOW };

          const answers = await Promise.all([
            store.takeRestart({ ...request, incidentId: "incident-1" }),
            second.takeRestart({ ...request, incidentId: "incident-2" }),
          ]);

          expect(answers.map(({ kind }) => kind).toSorted()).toEqual(["busy", "taken"]);
        } finally {
          await second.close();
        }
      });
    });

    describe("silent VMs", () => {
      it("are those of incidents since an instant, open or closed, each once with its newest", async () => {
        const incidents = [
          anIncident({
            id: "old",
            vmId: OTHER_VM,
            openedAt: "2026-03-02T07:00:00.000Z",
            silentSince: "2026-03-02T07:00:00.000Z",
          }),
          anIncident({
            id: "first",
            vmId: VM_ID,
            openedAt: "2026-03-02T08:00:02.000Z",
            silentSince: "2026-03-02T08:00:01.000Z",
          }),
          anIncident({
            id: "second",
            vmId: VM_ID,
            openedAt: "2026-03-02T08:09:02.000Z",
            silentSince: "2026-03-02T08:09:01.000Z",
          }),
          anIncident({
            id: "answered",
            vmId: `${VM}-b`,
            openedAt: "2026-03-02T08:01:00.000Z",
            silentSince: null,
          }),
          anIncident({ id: "unknown", vmId: `${VM}-c`, openedAt: "2026-03-02T08:01:00.000Z" }),
        ];
        for (const incident of incidents) {
          await store.openIncident(incident);
        }
        await store.updateIncident("second", { closedAt: "2026-03-02T08:10:00.000Z" });

        const found = await store.silentVms("2026-03-02T08:00:00.000Z");

        expect(found).toEqual([{ vmId: VM, since: "2026-03-02T08:09:01.000Z" }]);
      });

      it("leave out one that answered after all", async () => {
        await store.openIncident(
          anIncident({
            id: "first",
            vmId: VM_ID,
            openedAt: "2026-03-02T08:00:02.000Z",
            silentSince: "2026-03-02T08:00:01.000Z",
          }),
        );
        await store.updateIncident("first", { silentSince: null });

        expect(await store.silentVms("2026-03-02T08:00:00.000Z")).toEqual([]);
      });
    });

    describe("cleaning", () => {
      const BEFORE = "2026-03-02T08:30:00.000Z";
      const CLOSED = { closedAt: "2026-03-02T08:10:00.000Z", outcome: HEALED };
      const backup: BackupRecord = {
        snapshotId: "/snapshots/s",
        snapshotName: "s",
        createdAt: "2026-03-02T08:05:00.000Z",
        expiresAt: "2026-03-09T08:05:00.000Z",
        state: "complete",
      };

      it("lists incidents whose snapshots are not on record as deleted, oldest first", async () => {
        const later = { openedAt: "2026-03-02T09:00:00.000Z" };
        await store.openIncident(anIncident({ id: "young", ...later, backup }));
        await store.openIncident(anIncident({ id: "old", ...CLOSED, backup }));
        await store.openIncident(anIncident({ id: "none" }));
        await store.openIncident(
          anIncident({ id: "gone", backup: { ...backup, state: "deleted" } }),
        );
        await store.writeLedger("old", anEntry());

        const all = await store.incidentsWithSnapshot(9);
        const one = await store.incidentsWithSnapshot(1);

        expect(all.map(({ id }) => id)).toEqual(["old", "young"]);
        expect(all[0]?.ledger).toEqual([anEntry()]);
        expect(one.map(({ id }) => id)).toEqual(["old"]);
      });

      it("lists VMs with a change of a remedy of which nobody knows the end, each once", async () => {
        const reset = anEntry({ remedy: "nicReset", state: "unknown" });
        await store.openIncident(anIncident({ id: "a", ledger: [reset] }));
        await store.openIncident(anIncident({ id: "b", ledger: [{ ...reset, state: "open" }] }));
        await store.openIncident(
          anIncident({
            id: "c",
            vmId: OTHER_VM,
            ledger: [{ ...reset, state: "undone" }, anEntry()],
          }),
        );

        expect(await store.vmsWithUnfinished("nicReset")).toEqual([VM]);
        expect(await store.vmsWithUnfinished("serialConsole")).toEqual([]);
      });

      it("forgets old incidents with all that is kept beside them, and old settled signals", async () => {
        const evidence = { name: "a.txt", contentType: "text/plain", bytes: new Uint8Array([1]) };
        await store.openIncident(anIncident({ ...CLOSED, ledger: [anEntry()] }));
        await store.writeEvidence("incident-0001", evidence);
        await store.addSignal(aSignal({ id: "settled", state: TAKEN }));
        await store.addSignal(aSignal({ id: "pending" }));
        await store.addSignal(
          aSignal({ id: "young", state: TAKEN, receivedAt: "2026-03-02T08:30:00.000Z" }),
        );

        const forgotten = await store.forgetBefore(BEFORE, 9);
        const again = await store.forgetBefore(BEFORE, 9);

        expect(forgotten).toEqual({ incidents: 1, signals: 1 });
        expect(again).toEqual({ incidents: 0, signals: 0 });
        expect(await store.getIncident("incident-0001")).toBeUndefined();
        expect(await store.readEvidence("incident-0001", "a.txt")).toBeUndefined();
        expect(await store.getSignal("settled")).toBeUndefined();
        expect(await store.getSignal("pending")).toBeDefined();
        expect(await store.getSignal("young")).toBeDefined();
      });

      it.each<[string, Partial<Incident>]>([
        ["is open", {}],
        ["closed later", { ...CLOSED, closedAt: BEFORE }],
        ["has its snapshot still", { ...CLOSED, backup }],
        ["has a snapshot in the making", { ...CLOSED, backup: { ...backup, state: "creating" } }],
        [
          "left a NIC in the middle of a reset",
          { ...CLOSED, ledger: [anEntry({ remedy: "nicReset", state: "unknown" })] },
        ],
      ])("never forgets an incident that %s", async (_title, incident) => {
        await store.openIncident(anIncident(incident));

        expect(await store.forgetBefore(BEFORE, 9)).toEqual({ incidents: 0, signals: 0 });
        expect(await store.getIncident("incident-0001")).toBeDefined();
      });

      it("forgets no more than it is told, the oldest first", async () => {
        for (const [id, opened] of [
          ["b", "08:02"],
          ["a", "08:01"],
          ["c", "08:03"],
        ] as const) {
          const openedAt = `2026-03-02T${opened}:00.000Z`;
          await store.openIncident(anIncident({ id, openedAt, ...CLOSED }));
        }

        expect(await store.forgetBefore(BEFORE, 2)).toMatchObject({ incidents: 2 });

        const left = await store.listIncidents({ limit: 9 });
        expect(left.map(({ id }) => id)).toEqual(["c"]);
      });
    });

    describe("counters and connections", () => {
      it("counts from one, each counter by itself", async () => {
        const values = [
          await store.count("healthy"),
          await store.count("healthy"),
          await store.count("__proto__"),
        ];

        expect(values).toEqual([1, 2, 1]);
        expect(Object.entries(await store.counters())).toEqual(
          expect.arrayContaining([["healthy", 2]]),
        );
      });

      it("has everything after it was closed, twice, and opened again", async () => {
        await store.addSignal(aSignal());
        await store.openIncident(anIncident());
        await store.writeLedger("incident-0001", anEntry());
        await store.count("healthy");
        await store.close();
        await store.close();

        store = await place.open();

        expect(await store.pendingSignals(VM)).toEqual([aSignal()]);
        expect(await store.getIncident("incident-0001")).toEqual(
          anIncident({ ledger: [anEntry()] }),
        );
        expect(await store.counters()).toEqual({ healthy: 1 });
      });

      it("shows two connections the same, and lets only one of them add a signal", async () => {
        const second = await place.open();
        try {
          const answers = await Promise.all(
            Array.from({ length: 50 }, async (_, index) => {
              const signal = aSignal({ id: `signal-${index}` });
              return await Promise.all([store.addSignal(signal), second.addSignal(signal)]);
            }),
          );
          await store.openIncident(anIncident());
          await Promise.all([
            store.updateIncident("incident-0001", { vmName: "from the first" }),
            second.updateIncident("incident-0001", { provenAt: "2026-03-02T08:07:00.000Z" }),
          ]);

          expect(answers.map((pair) => pair.toSorted())).toEqual(
            Array.from({ length: 50 }, () => ["added", "known"]),
          );
          expect(await second.pendingSignals(VM)).toEqual(await store.pendingSignals(VM));
          expect(await second.getIncident("incident-0001")).toEqual(
            anIncident({ vmName: "from the first", provenAt: "2026-03-02T08:07:00.000Z" }),
          );
        } finally {
          await second.close();
        }
      });
    });
  });
}
