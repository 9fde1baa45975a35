import { describe, expect, it } from "vitest";

import { judge } from "./judge.ts";
import type { Moment, NicMoment } from "./moment.ts";

type Adapter = NonNullable<NicMoment["adapter"]>;

function anAdapter(change: Partial<Adapter> = {}): Adapter {
  return {
    mac: "00-0D-3A-00-00-01",
    enabled: true,
    dhcp: true,
    addresses: [{ ip: "10.60.1.10", prefixLength: 24 }],
    gateways: ["10.60.1.1"],
    ...change,
  };
}

function aNic(adapter: Adapter | null, change: Partial<NicMoment> = {}): NicMoment {
  return { name: "nic-1", kept: "{}", addresses: ["10.60.1.10"], adapter, ...change };
}

function aMoment(nic: NicMoment, change: Partial<Moment> = {}): Moment {
  return { power: "running", nics: [nic], tasks: 0, ...change };
}

const WRONG = { dhcp: false, addresses: [{ ip: "10.60.1.77", prefixLength: 24 }] };
const SEVERAL = { addresses: ["10.60.1.10", "10.60.1.11"] };
const BOTH = SEVERAL.addresses.map((ip) => ({ ip, prefixLength: 24 }));

const well = aMoment(aNic(anAdapter()));
const ill = aMoment(aNic(anAdapter(WRONG)));
const several = aMoment(aNic(anAdapter({ dhcp: false, addresses: BOTH }), SEVERAL));

describe("the verdict on a VM", () => {
  it.each<[string, Moment, Moment]>([
    ["healed", ill, well],
    ["healed", aMoment(aNic(null)), well],
    ["still ill", ill, ill],
    ["still ill", ill, aMoment(aNic(anAdapter({ gateways: [] })))],
    ["well", well, well],
    ["well", several, several],
  ])("is %s", (verdict, before, after) => {
    expect(judge(before, after)).toMatchObject({ verdict, broken: [] });
  });

  it("names an address that became Static, and is healed all the same", () => {
    const kept = '{"privateIPAllocationMethod":"Dynamic"}';
    const before = aMoment(aNic(anAdapter(WRONG), { kept }));
    const after = aMoment(aNic(anAdapter(), { kept: kept.replace("Dynamic", "Static") }));

    expect(judge(before, after)).toMatchObject({
      verdict: "healed",
      note: "its address is Static now",
    });
    expect(judge(before, before).note).toBeNull();
  });

  it.each<[string, Moment, Moment]>([
    [
      "the NIC has another address",
      ill,
      aMoment(
        aNic(anAdapter({ addresses: [{ ip: "10.60.1.4", prefixLength: 24 }] }), {
          addresses: ["10.60.1.4"],
        }),
      ),
    ],
    ["the NIC is not what it was", ill, aMoment(aNic(anAdapter(), { kept: '{"tags":{}}' }))],
    ["a NIC is gone", ill, aMoment(aNic(anAdapter()), { nics: [] })],
    ["Windows lost an address of Azure's", several, aMoment(aNic(anAdapter(), SEVERAL))],
    [
      "Windows lost an address that it had beside Azure's",
      aMoment(aNic(anAdapter({ dhcp: false, addresses: BOTH }))),
      well,
    ],
    ["it was in order", well, aMoment(aNic(anAdapter({ gateways: [] })))],
    ["a dead-man task is left", ill, aMoment(aNic(anAdapter()), { tasks: 1 })],
    ["the VM is stopped", ill, aMoment(aNic(anAdapter()), { power: "stopped" })],
  ])("is left broken, since %s", (why, before, after) => {
    expect(judge(before, after)).toMatchObject({ verdict: "left broken", broken: [why] });
  });
});
