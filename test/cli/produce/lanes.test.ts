import { describe, expect, it } from "vitest";
import { AnswerLost, ServerRefused } from "../../../cli/errors.ts";
import { Lanes } from "../../../cli/produce/lanes.ts";
import { systemCodecs } from "../../../lib/adapters/system/index.ts";
import { type RecordInput, readBatchHeader, readRecords } from "../../../lib/format/record-batch/index.ts";
import type { Compression } from "../../../lib/ports/index.ts";
import { Deferred, textOf } from "../../../lib/std/index.ts";

const kibibyte = 1024;

describe("Lanes", () => {
  it("sends the records of a partition in order, one request at a time", async () => {
    const { lanes, sent, order } = lanesThat({ batchBytesMax: kibibyte, choose: key => key?.[0] ?? 0 });
    for (let line = 1; line <= 300; line++)
      lanes.add(aRecord({ key: Uint8Array.of(line % 3), value: `${line}` }), line);
    await lanes.flush();
    for (const partition of [0, 1, 2]) {
      const values = (
        await Promise.all(sent.filter(each => each.partition === partition).map(valuesOf))
      ).flat();
      expect(values).toEqual(
        Array.from({ length: 100 }, (_, i) => `${i * 3 + (partition === 0 ? 3 : partition)}`),
      );
    }
    expect(sent.length).toBeGreaterThan(3);
    expect(order.overlaps).toEqual([]);
    expect(lanes.account()).toMatchObject({ records: 300, firstUnsureLine: undefined, doubts: [] });
  });

  it("keeps batches of several records within what the topic takes", async () => {
    const { lanes, sent } = lanesThat({ batchBytesMax: 2 * kibibyte });
    for (let line = 1; line <= 100; line++) lanes.add(aRecord({ value: "x".repeat(line * 4) }), line);
    await lanes.flush();
    const batches = sent.flatMap(each => each.batches);
    expect(Math.max(...batches.map(batch => batch.length))).toBeLessThanOrEqual(2 * kibibyte);
    expect(batches.some(batch => readBatchHeader(batch).recordCount > 1)).toBe(true);
  });

  it("puts what has lined up into one request, up to a limit", async () => {
    const { lanes, sent } = lanesThat({});
    for (let line = 1; line <= 8; line++) lanes.add(aRecord({ value: "x".repeat(1000 * kibibyte) }), line);
    await lanes.flush();
    // The first goes alone, as nothing else is there yet; four megabytes after it; the rest.
    expect(sent.map(({ batches }) => batches.length)).toEqual([1, 4, 3]);
  });

  it("asks anew where records without a key go when a batch is full", async () => {
    let partition = 0;
    const { lanes, sent } = lanesThat({
      batchBytesMax: kibibyte,
      choose: () => partition,
      batchClosed: () => partition++,
    });
    for (let line = 1; line <= 4; line++) lanes.add(aRecord({ value: "x".repeat(800) }), line);
    await lanes.flush();
    expect(sent.map(each => each.partition).sort()).toEqual([0, 1, 2, 3]);
  });

  it("sends what a slow input gave without being asked", async () => {
    const { lanes, firstSent } = lanesThat({});
    lanes.add(aRecord({ value: "a" }), 1);
    expect(await valuesOf(await firstSent)).toEqual(["a"]);
  });

  it("sends plain what compression would make too large", async () => {
    const { lanes, sent } = lanesThat({ batchBytesMax: 120, compression: "gzip" });
    const value = Buffer.from(Array.from({ length: 25 }, (_, i) => (i * 89) % 256)).toString("latin1");
    lanes.add(aRecord({ value }), 1);
    await lanes.flush();
    expect(compressionsIn(sent)).toEqual(["gzip"]);
    const tight = lanesThat({ batchBytesMax: 105, compression: "gzip" });
    tight.lanes.add(aRecord({ value }), 1);
    await tight.lanes.flush();
    expect(compressionsIn(tight.sent)).toEqual(["none"]);
  });

  it("knows before sending how large a record would be alone", async () => {
    const { lanes } = lanesThat({ batchBytesMax: kibibyte, compression: "gzip" });
    const record = aRecord({ value: "x".repeat(10 * kibibyte) });
    expect(lanes.isNearLimit(record)).toBe(true);
    expect(await lanes.sizeAlone(record)).toBeLessThan(200);
    expect(lanes.isNearLimit(aRecord({ value: "x".repeat(900) }))).toBe(false);
  });

  it("makes the caller wait when much is pending, and go on when it was sent", async () => {
    const gate = new Deferred<void>();
    const { lanes } = lanesThat({ batchBytesMax: 64 * kibibyte * kibibyte, before: () => gate.promise });
    const value = "x".repeat(1024 * kibibyte);
    for (let line = 1; line <= 40; line++) lanes.add(aRecord({ value }), line);
    let hasRoom = false;
    const room = lanes.room().then(() => {
      hasRoom = true;
    });
    await Promise.resolve();
    expect(hasRoom).toBe(false);
    gate.resolve();
    await room;
    await lanes.flush();
    expect(lanes.acknowledged).toBe(40);
  });

  it("after a lost answer says which lines are in doubt, and sends nothing more", async () => {
    const lost = new AnswerLost("no answer came");
    const { lanes, sent, failures } = lanesThat({ batchBytesMax: kibibyte, failAt: 1, error: lost });
    for (let line = 1; line <= 5; line++) lanes.add(aRecord({ value: "x".repeat(800) }), line);
    await expect(lanes.flush()).rejects.toBe(lost);
    lanes.add(aRecord({ value: "late" }), 6);
    await expect(lanes.flush()).rejects.toBe(lost);
    await expect(lanes.room()).rejects.toBe(lost);
    expect(sent.length).toBe(2);
    expect(failures).toEqual([lost]);
    expect(lanes.account()).toEqual({
      records: 1,
      lanes: [{ partition: 0, records: 1, lastOffset: 0 }],
      firstUnsureLine: 2,
      doubts: [{ partition: 0, records: 4, firstLine: 2, lastLine: 5 }],
    });
  });

  it("has no doubt about what the server refused", async () => {
    const error = new ServerRefused("no key", { status: 422, code: 42203, retryAfterMs: undefined });
    const { lanes } = lanesThat({ failAt: 0, error });
    lanes.add(aRecord({ value: "a" }), 1);
    await expect(lanes.flush()).rejects.toBe(error);
    expect(lanes.account()).toMatchObject({ records: 0, firstUnsureLine: 1, doubts: [] });
  });
});

