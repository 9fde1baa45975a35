import { gunzipSync } from "node:zlib";

import { z } from "zod";

import type { ScriptRun } from "../../local/simulator/guest/state.ts";

const envelope = z.looseObject({
  sir: z.string(),
  netsh: z.string().nullish(),
  detail: z.string().nullish(),
});

/**
 * A run in a form that can be compared between engine and emulation: the netsh text unpacked, since two packers pack
 * differently; an error's own words only as present or absent.
 */
export function withoutGzip(run: ScriptRun): unknown {
  if (run.stdout.trim() === "") {
    return run;
  }
  const line = run.stdout.trim();
  const shown = envelope.parse(JSON.parse(line));
  const netsh = typeof shown.netsh === "string" ? unpacked(shown.netsh) : shown.netsh;
  const detail = typeof shown.detail === "string" ? "(words)" : shown.detail;
  return { ...run, stdout: { ...shown, netsh, detail } };
}

function unpacked(text: string): string {
  return gunzipSync(Buffer.from(text, "base64")).toString("utf8");
}
