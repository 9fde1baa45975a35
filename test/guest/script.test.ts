import { test } from "@fast-check/vitest";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { renderScript } from "../../shared/guest/script.ts";

const SCRIPTS = ["read-guest", "switch-to-dhcp", "look-further", "remove-ghosts"] as const;

describe("renderScript", () => {
  it.each(SCRIPTS)("gives %s lines of printable ASCII that begin with its name", (name) => {
    const lines = renderScript(name, {});

    expect(lines[0]).toBe(`# static-ip-remediator:${name}/1`);
    expect(lines.filter((line) => !/^[ -~]*$/u.test(line))).toEqual([]);
  });

  it.each(SCRIPTS)("leaves no include line and one parameters line in %s", (name) => {
    const lines = renderScript(name, { incidentId: "inc-7" });

    expect(lines.filter((line) => line.startsWith("# include:"))).toEqual([]);
    expect(lines.filter((line) => line.startsWith("$EncodedParameters ="))).toEqual([lines[1]]);
  });

  test.prop([fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean()))])(
    "carries any value as Base64 and nothing else",
    (parameters) => {
      const [, line = ""] = renderScript("switch-to-dhcp", parameters);

      const encoded = /^\$EncodedParameters = '([A-Za-z0-9+/=]*)'$/u.exec(line)?.[1] ?? "";

      expect(Buffer.from(encoded, "base64").toString("utf8")).toBe(JSON.stringify(parameters));
    },
  );
});
