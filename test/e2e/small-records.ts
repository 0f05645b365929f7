/**
 * A topic that is filled with small batches through the API, one a request, and read back byte by byte: what of a batch the
 * sender wrote has to come back as it was, wherever it lies by then.
 */
import assert from "node:assert/strict";
import { pureCodecs } from "../../lib/adapters/pure/index.ts";
import { SystemClock } from "../../lib/adapters/system/index.ts";
import { buildPlainBatch, eachBatch } from "../../lib/format/record-batch/index.ts";
import { asJson, batchesMediaType, ownBytes, type SmokeLog } from "./smoke/index.ts";

/** Values of one partition become objects, those of the other items of the table. */
const valueBytes = [6_000, 100] as const;
/** Small, so that a partition takes several answers. */
const stepBytes = 64 * 1024;

export class SmallRecords {
  readonly topic: string;
  readonly partitions = valueBytes.length;
  readonly #log: SmokeLog;
  /** By partition: the bytes of each batch, by the offset that it was given. */
  readonly #sent: readonly Map<number, Buffer>[] = valueBytes.map(() => new Map());

  constructor(log: SmokeLog, topic: string) {
    this.#log = log;
    this.topic = topic;
  }

  async makeTopic(): Promise<void> {
    const asked = { topic_name: this.topic, partitions_count: this.partitions };
    await this.#log.json(201, "POST", await this.#log.v3("/topics"), asJson(asked));
  }

  /** Appends so many batches to each partition, in turn. */
  async append(count: number): Promise<void> {
    for (let at = 0; at < count; at++)
      for (let partition = 0; partition < this.partitions; partition++) await this.#appendOne(partition);
  }

  /** How many batches were appended to each partition. */
  get batches(): number {
    return this.#sent[0]?.size ?? 0;
  }

  /** Reads everything, and holds it against what was sent. */
  async readBack(): Promise<void> {
    for (const [partition, sent] of this.#sent.entries()) {
      const read = await this.#readAll(partition);
      assert.deepEqual([...read.keys()], [...sent.keys()], `the batches of partition ${partition}`);
      for (const [offset, bytes] of sent)
        assert.deepEqual(read.get(offset), bytes, `the batch at offset ${offset} of partition ${partition}`);
    }
  }

  async #appendOne(partition: number): Promise<void> {
    const sent = this.#sent[partition];
    assert.ok(sent);
    const record = (index: number) => ({
      timestampMs: new SystemClock().now(),
      key: Buffer.from(`key ${index}`),
      value: Uint8Array.from(
        { length: valueBytes[partition] ?? 0 },
        (_, at) => (at * 31 + sent.size * 7 + index) & 0xff,
      ),
      headers: [],
    });
    const body = Buffer.from(buildPlainBatch([record(0), record(1)], { codecs: pureCodecs }));
    const headers = { "content-type": batchesMediaType };
    const answer = await this.#log.json(200, "POST", this.#path(partition), { headers, body });
    sent.set(Number(answer["base_offset"]), ownBytes(body));
  }

  async #readAll(partition: number): Promise<ReadonlyMap<number, Buffer>> {
    const read = new Map<number, Buffer>();
    const headers = { accept: batchesMediaType };
    for (let offset = 0, end = 1; offset < end; ) {
      const path = `${this.#path(partition)}?offset=${offset}&max_bytes=${stepBytes}`;
      const answer = await this.#log.expect(200, "GET", path, { headers });
      for (const { at, header } of eachBatch(answer.body))
        read.set(header.baseOffset, ownBytes(answer.body.subarray(at)));
      const next = Number(answer.headers["cumulog-next-offset"]);
      end = Number(answer.headers["cumulog-high-watermark"]);
      assert.ok(next > offset, `${path} goes on from ${next}`);
      offset = next;
    }
    return read;
  }

  #path(partition: number): string {
    return `/topics/${this.topic}/partitions/${partition}/records`;
  }
}
