/**
 * Work that grew with the number of partitions or readers: a fetch brought a batch of every partition, whatever its limit,
 * and every reader that met a deletion finished it by itself.
 */
import { expect, it, vi } from "vitest";
import type { Codecs } from "../../lib/ports/index.ts";
import { aBatch, anEngine, appended, aValueOf, fetched, memoryDeps } from "../support/log.ts";
import { memoryStores, scriptedEngine, throttled } from "../support/script.ts";

it("keeps a fetch of many partitions near its bytes", async () => {
  const { engine } = scriptedEngine(memoryStores());
  await engine.topics.create({ name: "t", partitions: 16 });
  const partitions = Array.from({ length: 16 }, (_, partition) => partition);
  const batches = aBatch(aValueOf(1_000_000));
  await engine.append(partitions.map(partition => ({ topic: "t", partition, batches })));
  const answers = await engine.fetch(
    partitions.map(partition => ({ topic: "t", partition, offset: 0, bytesMax: 1_048_576 })),
    { waitMsMax: 0, bytesMin: 1, bytesMax: 1_048_576 },
  );
  const bytes = answers.flatMap(answer => (answer.kind === "records" ? answer.batches : []));
  expect(bytes.reduce((sum, batch) => sum + batch.length, 0)).toBeLessThan(2 * 1_048_576);
});

it("finishes a deletion about once per process, not once per reader", async () => {
  const stores = memoryStores();
  const deleter = scriptedEngine(stores, { requestDeadlineMs: 50 });
  const reader = scriptedEngine(stores);
  const configs = { "index.shard.partitions": "1" };
  await deleter.engine.topics.create({ name: "t", partitions: 1_000, configs });
  const polls = Array.from({ length: 50 }, () =>
    reader.engine.fetch([{ topic: "t", partition: 0, offset: 0, bytesMax: 1 }], {
      waitMsMax: 5_000,
      bytesMin: 1,
      bytesMax: 1,
    }),
  );
  const looks = () =>
    reader.calls.filter(
      call => call.port === "items" && call.operation === "get" && call.key.pk.startsWith("L#"),
    );
  await vi.waitUntil(() => looks().length >= polls.length);
  // The deleter seals the first shard and is gone.
  let seals = 0;
  deleter.script = call => {
    const isSeal = call.port === "items" && call.operation === "update" && call.update.set?.["sealed"] === 1;
    return isSeal && seals++ > 0 ? throttled : undefined;
  };
  await deleter.engine.topics.delete("t").catch(() => undefined);
  await Promise.all(polls);
  const updates = reader.calls.filter(call => call.port === "items" && call.operation === "update");
  expect(updates.length).toBeLessThanOrEqual(3_000);
});

it("does not gather a waiting fetch anew for every commit of a neighbour", async () => {
  let checksums = 0;
  const base = memoryDeps();
  const codecs: Codecs = {
    ...base.codecs,
    crc32c: (bytes, previous) => {
      checksums++;
      return base.codecs.crc32c(bytes, previous);
    },
  };
  const engine = anEngine({ ...base, codecs });
  await engine.topics.create({ name: "t", partitions: 2 });
  await appended(engine, "t", 0, "a");
  const checksumsOfAppends = async () => {
    checksums = 0;
    for (let i = 0; i < 20; i++) await appended(engine, "t", 1, `${i}`);
    return checksums;
  };
  const alone = await checksumsOfAppends();
  const leaving = new AbortController();
  const waiting = engine.fetch([{ topic: "t", partition: 0, offset: 0, bytesMax: 1000 }], {
    waitMsMax: 60_000,
    bytesMin: 1000,
    bytesMax: 1000,
    signal: leaving.signal,
  });
  await fetched(engine, "t", 0, 0);
  expect(await checksumsOfAppends()).toBe(alone);
  leaving.abort();
  expect((await waiting).map(({ kind }) => kind)).toEqual(["records"]);
});
