import { defineConfig } from "vitest/config";

import { LongestFirst } from "./test/longest-first.ts";

export default defineConfig({
  test: {
    globalSetup: "test/built/global-setup.ts",
    include: ["test/**/*.test.ts"],
    mockReset: true,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Many tests wait for timers and processes, so more of them fit than there are cores.
    maxWorkers: 4,
    // Of tests that may run beside each other in one file.
    maxConcurrency: 3,
    sequence: { sequencer: LongestFirst },
  },
});
