/** What a server loads before anyone calls: a process of its own, because the one of the tests has everything loaded. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const program = join(import.meta.dirname, "fixtures", "what-a-start-loads.mjs");

it("the REST face, and fetch with it, are loaded for the first request of HTTP and not before", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  const { before, status, after } = JSON.parse(stdout);
  expect({ before, status }).toEqual({ before: 0, status: 200 });
  expect(after).toBeGreaterThan(100);
});
