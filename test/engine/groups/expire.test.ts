/** What becomes of groups when nobody asks: on a clock that the test moves. */
import { describe, expect, it } from "vitest";
import { leavingEpoch } from "../../../lib/engine/index.ts";
import { anEngine, memoryDeps } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { joined, synced } from "./testing.ts";

const dayMs = 24 * 60 * 60_000;
const always = (): boolean => true;

async function aLog() {
  const clock = new ManualClock();
  const deps = memoryDeps({ clock });
  const engine = anEngine(deps);
  await engine.topics.create({ name: "t", partitions: 1 });
  const commit = () =>
    engine.groups.offsets.commit("g", { memberId: "", generation: -1 }, [
      { topic: "t", partitions: [{ partition: 0, offset: 3 }] },
    ]);
  const offsets = async () => (await engine.groups.offsets.fetch("g", "all", { stamps: false })).length;
  return { clock, deps, engine, commit, offsets };
}

describe("groups that nobody asks about", () => {
  it("keep their offsets for a week after the last commit, and are gone a day later", async () => {
    const { clock, deps, engine, commit, offsets } = await aLog();
    await commit();
    await clock.advance(6 * dayMs);
    await commit();
    await clock.advance(6 * dayMs);
    expect(await engine.groups.expire(always)).toEqual({ groups: 1, expired: 0, removed: 0 });
    expect(await offsets()).toBe(1);
    await clock.advance(dayMs + 1);
    expect(await engine.groups.expire(always)).toEqual({ groups: 0, expired: 1, removed: 0 });
    expect([await offsets(), await engine.groups.list()]).toEqual([0, []]);
    expect(await engine.groups.expire(always)).toEqual({ groups: 0, expired: 0, removed: 0 });
    await clock.advance(dayMs + 1);
    expect(await engine.groups.expire(always)).toEqual({ groups: 0, expired: 0, removed: 1 });
    expect((await deps.items.query({ pk: "G#g", from: "", to: "~", consistent: true })).items).toEqual([]);
  });

  it("leave no offsets behind, though whoever deleted them died before that", async () => {
    const { clock, deps, engine, commit } = await aLog();
    await commit();
    const offsetItems = async () =>
      (await deps.items.query({ pk: "G#g", from: "o#", to: "o#~", consistent: true })).items;
    const [left] = await offsetItems();
    await engine.groups.delete("g");
    if (left) await deps.items.put(left);
    await clock.advance(dayMs + 1);
    expect(await engine.groups.expire(always)).toMatchObject({ removed: 1 });
    expect(await offsetItems()).toEqual([]);
  });

  it("lose members that vanished with the process that served them", async () => {
    const { clock, deps, engine } = await aLog();
    await synced(engine, await joined(engine));
    const consumer = { group: "c", memberId: "m", clientId: "c", host: "h" };
    await engine.groups.consumerHeartbeat({ ...consumer, epoch: 0, names: ["t"], owned: new Map() });
    const other = anEngine(deps);
    for (let minute = 0; minute < 3; minute++) {
      await other.groups.expire(always);
      await clock.advance(60_001);
    }
    expect((await other.groups.list()).map(({ group, phase }) => `${group} ${phase}`)).toEqual([
      "c empty",
      "g empty",
    ]);
    await expect(
      engine.groups.consumerHeartbeat({ ...consumer, epoch: leavingEpoch }),
    ).resolves.toMatchObject({ epoch: leavingEpoch });
  });

  it("are listed again when they are made anew while the last one's traces are removed", async () => {
    const { clock, deps, engine, commit } = await aLog();
    await commit();
    await engine.groups.delete("g");
    await clock.advance(dayMs + 1);
    const { items } = deps;
    // The group is made anew between the removal of its state and that of its place in the listing.
    const racing = anEngine({
      ...deps,
      items: new Proxy(items, {
        get(target, name: keyof typeof items) {
          if (name !== "delete") return target[name].bind(target);
          return async (...args: Parameters<typeof items.delete>) => {
            if (args[0].pk.startsWith("GI#")) await commit();
            return target.delete(...args);
          };
        },
      }),
    });
    await racing.groups.expire(always);
    await commit();
    expect((await engine.groups.list()).map(({ group }) => group)).toEqual(["g"]);
  });
});
