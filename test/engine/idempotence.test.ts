/**
 * Idempotent producers: each batch once and in order, whoever sends it through whichever process.
 */
import { describe, expect, it } from "vitest";
import { MemoryItemStore } from "../../lib/adapters/memory/index.ts";
import { MeteringItemStore } from "../../lib/adapters/metering/index.ts";
import { systemCodecs } from "../../lib/adapters/system/index.ts";
import type { AppendAnswer, Engine } from "../../lib/engine/index.ts";
import { partitionIndex } from "../../lib/format/index.ts";
import { producersItem } from "../../lib/format/items/index.ts";
import { buildPlainBatch } from "../../lib/format/record-batch/index.ts";
import { concat } from "../../lib/std/index.ts";
import { aBatch, anEngine, appended, aRecord, memoryDeps, readAll } from "../support/log.ts";

type Batch = {
  readonly id?: number;
  readonly epoch?: number;
  readonly sequence: number;
  readonly count?: number;
};

/** A batch of `count` records whose values say producer and sequence. */
function batchOf({ id = 7, epoch = 0, sequence, count = 1 }: Batch): Uint8Array {
  const records = Array.from({ length: count }, (_, i) => aRecord(`${id}:${sequence + i}`));
  return buildPlainBatch(records, { codecs: systemCodecs, producer: { id, epoch, sequence } });
}

async function send(engine: Engine, batch: Batch, partition = 0): Promise<AppendAnswer> {
  const [answer] = await engine.append([{ topic: "t", partition, batches: batchOf(batch) }]);
  if (!answer) throw new Error("no answer");
  return answer;
}

/** The base offset, or the name of the error. */
async function sent(engine: Engine, batch: Batch): Promise<number | string> {
  return show(await send(engine, batch));
}

function show(answer: AppendAnswer | undefined): number | string {
  if (answer?.kind === "appended") return answer.baseOffset;
  return answer?.error.name ?? "no answer";
}

async function aLog(deps = memoryDeps()) {
  const engine = anEngine(deps);
  await engine.topics.create({ name: "t", partitions: 1 });
  return { deps, engine, another: () => anEngine(deps) };
}

const valuesOf = (engine: Engine): Promise<readonly string[]> => readAll(engine, "t", 0);

describe("an idempotent producer", () => {
  it("appends its sequences in order", async () => {
    const { engine } = await aLog();
    expect(await sent(engine, { sequence: 0, count: 3 })).toBe(0);
    expect(await sent(engine, { sequence: 3, count: 2 })).toBe(3);
    expect(await sent(engine, { sequence: 5 })).toBe(5);
  });

  it("hears the original offset of what it sent before, and nothing is appended", async () => {
    const { engine } = await aLog();
    await send(engine, { sequence: 0, count: 3 });
    await appended(engine, "t", 0, "blind");
    await send(engine, { sequence: 3, count: 2 });
    expect(await sent(engine, { sequence: 0, count: 3 })).toBe(0);
    expect(await sent(engine, { sequence: 3, count: 2 })).toBe(4);
    expect(await valuesOf(engine)).toEqual(["7:0", "7:1", "7:2", "blind", "7:3", "7:4"]);
  });

  it("hears it from another process too, that never saw the batch", async () => {
    const { engine, another } = await aLog();
    await send(engine, { sequence: 0, count: 3 });
    const other = another();
    expect(await sent(other, { sequence: 0, count: 3 })).toBe(0);
    expect(await sent(other, { sequence: 3 })).toBe(3);
    expect(await sent(engine, { sequence: 3 })).toBe(3);
    expect(await sent(engine, { sequence: 4 })).toBe(4);
  });

  it("is refused where a batch is missing", async () => {
    const { engine } = await aLog();
    await send(engine, { sequence: 0 });
    expect(await sent(engine, { sequence: 2 })).toBe("OutOfOrderSequence");
    expect(await valuesOf(engine)).toEqual(["7:0"]);
  });

  it("that nobody knows begins at sequence 0", async () => {
    const { engine } = await aLog();
    expect(await sent(engine, { sequence: 1 })).toBe("UnknownProducer");
    expect(await sent(engine, { sequence: 0 })).toBe(0);
  });

  it("begins anew with a higher epoch, and the lower one is out", async () => {
    const { engine } = await aLog();
    await send(engine, { sequence: 0, count: 5 });
    expect(await sent(engine, { epoch: 1, sequence: 5 })).toBe("OutOfOrderSequence");
    expect(await sent(engine, { epoch: 1, sequence: 0 })).toBe(5);
    expect(await sent(engine, { epoch: 0, sequence: 5 })).toBe("InvalidProducerEpoch");
    expect(await sent(engine, { epoch: 0, sequence: 0, count: 5 })).toBe("InvalidProducerEpoch");
  });

  it("counts from 2^31 - 1 on to 0", async () => {
    const { deps, engine, another } = await aLog();
    await appended(engine, "t", 0, "blind");
    // So many records are too many for a test: a snapshot tells of them.
    const last = 2 ** 31 - 2;
    const { id } = await engine.topics.describe("t");
    const ranges = [{ firstSequence: last - 10, count: 10, baseOffset: 0 }];
    const producers = [{ producerId: 7, epoch: 0, lastTimeMs: Date.now(), ranges }];
    const { item } = producersItem(id, partitionIndex(0), { at: 1, newestMs: Date.now(), producers });
    await deps.items.put(item);
    expect(await sent(engine, { sequence: last, count: 4 })).toBe(1);
    await engine.settle();
    expect(await sent(another(), { sequence: last, count: 4 })).toBe(1);
    expect(await sent(another(), { sequence: 2 })).toBe(5);
  });

  it("keeps the order of five batches under way, and the rest fails with the one that is missing", async () => {
    const { engine } = await aLog();
    await send(engine, { sequence: 0 });
    const answers = await Promise.all([1, 3, 4, 5, 2].map(sequence => sent(engine, { sequence })));
    expect(answers).toEqual([1, "OutOfOrderSequence", "OutOfOrderSequence", "OutOfOrderSequence", 2]);
    expect(await Promise.all([3, 4, 5].map(sequence => sent(engine, { sequence })))).toEqual([3, 4, 5]);
    expect(await valuesOf(engine)).toEqual(["7:0", "7:1", "7:2", "7:3", "7:4", "7:5"]);
  });

  it("may send a batch twice in one breath", async () => {
    const { engine } = await aLog();
    const answers = await Promise.all([0, 0, 1, 0, 1].map(sequence => sent(engine, { sequence })));
    expect(answers).toEqual([0, 0, 1, 0, 1]);
    expect(await valuesOf(engine)).toEqual(["7:0", "7:1"]);
  });

  it("sends one batch per request and partition", async () => {
    const { engine } = await aLog();
    const batches = concat([batchOf({ sequence: 0 }), aBatch("blind")]);
    const [answer] = await engine.append([{ topic: "t", partition: 0, batches }]);
    expect(show(answer)).toBe("BatchInvalid");
  });

  it("is told apart from others beside it, and from blind batches", async () => {
    const { engine } = await aLog();
    const all = [
      ...[0, 1, 2].flatMap(sequence => [1, 2, 3].map(id => send(engine, { id, sequence }))),
      ...[0, 1, 2].map(() => appended(engine, "t", 0, "blind")),
    ];
    await Promise.all(all);
    const values = await valuesOf(engine);
    for (const id of [1, 2, 3])
      expect(values.filter(value => value.startsWith(`${id}:`))).toEqual([`${id}:0`, `${id}:1`, `${id}:2`]);
    expect(values.length).toBe(12);
  });
});

