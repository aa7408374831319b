import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 20_000,
    // On two cores: most of the time tests wait for servers and timers, and two workers left the cores idle 40 % of it.
    maxWorkers: 3,
  },
});
