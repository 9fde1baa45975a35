import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";

import { listingOf } from "../../../shared/guest/sac/session.ts";
import { addressOrder } from "../../../shared/remedies/serial-console/address-order.ts";
import { chooseNetwork } from "../../../shared/remedies/serial-console/choose-network.ts";
import { aNic } from "../../builders.ts";

const NIC = aNic();
const COMMANDS = ["shutdown", "restart", "crashdump", "i 7 6.6.6.6 255.0.0.0 6.6.6.1", "cmd"];

/** Lines that Windows might print, those that look like SAC's own among them. */
const printed = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(...COMMANDS.map((command) => `SAC>${command}`)),
      fc
        .tuple(fc.nat(), fc.ipV4(), fc.ipV4(), fc.ipV4())
        .map(([n, ip, mask, gateway]) => `Net: ${n}, Ip=${ip}  Subnet=${mask}  Gateway=${gateway}`),
      fc.tuple(fc.string(), fc.string()).map(([n, ip]) => `Net: ${n}, Ip=${ip};shutdown`),
    ),
    { maxLength: 30 },
  )
  .map((lines) => lines.join("\r\n"));

describe("whatever a console prints", () => {
  test.prop([printed])("decides at most for which number Azure's own address is typed", (text) => {
    const choice = chooseNetwork({
      listing: listingOf(text),
      nics: [NIC],
      nic: NIC,
      wrongAddresses: ["6.6.6.6"],
    });

    const order = choice.kind === "found" ? addressOrder(choice.network, NIC) : null;
    const { network, ...rest } = order ?? { network: 0, ...addressOrder(0, NIC) };
    expect(Number.isSafeInteger(network) && network >= 0).toBe(true);
    expect({ network: 0, ...rest }).toEqual(addressOrder(0, NIC));
  });

  test.prop([fc.integer({ min: 0, max: 3 })])("is read in time, however much it is", (n) => {
    const text = `${COMMANDS[n]} Net: 7, Ip=10.0.0.7 `.repeat(30_000);

    expect(listingOf(text).addresses.length).toBeLessThanOrEqual(30_000);
  });
});