describe("many processes", () => {
  it("that write to one partition all progress, each in order and once", async () => {
    const { deps, engine } = await aLog();
    const writers = Array.from({ length: 10 }, () => anEngine(deps));
    await Promise.all(
      writers.map(async (writer, id) => {
        for (let sequence = 0; sequence < 20; sequence++)
          expect(await sent(writer, { id, sequence })).toEqual(expect.any(Number));
      }),
    );
    const values = await valuesOf(engine);
    expect(values.length).toBe(200);
    for (let id = 0; id < 10; id++)
      expect(values.filter(value => value.startsWith(`${id}:`))).toEqual(
        Array.from({ length: 20 }, (_, sequence) => `${id}:${sequence}`),
      );
  });

  it("that try one batch at once append it once", async () => {
    const { deps, engine } = await aLog();
    const writers = Array.from({ length: 5 }, () => anEngine(deps));
    for (let sequence = 0; sequence < 10; sequence++) {
      const offsets = await Promise.all(writers.map(writer => sent(writer, { sequence })));
      expect(offsets).toEqual(writers.map(() => sequence));
    }
    expect((await valuesOf(engine)).length).toBe(10);
  });
});

describe("what is remembered of producers", () => {
  it("is found again after the entries have left the sequencer", async () => {
    const { engine, another } = await aLog();
    for (let sequence = 0; sequence < 60; sequence++) await send(engine, { sequence });
    await engine.settle();
    const other = another();
    expect(await sent(other, { sequence: 58 })).toBe(58);
    expect(await sent(other, { sequence: 60 })).toBe(60);
  });

  it("is found with one read and one query after a thousand batches", async () => {
    const { engine, deps } = await aLog();
    for (let sequence = 0; sequence < 1000; sequence++) await send(engine, { sequence });
    await engine.settle();
    const items = new MeteringItemStore({ store: deps.items });
    const other = anEngine({ ...deps, items });
    await other.topics.describe("t");
    await appended(other, "t", 0, "blind");
    await other.settle();
    items.reset();
    expect(await sent(other, { sequence: 999 })).toBe(999);
    const { gets, queries, updates } = items.counts();
    expect({ gets, queries, updates }).toEqual({ gets: 1, queries: 1, updates: 0 });
  });

  it("costs a warm process no more than a blind append", async () => {
    const memory = new MemoryItemStore();
    const items = new MeteringItemStore({ store: memory, peek: key => memory.peek(key) });
    const { engine } = await aLog(memoryDeps({ items }));
    await send(engine, { sequence: 0 });
    items.reset();
    for (let sequence = 1; sequence < 6; sequence++) await send(engine, { sequence });
    const { gets, queries, updates, puts, writeUnits } = items.counts();
    expect({ gets, queries, updates, puts, writeUnits }).toEqual({
      gets: 0,
      queries: 0,
      updates: 5,
      puts: 5,
      writeUnits: 10,
    });
  });
});

describe("producer ids", () => {
  it("are never given twice, whoever asks", async () => {
    const { deps } = await aLog();
    const engines = Array.from({ length: 3 }, () => anEngine(deps));
    const ids = await Promise.all(Array.from({ length: 3000 }, (_, i) => engines[i % 3]?.newProducerId()));
    expect(new Set(ids).size).toBe(3000);
  });
});
