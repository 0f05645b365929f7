/**
 * How the tests run. There are no retries: a test that fails now and then is a defect, of the test or of the code.
 */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/fixtures/**"],
    // Processes, not threads: tests open files, start workers and load native code.
    pool: "forks",
    maxWorkers: 2,
    passWithNoTests: false,
    expect: { requireAssertions: true },
    // Generous, because it only guards against hanging: no test asserts a time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
