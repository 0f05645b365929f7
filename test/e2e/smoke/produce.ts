/**
 * Records as JSON, by the paths of v3 and v2: every type of data, and bytes that are no text.
 */
import assert from "node:assert/strict";
import type { Sent } from "../caller.ts";
import { asJson, base64, type SmokeLog, type Step, type StoredRecord } from "./log.ts";

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const allPlanes = 'aé€\u{1f980}\u0000\r\n"\\';
const streamLength = 25;

type Data = { readonly type: "BINARY" | "STRING" | "JSON"; readonly data: unknown };
type RecordV3 = {
  readonly partition_id: number;
  readonly key?: Data;
  readonly value?: Data;
  readonly headers?: readonly { readonly name: string; readonly value: string | null }[];
  readonly timestamp?: string;
};

/** The time of the first record of partition 0; all others there are of now. */
export const knownTime = "2021-05-06T07:08:09.500Z";

export const appendRecords: readonly Step[] = [
  {
    title: "takes one record with everything that it can have",
    async run(log) {
      const record: RecordV3 = {
        partition_id: 0,
        key: { type: "STRING", data: allPlanes },
        value: { type: "BINARY", data: base64(everyByte) },
        headers: [
          { name: "trace", value: base64(everyByte) },
          { name: "", value: null },
        ],
        timestamp: knownTime,
      };
      await produceV3(log, [record]);
    },
  },
  {
    title: "takes records that are empty, and records that are nothing",
    async run(log) {
      await produceV3(log, [{ partition_id: 0, value: { type: "STRING", data: "" } }]);
      await produceV3(log, [{ partition_id: 0, key: { type: "STRING", data: "gone" } }]);
    },
  },
  {
    title: "takes a stream of records, and answers for each",
    async run(log) {
      const records = Array.from(
        { length: streamLength },
        (_, index): RecordV3 => ({
          partition_id: index % 2,
          key: { type: "JSON", data: { index } },
          value: { type: "STRING", data: `${allPlanes}${index}` },
        }),
      );
      await produceV3(log, records);
    },
  },
  {
    title: "takes JSON by the older paths",
    async run(log) {
      const values = [{ a: [1, 2.5, null, allPlanes] }, "text", 17, true];
      const records = values.map(value => ({ key: { k: 1 }, value }));
      const path = `/topics/${log.topic}/partitions/1`;
      await produceV2(log, path, "json", records, value => base64(JSON.stringify(value)));
    },
  },
  {
    title: "takes base64 by the older paths",
    async run(log) {
      const records = [
        { key: base64(everyByte), value: base64("hello"), partition: 2 },
        { key: null, value: base64(everyByte), partition: 0 },
      ];
      await produceV2(log, `/topics/${log.topic}`, "binary", records, value => value as string);
    },
  },
  {
    title: "takes a batch of an idempotent producer once, though it is sent twice",
    async run(log) {
      const taken = await log.json(200, "POST", await log.v3("/producer-ids"));
      const producer = { id: taken["producer_id"], epoch: taken["producer_epoch"], sequence: 0 };
      const records = [
        { key: base64("once"), value: base64("first") },
        { key: null, value: base64("second") },
      ];
      const path = `/topics/${log.topic}/partitions/2`;
      const sent: Sent = asJson({ producer, records }, "application/vnd.kafka.binary.v2+json");
      const { offsets } = await log.json(200, "POST", path, sent);
      assert.deepEqual((await log.json(200, "POST", path, sent))["offsets"], offsets);
      for (const [index, { offset }] of (offsets as readonly { readonly offset: number }[]).entries()) {
        const { key = null, value = "" } = records[index] ?? {};
        log.stored(2, { offset, key, value, headers: [] });
      }
    },
  },
];

async function produceV3(log: SmokeLog, records: readonly RecordV3[]): Promise<void> {
  const path = await log.v3(`/topics/${log.topic}/records`);
  const answer = await log.expect(200, "POST", path, {
    headers: { "content-type": "application/json" },
    body: records.map(record => JSON.stringify(record)).join("\n"),
  });
  const results = answer.body
    .toString("utf8")
    .trim()
    .split("\n")
    .map(line => JSON.parse(line));
  assert.equal(results.length, records.length);
  for (const [index, { error_code, partition_id, offset }] of results.entries()) {
    const record = records[index];
    assert.ok(record);
    assert.deepEqual({ error_code, partition_id }, { error_code: 200, partition_id: record.partition_id });
    const { key, value, headers = [] } = record;
    log.stored(partition_id, { offset, key: bytesOf(key), value: bytesOf(value), headers });
  }
}

/** What the data of a record are as bytes, in base64. */
function bytesOf(data: Data | undefined): string | null {
  if (data === undefined) return null;
  if (data.type === "BINARY") return String(data.data);
  return base64(data.type === "JSON" ? JSON.stringify(data.data) : String(data.data));
}

async function produceV2(
  log: SmokeLog,
  path: string,
  kind: "json" | "binary",
  records: readonly { readonly key: unknown; readonly value: unknown; readonly partition?: number }[],
  asBytes: (value: unknown) => string,
): Promise<void> {
  const sent: Sent = asJson({ records }, `application/vnd.kafka.${kind}.v2+json`);
  const { offsets } = await log.json(200, "POST", path, sent);
  const results = offsets as readonly {
    readonly partition: number;
    readonly offset: number;
    readonly error: unknown;
  }[];
  assert.equal(results.length, records.length);
  for (const [index, { partition, offset, error }] of results.entries()) {
    assert.equal(error, null);
    const { key, value } = records[index] ?? {};
    const stored: StoredRecord = {
      offset,
      key: key === null ? null : asBytes(key),
      value: asBytes(value),
      headers: [],
    };
    log.stored(partition, stored);
  }
}
