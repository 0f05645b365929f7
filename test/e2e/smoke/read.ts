/**
 * Reading: every record that was said to be stored comes back as it was sent, byte by byte; from any offset; as soon as it
 * is there; and by its time.
 */
import assert from "node:assert/strict";
import { eachBatch } from "../../../lib/format/record-batch/index.ts";
import { batchesMediaType, batchPartition, ownBytes } from "./batches.ts";
import { asJson, base64, type SmokeLog, type Step, type StoredRecord } from "./log.ts";
import { knownTime } from "./produce.ts";

const partitions = [0, 1, 2];
/** Small, so that a partition takes several answers. */
const stepBytes = 64 * 1024;

export const readBack: readonly Step[] = [
  {
    title: "gives back every record as it was sent",
    async run(log) {
      for (const partition of partitions) {
        const { records, highWatermark } = await readAll(log, partition);
        const expected = log.recordsOf(partition);
        assert.equal(highWatermark, expected.length, `partition ${partition} holds what was stored`);
        for (const [index, record] of records.entries()) assert.deepEqual(record, expected[index]);
        assert.equal(records.length, expected.length);
      }
    },
  },
  {
    title: "gives back record batches byte by byte",
    async run(log) {
      const path = `/topics/${log.topic}/partitions/${batchPartition}/records`;
      for (const [offset, bytes] of log.batches()) {
        const headers = { accept: batchesMediaType };
        const answer = await log.expect(200, "GET", `${path}?offset=${offset}&max_bytes=1`, { headers });
        assert.equal(answer.headers["content-type"], batchesMediaType);
        const [first] = eachBatch(answer.body);
        assert.equal(first?.header.baseOffset, offset);
        assert.deepEqual(
          ownBytes(answer.body),
          ownBytes(Buffer.from(bytes)),
          `the batch at offset ${offset}`,
        );
      }
    },
  },
  {
    title: "reads from any offset, and shows what it reads",
    async run(log) {
      const stored = log.recordsOf(0);
      for (const at of [0, 1, Math.floor(stored.length / 2), stored.length - 1]) {
        const [record] = (await fetchFrom(log, 0, `offset=${at}`)).records;
        assert.deepEqual(record, stored[at]);
      }
      const end = await fetchFrom(log, 0, `offset=${stored.length}`);
      assert.deepEqual(end.records, []);
      const shown = await log.json(
        200,
        "GET",
        `/topics/${log.topic}/partitions/1/records?format=json&offset=${await jsonOffset(log)}`,
      );
      const [record] = shown["records"] as readonly { readonly value: unknown }[];
      assert.deepEqual(record?.value, { b: [1, 2] });
    },
  },
  {
    title: "answers who waits as soon as there is a record",
    async run(log) {
      const end = log.recordsOf(1).length;
      const waiting = fetchFrom(log, 1, `offset=${end}&timeout=20000`);
      const made = await log.json(
        200,
        "POST",
        await log.v3(`/topics/${log.topic}/records`),
        asJson({ partition_id: 1, value: { type: "STRING", data: "meanwhile" } }),
      );
      assert.equal(made["offset"], end);
      const record = { offset: end, key: null, value: base64("meanwhile"), headers: [] };
      log.stored(1, record);
      assert.deepEqual((await waiting).records, [record]);
    },
  },
  {
    title: "ends a wait for nothing in time",
    async run(log) {
      const { records } = await fetchFrom(log, 0, `offset=latest&timeout=300`);
      assert.deepEqual(records, []);
    },
  },
  {
    title: "finds offsets by time, and the ends of a partition",
    async run(log) {
      const path = `/topics/${log.topic}/partitions/0/offsets`;
      const end = log.recordsOf(0).length;
      assert.deepEqual(await log.json(200, "GET", path), { beginning_offset: 0, end_offset: end });
      const known = Date.parse(knownTime);
      const atTime = await log.json(200, "GET", `${path}?timestamp=${known}`);
      assert.deepEqual([atTime["offset"], atTime["timestamp"]], [0, known]);
      assert.equal((await log.json(200, "GET", `${path}?timestamp=${known + 1}`))["offset"], 1);
      const farAway = Date.UTC(2100, 0, 1);
      assert.equal((await log.json(200, "GET", `${path}?timestamp=${farAway}`))["offset"], -1);
      assert.equal((await log.json(200, "GET", `${path}?timestamp=latest`))["offset"], end);
      assert.notEqual((await log.json(200, "GET", `${path}?timestamp=max`))["offset"], 0);
    },
  },
];

type Fetched = {
  readonly records: readonly StoredRecord[];
  readonly nextOffset: number;
  readonly highWatermark: number;
};

async function fetchFrom(log: SmokeLog, partition: number, query: string): Promise<Fetched> {
  const answer = await log.json(200, "GET", `/topics/${log.topic}/partitions/${partition}/records?${query}`);
  type Shown = StoredRecord & { readonly timestamp: number };
  return {
    records: (answer["records"] as readonly Shown[]).map(({ timestamp: _, ...record }) => record),
    nextOffset: Number(answer["next_offset"]),
    highWatermark: Number(answer["high_watermark"]),
  };
}

async function readAll(log: SmokeLog, partition: number): Promise<Fetched> {
  const records: StoredRecord[] = [];
  for (let nextOffset = 0; ; ) {
    const some = await fetchFrom(log, partition, `offset=${nextOffset}&max_bytes=${stepBytes}`);
    records.push(...some.records);
    if (some.nextOffset === nextOffset || some.nextOffset >= some.highWatermark) return { ...some, records };
    nextOffset = some.nextOffset;
  }
}

/** Appends a record of JSON, and answers with its offset. */
async function jsonOffset(log: SmokeLog): Promise<number> {
  const value = { b: [1, 2] };
  const made = await log.json(
    200,
    "POST",
    await log.v3(`/topics/${log.topic}/records`),
    asJson({ partition_id: 1, value: { type: "JSON", data: value } }),
  );
  const offset = Number(made["offset"]);
  log.stored(1, { offset, key: null, value: base64(JSON.stringify(value)), headers: [] });
  return offset;
}
