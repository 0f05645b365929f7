/**
 * Data of a newer release in the midst of ours: whoever meets it says which item it is and what to do, and nobody deletes or rewrites
 * it, or anything that it may refer to.
 */
import { describe, expect, it } from "vitest";
import { offset, partitionIndex, segmentId, segmentTime, shardIndex } from "../../../lib/format/index.ts";
import {
  cleanedItem,
  committedPageKey,
  pagePartitionKey,
  producersKey,
  quarantineItem,
  sequencerKey,
  topicKey,
} from "../../../lib/format/items/index.ts";
import { encodings } from "../../../lib/format/levels/index.ts";
import type { Attributes, ItemKey } from "../../../lib/ports/index.ts";
import { anEngine, fetched } from "../../support/log.ts";
import { tend } from "../compaction/testing.ts";
import { aLog, fill, hourMs, impatient, type Log, options, orphan, stored } from "../sweep/testing.ts";

const partition = partitionIndex(0);
const values = Array.from({ length: 20 }, (_, i) => `value ${i}`);
const round = { limits: impatient };

/** A log whose first records are compacted, the next are in pages, the last live; and rubbish, all of it old. */
async function anOldLog(): Promise<Log> {
  const log = await aLog();
  await fill(log, values);
  await tend(log.engine, log.topic);
  await fill(log, values);
  await orphan(log);
  const { items } = log.deps;
  const quarantine = {
    segmentId: segmentId(segmentTime(1), new Uint8Array(6)),
    tier: "object",
    position: 17,
    length: 9,
  } as const;
  await items.put(
    quarantineItem(log.topic.id, partition, { ...quarantine, base: offset(3), count: 2, why: "a test" }),
  );
  await items.put(cleanedItem(log.topic.id, partition, { at: offset(0) }).item);
  await log.clock.advance(hourMs);
  return log;
}

type Kind = "topic" | "sequencer" | "page" | "compactedPage" | "quarantine" | "producers";
type Work = "round" | "sweep" | "fsck";

/** Where each kind of item lies that upkeep meets, and who meets it: the sweep has no need of what refers to no segment. */
const kinds: Readonly<
  Record<Kind, { readonly key: (log: Log) => ItemKey; readonly metBy: readonly Work[] }>
> = {
  topic: { key: () => topicKey("t"), metBy: ["round", "sweep", "fsck"] },
  sequencer: {
    key: ({ topic }) => sequencerKey(topic.id, shardIndex(0)),
    metBy: ["round", "sweep", "fsck"],
  },
  page: {
    key: log => committedPageKey(log.topic.id, partition, offset(Number(skOf(log, "u#").slice(2)))),
    metBy: ["round", "sweep", "fsck"],
  },
  compactedPage: {
    key: log => ({ pk: pagePartitionKey(log.topic.id, partition), sk: skOf(log, "c#") }),
    metBy: ["round", "sweep", "fsck"],
  },
  quarantine: {
    key: log => ({ pk: pagePartitionKey(log.topic.id, partition), sk: skOf(log, "x#") }),
    metBy: ["sweep", "fsck"],
  },
  producers: { key: ({ topic }) => producersKey(topic.id, partition), metBy: ["round", "fsck"] },
};

function skOf({ deps, topic }: Log, prefix: string): string {
  const pk = pagePartitionKey(topic.id, partition);
  return deps.items.snapshot().findLast(item => item.pk === pk && item.sk.startsWith(prefix))?.sk ?? "none";
}

/** The item as a release would write it that is `ahead` versions newer than what is read. */
function raised(kind: Kind, attributes: Attributes, ahead: number): Attributes {
  const version = encodings[kind].read + ahead;
  const { b } = attributes;
  if (!(b instanceof Uint8Array)) return { ...attributes, v: version };
  return { ...attributes, b: Uint8Array.of(version, ...b.subarray(1)) };
}

describe.each(Object.keys(kinds) as Kind[])("an item of a newer release (%s)", kind => {
  it.each([1, 2])("is left as it is by whoever meets it, and so is every segment (%i ahead)", async ahead => {
    const log = await anOldLog();
    const { metBy } = kinds[kind];
    const key = kinds[kind].key(log);
    const there = log.deps.items.peek(key);
    expect(there).toBeDefined();
    const attributes = raised(kind, there ?? {}, ahead);
    await log.deps.items.put({ ...key, attributes });
    const engine = anEngine(log.deps, options);
    const works: Readonly<Record<Work, () => Promise<unknown>>> = {
      round: () => engine.upkeep.round(round).then(({ failures }) => failures.map(({ error }) => error)),
      sweep: () => engine.upkeep.sweep(impatient),
      fsck: () => engine.fsck().then(({ faults }) => faults.map(({ what }) => what)),
    };
    for (const work of metBy) {
      const segments = stored(log);
      const said = String(await works[work]().catch(messageIn));
      expect(said).toContain(`${encodings[kind].what} has version ${encodings[kind].read + ahead}`);
      expect(log.deps.items.peek(key)).toEqual(attributes);
      expect(stored(log)).toEqual(expect.arrayContaining([...segments]));
    }
  });
});

function messageIn(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

describe("the upkeep", () => {
  it("takes away rubbish where everything is known, so that the others are not quiet for another reason", async () => {
    const log = await anOldLog();
    const before = stored(log).length;
    await anEngine(log.deps, options).upkeep.sweep(impatient);
    expect(stored(log).length).toBeLessThan(before);
  });

  it("leaves a log of the next level alone, which is served", async () => {
    const log = await anOldLog();
    await log.deps.items.put({ pk: "C", sk: "format-level", attributes: { value: 2 } });
    const before = [log.deps.items.snapshot(), log.deps.objects.snapshot()];
    const engine = anEngine(log.deps, options);
    await engine.checkFormat();
    const refusal = {
      name: "FormatNewer",
      message: expect.stringContaining("leaves the upkeep to a release"),
    };
    await expect(engine.upkeep.round(round)).rejects.toMatchObject(refusal);
    await expect(engine.upkeep.maintain(round)).rejects.toMatchObject(refusal);
    await expect(engine.upkeep.sweep(impatient)).rejects.toMatchObject(refusal);
    await expect(engine.upkeep.purge(impatient)).rejects.toMatchObject(refusal);
    await expect(tend(engine, log.topic)).rejects.toMatchObject(refusal);
    await expect(tend(anEngine(log.deps, options), log.topic)).rejects.toMatchObject(refusal);
    expect([log.deps.items.snapshot(), log.deps.objects.snapshot()]).toEqual(before);
    expect(await fetched(engine, "t", 0, 0)).toMatchObject({ kind: "records" });
  });
});
