import { expect, it } from "vitest";
import { Deferred } from "../../lib/std/index.ts";
import { anEngine, appended, fetched, memoryDeps } from "../support/log.ts";

// Found by the simulator: a request asked after a topic was created joined a look that had been made before.
it("does not call a topic unknown by a look that is older than the question", async () => {
  const deps = memoryDeps();
  const looked = new Deferred<void>();
  const answer = new Deferred<void>();
  let isFirst = true;
  const slowItems = Object.assign(Object.create(deps.items), {
    get: async (...args: Parameters<typeof deps.items.get>) => {
      const found = await deps.items.get(...args);
      if (args[0].pk === "T" && args[1].consistent && isFirst) {
        isFirst = false;
        looked.resolve();
        await answer.promise;
      }
      return found;
    },
  });
  const slow = anEngine({ ...deps, items: slowItems });
  const early = fetched(slow, "t", 0, 0);
  await looked.promise;
  const other = anEngine(deps);
  await other.topics.create({ name: "t", partitions: 1 });
  await appended(other, "t", 0, "a");
  const late = fetched(slow, "t", 0, 0);
  answer.resolve();
  expect((await early).kind).toBe("failed");
  expect((await late).kind).toBe("records");
});
