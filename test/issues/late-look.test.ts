/**
 * An eventual look at a topic that was answered late took back what its process had learnt meanwhile.
 */
import { expect, it } from "vitest";
import type { ItemStore } from "../../lib/ports/index.ts";
import { Deferred } from "../../lib/std/index.ts";
import { aBatch, anEngine, baseOffset, memoryDeps } from "../support/log.ts";
import { ManualClock } from "../support/manual-clock.ts";

/** An engine whose eventual looks at topics are answered only when `answer` is resolved, as of when they were asked. */
function slowLooks() {
  const clock = new ManualClock(Date.now());
  const deps = memoryDeps({ clock });
  const looked = new Deferred<void>();
  const answer = new Deferred<void>();
  const state = { isSlow: false };
  const { items: stored } = deps;
  const items: ItemStore = {
    query: query => stored.query(query),
    update: (...args) => stored.update(...args),
    put: (...args) => stored.put(...args),
    delete: (...args) => stored.delete(...args),
    batchGet: (...args) => stored.batchGet(...args),
    batchWrite: writes => stored.batchWrite(writes),
    get: async (...args) => {
      const found = await stored.get(...args);
      if (state.isSlow && args[0].pk === "T" && !args[1].consistent) {
        looked.resolve();
        await answer.promise;
      }
      return found;
    },
  };
  return { clock, engine: anEngine({ ...deps, items }, { topicTrustMs: 200 }), state, looked, answer };
}

it("does not go back to a buried topic by a look that is older than its successor", async () => {
  const { clock, engine, state, looked, answer } = slowLooks();
  await engine.topics.create({ name: "t", partitions: 1 });
  await clock.advance(250);
  state.isSlow = true;
  const looking = engine.topics.resolve("t");
  await looked.promise;
  await engine.topics.delete("t");
  const created = await engine.topics.create({ name: "t", partitions: 1 });
  answer.resolve();
  await looking;
  expect((await engine.topics.resolve("t")).id).toBe(created.id);
  const appending = engine.append([{ topic: "t", partition: 0, batches: aBatch("x") }]);
  await clock.advance(1);
  expect(baseOffset((await appending)[0])).toBe(0);
});

it("does not take a change of configs back by a look that is older", async () => {
  const { clock, engine, state, looked, answer } = slowLooks();
  await engine.topics.create({ name: "t", partitions: 1 });
  await clock.advance(250);
  state.isSlow = true;
  const looking = engine.topics.resolve("t");
  await looked.promise;
  await engine.topics.alterConfigs("t", [{ kind: "set", name: "cleanup.policy", value: "compact" }]);
  answer.resolve();
  await looking;
  const [appended] = await engine.append([{ topic: "t", partition: 0, batches: aBatch("no key") }]);
  expect(appended?.kind).toBe("failed");
});
