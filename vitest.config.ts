import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: "test/built/global-setup.ts",
    include: ["test/**/*.test.ts"],
    mockReset: true,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Many tests wait for timers and processes, so more of them fit than there are cores.
    maxWorkers: 3,
  },
});
