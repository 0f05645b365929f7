/** What Kafka's clients get of a topic that was compacted by key: batches with gaps, whole and in their places. */
import { expect, it } from "vitest";
import { systemCodecs as codecs } from "../../../lib/adapters/system/index.ts";
import { eachBatch, readRecords } from "../../../lib/format/record-batch/index.ts";
import { concat, textOf } from "../../../lib/std/index.ts";
import {
  aCompactLog,
  anotherEngine,
  compact,
  fill,
  keptMs,
  seen,
  tend,
  write,
} from "../../engine/cleaning/testing.ts";
import { aPort, type Client } from "../server/testing.ts";

/** First byte that a batch's checksum covers. */
const checkedFrom = 21;

type Read = {
  readonly lines: readonly string[];
  readonly nextOffset: number;
  readonly highWatermark: number;
};

/** One fetch, and what a client makes of its batches. */
async function fetchOnce(client: Client, fetchOffset: number, partitionMaxBytes: number): Promise<Read> {
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes }];
  const topics = [{ topic: "t", partitions }];
  const answer = await client.ask("fetch", 12, {
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 2 ** 30,
    sessionEpoch: -1,
    topics,
  });
  const part = answer.responses[0]?.partitions[0];
  const bytes = concat(part?.records ?? []);
  const lines: string[] = [];
  let nextOffset = fetchOffset;
  for (const { at, header } of eachBatch(bytes)) {
    const batch = bytes.subarray(at, at + header.sizeBytes);
    expect(codecs.crc32c(batch.subarray(checkedFrom))).toBe(header.crc);
    for (const { offset, key, value } of await readRecords(batch, { codecs, bytesMax: 2 ** 20 }))
      if (offset >= fetchOffset)
        lines.push(`${offset} ${key && textOf(key)}${value === null ? "" : `=${textOf(value)}`}`);
    nextOffset = header.baseOffset + header.lastOffsetDelta + 1;
  }
  return { lines, nextOffset, highWatermark: Number(part?.highWatermark ?? -1) };
}

it.each([1, 200, 2 ** 20])("is read to its end, %i bytes at a time", async bytesMax => {
  const log = await aCompactLog(compact, { targetBytes: 500 });
  for (let i = 0; i < 40; i++)
    await write(
      log,
      [
        [`k${i % 6}`, i % 4 === 0 ? null : `${i}`],
        [`j${i % 3}`, `${i}`],
      ],
      i % 2 ? "gzip" : "zstd",
    );
  await fill(log);
  for (let turn = 0; turn < 3; turn++) {
    await tend(log.engine, log.topic);
    await log.clock.advance(keptMs);
  }
  const engine = anotherEngine(log.deps);
  const client = await (await aPort({}, { engine })).client();
  const lines: string[] = [];
  for (let offset = 0; ; ) {
    const read = await fetchOnce(client, offset, bytesMax);
    lines.push(...read.lines);
    expect(read.lines.length > 0 || offset === read.highWatermark).toBe(true);
    if (offset === read.highWatermark) break;
    offset = read.nextOffset;
  }
  expect(lines).toEqual(await seen(engine));
  expect(lines.length).toBeLessThan(88);
});
