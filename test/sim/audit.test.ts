import { describe, expect, it } from "vitest";
import { partitionIndex, type SegmentId, segmentObjectKey, shardIndex } from "../../lib/format/index.ts";
import {
  committedPageItem,
  decodePage,
  pagePartitionKey,
  producersItem,
  sequencerKey,
} from "../../lib/format/items/index.ts";
import { present } from "../../lib/std/index.ts";
import { Stage, stageEngineOptions } from "./actors/stage.ts";
import { appendTimes, scenarioTopics } from "./modes/scenarios.ts";
import { Audit } from "./world/audit.ts";
import { World } from "./world/world.ts";

/** A world at rest: one topic, ten appends to its first partition, eight of them rolled. */
async function aQuietWorld(): Promise<{ readonly world: World; readonly topicId: Topic["id"] }> {
  const world = new World({ seed: "quiet", engine: { ...stageEngineOptions, itemTierBytes: 0 } });
  const stage = new Stage(world, { stable: scenarioTopics, processes: ["p1"] });
  await stage.setUp(() => undefined);
  const life = world.life("p1");
  await stage.finish(appendTimes(stage, life, 10), 10_000);
  await stage.finish(
    life.run(() => life.engine.settle()),
    10_000,
  );
  let topic: Topic | undefined;
  await stage.finish(
    life.run(async () => {
      topic = await life.engine.topics.describe("log");
    }),
    10_000,
  );
  return { world, topicId: present(topic, "the topic").id };
}

type Topic = Awaited<ReturnType<World["lives"][number]["engine"]["topics"]["describe"]>>;
const partition = partitionIndex(0);

function broken(world: World, sweptBefore?: number): readonly string[] {
  new Audit(world, new Set()).run(sweptBefore);
  return world.violations.map(({ invariant }) => invariant);
}

describe("the audit of what is stored", () => {
  it("finds nothing wrong with what the engine stored", async () => {
    const { world } = await aQuietWorld();
    expect(broken(world, Number.MAX_SAFE_INTEGER)).toEqual([]);
  });

  it("tells I10 by a segment that is gone, and by bytes that are not what was written", async () => {
    const { world } = await aQuietWorld();
    const [one, two] = world.memoryObjects.snapshot().map(object => object.key);
    await world.memoryObjects.delete([present(one, "an object")]);
    present(world.memoryObjects.peek(present(two, "another")), "its bytes").fill(0, 30, 60);
    expect(broken(world)).toEqual(["I10", "I10"]);
  });

  it("tells I11 by a segment that nothing refers to", async () => {
    const { world } = await aQuietWorld();
    const id = "0123456789abcdef" as SegmentId;
    await world.memoryObjects.put(segmentObjectKey(id), [new Uint8Array(1)]);
    expect(broken(world, Number.MAX_SAFE_INTEGER)).toEqual(["I11"]);
  });

  it("tells I6 by a page that is gone", async () => {
    const { world, topicId } = await aQuietWorld();
    const pk = pagePartitionKey(topicId, partition);
    const { items } = await world.memoryItems.query({ pk, from: "", to: "z", consistent: true });
    expect(items.length).toBeGreaterThan(0);
    for (const { sk } of items) await world.memoryItems.delete({ pk, sk });
    expect(broken(world)).toContain("I6");
  });

  it("tells I2 by pages that do not agree", async () => {
    const { world, topicId } = await aQuietWorld();
    const pk = pagePartitionKey(topicId, partition);
    const { items } = await world.memoryItems.query({ pk, from: "", to: "z", consistent: true });
    const page = decodePage(items[0]?.attributes["b"] as Uint8Array);
    const [a, b, ...rest] = page.entries;
    const swapped = { ...page, entries: [present(b, "an entry"), present(a, "an entry"), ...rest] };
    const half = {
      ...swapped,
      end: (page.end - 2) as typeof page.end,
      entries: swapped.entries.slice(0, -1),
    };
    await world.memoryItems.put(committedPageItem(topicId, partition, half));
    expect(broken(world)).toContain("I2");
  });

  it("tells I14 by a snapshot of producers that holds who is forgotten, and I4 by one that says what never was", async () => {
    const { world, topicId } = await aQuietWorld();
    const ranges = [{ firstSequence: 0, count: 1, baseOffset: 0 }];
    const producers = [{ producerId: 7, epoch: 0, lastTimeMs: 1, ranges }];
    const { item } = producersItem(topicId, partition, { at: 2, newestMs: 86_400_002, producers });
    await world.memoryItems.put(item);
    expect(broken(world)).toEqual(["I14", "I4"]);
  });

  it("tells I9 by a partition without a sequencer", async () => {
    const { world, topicId } = await aQuietWorld();
    await world.memoryItems.delete(sequencerKey(topicId, shardIndex(1)));
    expect(broken(world)).toEqual(["I9"]);
  });
});
