import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";

import { listingOf } from "../../../shared/guest/sac/session.ts";
import { addressOrder } from "../../../shared/remedies/serial-console/address-order.ts";
import { chooseNetwork } from "../../../shared/remedies/serial-console/choose-network.ts";
import { aNic } from "../../builders.ts";

const NIC = aNic();
/** Azure's own address of the NIC, with mask and gateway of its subnet. */
const OURS = { ip: "10.71.4.20", mask: "255.255.255.0", gateway: "10.71.4.1" };
const COMMANDS = ["shutdown", "restart", "crashdump", "i 7 6.6.6.6 255.0.0.0 6.6.6.1", "cmd"];

/** What Windows might print: at least one line of SAC's list, among others and such that only look like it. */
const listed = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.ipV4(), fc.ipV4(), fc.ipV4())
  .map(([n, ip, mask, gateway]) => `Net: ${n}, Ip=${ip}  Subnet=${mask}  Gateway=${gateway}`);
const others = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(...COMMANDS.map((command) => `SAC>${command}`)),
      fc.tuple(fc.string(), fc.string()).map(([n, ip]) => `Net: ${n}, Ip=${ip};shutdown`),
    ),
    { maxLength: 20 },
  )
  .map((lines) => lines.join("\r\n"));
const printed = fc.tuple(others, listed, others).map((parts) => parts.join("\r\n"));

describe("whatever a console prints", () => {
  test.prop([printed])("decides at most for which number Azure's own address is typed", (text) => {
    const choice = chooseNetwork({
      listing: listingOf(text),
      nics: [NIC],
      nic: NIC,
      wrongAddresses: ["6.6.6.6"],
    });

    const typed = choice.kind === "found" ? addressOrder(choice.network, NIC) : null;
    expect([null, 1, 2, 3, 4, 5, 6, 7, 8, 9]).toContain(typed?.network ?? null);
    expect(typed).toEqual(typed && { network: typed.network, ...OURS });
  });

  test.prop([fc.integer({ min: 0, max: 3 })])("is read in time, however much it is", (n) => {
    const text = `${COMMANDS[n]} Net: 7, Ip=10.0.0.7 `.repeat(30_000);

    expect(listingOf(text).addresses.length).toBeLessThanOrEqual(30_000);
  });
});
