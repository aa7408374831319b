import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 20_000,
    // Tests that start whole clusters share two cores: more workers would only make them wait for each other.
    maxWorkers: 2,
  },
});