type Sent = { readonly partition: number; readonly batches: readonly Uint8Array[] };
type Wanted = {
  readonly batchBytesMax: number;
  readonly compression: Compression;
  readonly choose: (key: Uint8Array | null) => number;
  readonly batchClosed: () => void;
  readonly before: () => Promise<void>;
  /** The send that fails, counted from 0. */
  readonly failAt: number;
  readonly error: Error;
};

/** Lanes to a server in memory that notes what it gets. */
function lanesThat(wanted: Partial<Wanted>) {
  const sent: Sent[] = [];
  const failures: Error[] = [];
  const first = new Deferred<Sent>();
  const order = { underWay: new Set<number>(), overlaps: [] as number[] };
  const nextOffsets = new Map<number, number>();
  const lanes = new Lanes(
    {
      codecs: systemCodecs,
      choose: wanted.choose ?? (() => 0),
      batchClosed: wanted.batchClosed ?? (() => undefined),
      onFailure: error => failures.push(error),
      async send(partition, batches) {
        if (order.underWay.has(partition)) order.overlaps.push(partition);
        order.underWay.add(partition);
        await wanted.before?.();
        await Promise.resolve();
        order.underWay.delete(partition);
        sent.push({ partition, batches });
        first.resolve({ partition, batches });
        if (sent.length - 1 === wanted.failAt) throw wanted.error;
        const base = nextOffsets.get(partition) ?? 0;
        nextOffsets.set(partition, base + countIn(batches));
        return base;
      },
    },
    { compression: wanted.compression ?? "none", batchBytesMax: wanted.batchBytesMax ?? 1024 * kibibyte },
  );
  return { lanes, sent, failures, order, firstSent: first.promise };
}

async function valuesOf({ batches }: Sent): Promise<readonly string[]> {
  const options = { codecs: systemCodecs, bytesMax: 1024 * kibibyte };
  const records = await Promise.all(batches.map(batch => readRecords(batch, options)));
  return records.flat().map(({ value }) => textOf(value ?? new Uint8Array()));
}

function compressionsIn(sent: readonly Sent[]): readonly Compression[] {
  return sent.flatMap(({ batches }) => batches.map(batch => readBatchHeader(batch).compression));
}

function countIn(batches: readonly Uint8Array[]): number {
  return batches.reduce((sum, batch) => sum + readBatchHeader(batch).recordCount, 0);
}

function aRecord({ key, value }: { readonly key?: Uint8Array; readonly value: string }): RecordInput {
  return { timestampMs: 1, key: key ?? null, value: Buffer.from(value, "latin1"), headers: [] };
}
