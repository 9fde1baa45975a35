import { expect, it } from "vitest";

import { readSettings } from "../shared/settings.ts";

it.each([
  ["REMEDIATOR_PROBE_PROXY", "https://jump.example:443"],
  ["REMEDIATOR_PROBE_PROXY", "socks5://jump.example:1080"],
  ["REMEDIATOR_PROBE_CONTROL", "10.40.2.9:99999"],
  ["REMEDIATOR_PROBE_CONTROL", "10.40.2.9:0"],
  ["REMEDIATOR_POLL_SECONDS", "0"],
])("refuses what it could not keep to: %s=%s", (name, value) => {
  expect(() => readSettings({ [name]: value })).toThrow(name);
});

it("takes a proxy and a control target that can be dialled", () => {
  const { probe } = readSettings({
    REMEDIATOR_PROBE_PROXY: "http://jump.example:8080",
    REMEDIATOR_PROBE_CONTROL: "10.40.2.9:65535",
  });

  expect(probe).toMatchObject({ proxy: "http://jump.example:8080", control: "10.40.2.9:65535" });
});
