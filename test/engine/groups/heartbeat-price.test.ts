/**
 * What a stable group costs: exact, and the same on every machine.
 */
import { describe, expect, it } from "vitest";
import { MemoryItemStore, MemoryObjectStore } from "../../../lib/adapters/memory/index.ts";
import { MeteringItemStore, MeteringObjectStore } from "../../../lib/adapters/metering/index.ts";
import type { Engine } from "../../../lib/engine/index.ts";
import { anEngine, memoryDeps } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { type Joined, joined, synced } from "./testing.ts";

const sessionMs = 45_000;
const heartbeatMs = 3_000;
const minutesMs = 600_000;

/** Two processes over one metered store, with a clock that both have. */
function aMeteredGroup() {
  const clock = new ManualClock();
  const memory = new MemoryItemStore();
  const items = new MeteringItemStore({ store: memory, peek: key => memory.peek(key) });
  const objects = new MeteringObjectStore({ store: new MemoryObjectStore({ clock }) });
  const deps = memoryDeps({ items, objects, clock });
  return { clock, items, objects, processes: [anEngine(deps), anEngine(deps)] as const };
}

/** Lets time go by, a little at once, until the work is done. */
async function within<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let isDone = false;
  const ended = work.finally(() => {
    isDone = true;
  });
  while (!isDone) await clock.advance(10);
  return ended;
}

type Member = { readonly engine: Engine; readonly joined: Joined };

/** Three members in one generation: two by the first process, one by the second. */
async function threeMembers(
  clock: ManualClock,
  [here, there]: readonly [Engine, Engine],
): Promise<readonly Member[]> {
  const first = await within(clock, joined(here, { sessionMs }));
  await within(clock, synced(here, first));
  const engines = [here, here, there];
  const joins = engines.map((engine, i) =>
    joined(engine, { sessionMs, memberId: i === 0 ? first.memberId : "", clientId: `client ${i}` }),
  );
  const answers = await within(clock, Promise.all(joins));
  await within(clock, Promise.all(answers.map((answer, i) => synced(engines[i] ?? here, answer))));
  return answers.map((answer, i) => ({ engine: engines[i] ?? here, joined: answer }));
}

const noObjects = new MeteringObjectStore({
  store: new MemoryObjectStore({ clock: new ManualClock() }),
}).counts();

describe("the price of a stable group", () => {
  it("is one small write for each member and third of its session, one eventual read for each heartbeat, and no object", async () => {
    const { clock, items, objects, processes } = aMeteredGroup();
    const members = await threeMembers(clock, processes);
    expect(new Set(members.map(({ joined: { generation } }) => generation)).size).toBe(1);
    items.reset();
    objects.reset();
    for (let passedMs = heartbeatMs; passedMs <= minutesMs; passedMs += heartbeatMs) {
      await clock.advance(heartbeatMs);
      for (const { engine, joined } of members) await engine.groups.heartbeat({ group: "g", ...joined });
    }
    const thirds = minutesMs / (sessionMs / 3);
    const heartbeats = (members.length * minutesMs) / heartbeatMs;
    // Each process looks after everybody once in a third of a session: at the state, and at all members.
    const looks = processes.length * thirds;
    expect(items.counts()).toEqual({
      updates: members.length * thirds,
      writeUnits: members.length * thirds,
      puts: 0,
      deletes: 0,
      gets: heartbeats + looks,
      queries: looks,
      readUnits: heartbeats / 2 + 2 * looks,
      batchGets: 0,
      batchWrites: 0,
    });
    expect(objects.counts()).toEqual(noObjects);
  });
});
