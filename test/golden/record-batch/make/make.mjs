// Batches of kafkajs and @platformatic/kafka, by the encoders inside the packages.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createRecordsBatch } from "./node_modules/@platformatic/kafka/dist/protocol/records.js";

const require = createRequire(import.meta.url);
const { RecordBatch } = require("kafkajs/src/protocol/recordBatch/v0");
const Record = require("kafkajs/src/protocol/recordBatch/record/v0");

const records = count =>
  Array.from({ length: count }, (_, i) => ({
    timestamp: 1_700_000_000_000 + (i % 2 === 0 ? i : -i) * 1000,
    key: i % 5 === 0 ? null : Buffer.from(`key-${i}`),
    value: i % 7 === 0 ? null : Buffer.from(`value-${i};`.repeat((i % 11) * 10 + 1)),
    headers: i % 3 === 0 ? { trace: `t${i}`, größe: "x".repeat(i % 4) } : {},
  }));

async function kafkajs(name, compression, count) {
  const all = records(count);
  const firstTimestamp = all[0].timestamp;
  const batch = await RecordBatch({
    compression,
    firstTimestamp,
    maxTimestamp: Math.max(...all.map(record => record.timestamp)),
    lastOffsetDelta: count - 1,
    records: all.map((record, i) =>
      Record({ ...record, offsetDelta: i, timestampDelta: record.timestamp - firstTimestamp }),
    ),
  });
  writeFileSync(`out/kafkajs-${name}.bin`, batch.buffer);
}

function platformatic(compression, count) {
  const messages = records(count).map(record => ({
    topic: "t",
    partition: 0,
    timestamp: BigInt(record.timestamp),
    key: record.key,
    value: record.value,
    headers: new Map(Object.entries(record.headers).map(pair => pair.map(text => Buffer.from(text)))),
  }));
  writeFileSync(`out/platformatic-${compression}.bin`, createRecordsBatch(messages, { compression }).buffer);
}

await kafkajs("plain", 0, 20);
await kafkajs("gzip", 1, 400);
for (const compression of ["snappy", "lz4", "zstd"]) platformatic(compression, 400);
