import { describe, expect, it } from "vitest";
import { Deferred, SharedNext } from "../../lib/std/index.ts";

/** Work that ends when it is told, and counts its runs. */
function aWork() {
  const runs: Deferred<number>[] = [];
  const shared = new SharedNext(() => {
    const run = new Deferred<number>();
    runs.push(run);
    return run.promise;
  });
  return { runs, shared };
}

describe("a run that callers share", () => {
  it("begins after every one of them has called", async () => {
    const { runs, shared } = aWork();
    const first = shared.run();
    const [second, third] = [shared.run(), shared.run()];
    expect(runs.length).toBe(1);
    runs[0]?.resolve(1);
    expect(await first).toBe(1);
    await Promise.resolve();
    expect(runs.length).toBe(2);
    const fourth = shared.run();
    runs[1]?.resolve(2);
    expect(await Promise.all([second, third])).toEqual([2, 2]);
    await Promise.resolve();
    runs[2]?.resolve(3);
    expect(await fourth).toBe(3);
    expect(runs.length).toBe(3);
  });

  it("fails for those who share it, and not for the next", async () => {
    const { runs, shared } = aWork();
    const first = shared.run();
    const second = shared.run();
    runs[0]?.reject(new Error("no"));
    await expect(first).rejects.toThrow("no");
    await Promise.resolve();
    runs[1]?.resolve(5);
    expect(await second).toBe(5);
  });
});
